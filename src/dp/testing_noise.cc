#include "dp/testing_noise.h"

#include <algorithm>

#include "dp/discrete_gaussian.h"
#include "dp/discrete_laplace.h"
#include "dp/scale.h"

namespace concordat::dp {

void FrozenNoise::Take(Mechanism mechanism, std::span<std::int64_t> out) {
  constexpr Scale kScale{.numerator = static_cast<std::uint32_t>(kNoiseScale), .denominator = 1};
  const bool gaussian = mechanism == Mechanism::kDiscreteGaussian;
  std::vector<std::int64_t>& drawn = drawn_[gaussian ? 0 : 1];
  std::size_t& used = used_[gaussian ? 0 : 1];
  while (drawn.size() < used + out.size()) {
    drawn.push_back(gaussian ? DiscreteGaussian::Make(kScale)->Sample(bits_)
                             : DiscreteLaplace::Make(kScale)->Sample(bits_));
  }
  std::copy_n(drawn.begin() + static_cast<std::ptrdiff_t>(used), out.size(), out.begin());
  used += out.size();
}

void NoNoise::Take(Mechanism, std::span<std::int64_t> out) { std::fill(out.begin(), out.end(), 0); }

}  // namespace concordat::dp
