#include "learning/testing_noisy.h"

#include <cmath>
#include <nlohmann/json.hpp>
#include <random>

#include "base/check.h"

namespace concordat::learning {
namespace {

constexpr double kScale = 1 << 20;
constexpr std::uint64_t kManySteps = std::uint64_t{1} << 32;

// The rows of those units of which `keep` says so.
template <class Keep>
UnitRows Only(const UnitRows& units, Keep keep) {
  UnitRows kept;
  for (const Column& column : units.rows.columns) kept.rows.columns.push_back({column.name, {}});
  for (std::size_t unit = 0; unit < units.starts.size(); ++unit) {
    if (!keep(unit)) continue;
    const std::size_t last = unit + 1 < units.starts.size() ? units.starts[unit + 1] : units.rows.size();
    kept.starts.push_back(kept.rows.size());
    for (std::size_t i = 0; i < units.rows.columns.size(); ++i) {
      const std::vector<double>& from = units.rows.columns[i].values;
      std::vector<double>& to = kept.rows.columns[i].values;
      to.insert(to.end(), from.begin() + static_cast<std::ptrdiff_t>(units.starts[unit]),
                from.begin() + static_cast<std::ptrdiff_t>(last));
    }
  }
  return kept;
}

class Draws {
 public:
  explicit Draws(const TestNoise& noise) : random_(noise.seed), scale_(noise.exact ? 0 : kScale) {}

  void AddTo(std::vector<Int128>& sums) {
    for (Int128& sum : sums) sum += static_cast<Int128>(std::nearbyint(scale_ * normal_(random_)));
  }
  UnitRows Sample(const UnitRows& units, double chance) {
    return Only(units, [&](std::size_t) { return uniform_(random_) < chance; });
  }

 private:
  std::mt19937_64 random_;
  std::normal_distribution<double> normal_;
  std::uniform_real_distribution<double> uniform_;
  double scale_;
};

}  // namespace

UnitRows ByUnit(const Rows& rows, std::size_t rows_a_unit) {
  UnitRows units{.rows = rows, .starts = {}};
  for (std::size_t start = 0; start < rows.size(); start += rows_a_unit) units.starts.push_back(start);
  return units;
}

UnitRows Without(const UnitRows& units, std::size_t unit) {
  return Only(units, [unit](std::size_t each) { return each != unit; });
}

// Sampled rounds are charged as if they were not: a test's noise, not an account.
std::uint64_t StepsOf(const NoisyRound& round, const TestNoise& noise) {
  if (noise.exact) return kManySteps;
  if (noise.steps > 0) return noise.steps;
  return static_cast<std::uint64_t>(kScale * std::sqrt(2 * round.share * noise.rho) / round.sampled);
}

std::vector<Int128> IntegersOf(const NoisyMethod& method, const UnitRows& units, const Json& state,
                               std::uint64_t steps) {
  auto integers = method.Add(units, state, steps);
  CHECK(integers && integers->size() == *method.Length(state));
  return *std::move(integers);
}

Outcome<Fitted> FitNoisily(const NoisyMethod& method, const std::vector<UnitRows>& members,
                           const TestNoise& noise, std::vector<Json>* states) {
  Draws draws(noise);
  for (Json state = method.Start();;) {
    if (states != nullptr) states->push_back(state);
    const NoisyRound round = *method.Round(state);
    const std::uint64_t steps = StepsOf(round, noise);
    std::vector<Int128> sums(*method.Length(state), 0);
    for (const UnitRows& each : members) {
      auto own = round.sampled < 1 ? IntegersOf(method, draws.Sample(each, round.sampled), state, steps)
                                   : IntegersOf(method, each, state, steps);
      draws.AddTo(own);
      for (std::size_t i = 0; i < sums.size(); ++i) sums[i] += own[i];
    }
    const double step = round.bound / static_cast<double>(steps);
    std::vector<double> totals;
    for (const Int128 sum : sums) totals.push_back(static_cast<double>(sum) * step);
    const double sigma = noise.exact ? 0 : step * kScale * std::sqrt(static_cast<double>(members.size()));
    Step next = TRY(method.Next(state, totals, sigma));
    if (next.fitted) {
      Complete(method, *next.fitted);
      return *std::move(next.fitted);
    }
    state = Json::parse(next.state.dump());
  }
}

}  // namespace concordat::learning
