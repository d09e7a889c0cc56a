#include "learning/testing_bounds.h"

#include <algorithm>
#include <cmath>

#include "learning/testing_noisy.h"

namespace concordat::learning {

double MostMoved(const NoisyMethod& method, const UnitRows& units, const Json& state, std::uint64_t steps) {
  const std::vector<Int128> all = IntegersOf(method, units, state, steps);
  double most = 0;
  for (std::size_t unit = 0; unit < units.starts.size(); ++unit) {
    const std::vector<Int128> fewer = IntegersOf(method, Without(units, unit), state, steps);
    Int128 squares = 0;
    for (std::size_t i = 0; i < all.size(); ++i) squares += (all[i] - fewer[i]) * (all[i] - fewer[i]);
    most = std::max(most, std::sqrt(static_cast<double>(squares)) / static_cast<double>(steps));
  }
  return most;
}

double SharesOf(const NoisyMethod& method, const std::vector<Json>& states) {
  double shares = 0;
  for (const Json& state : states) shares += method.Round(state)->share;
  return shares;
}

}  // namespace concordat::learning
