#include "dp/discrete_gaussian.h"

#include <numeric>

#include "base/check.h"
#include "base/int128.h"
#include "dp/bernoulli.h"

namespace concordat::dp {
namespace {

constexpr Uint128 kLargestSlope = Uint128{1} << 24;
constexpr Uint128 kLargestDenominator = (Uint128{1} << 48) - 1;

}  // namespace

Result<DiscreteGaussian> DiscreteGaussian::Make(Scale sigma) {
  // A whole sigma proposes from b = sigma, which keeps fractions small; any b is correct
  // (discrete_gaussian.proof.md).
  const bool whole = sigma.denominator == 1;
  const std::uint32_t b =
      whole || sigma.denominator == 0 ? sigma.numerator : sigma.numerator / sigma.denominator + 1;
  TRY(DiscreteLaplace::Make(sigma));
  const DiscreteLaplace proposal = TRY(DiscreteLaplace::Make({b, 1}));
  const Uint128 n = sigma.numerator, d = sigma.denominator;
  // exp(-(|y| - sigma^2/b)^2 / (2 sigma^2)) over a common denominator.
  if (b * d * d > ~std::uint64_t{0}) return Fail(ErrorCode::kInvalidArgument, "sigma is too fine a fraction");
  const Uint128 common = std::gcd(static_cast<std::uint64_t>(b * d * d), static_cast<std::uint64_t>(n * n));
  const Uint128 slope = b * d * d / common;
  const Uint128 offset = n * n / common;
  const Uint128 denominator = 2 * b * slope * offset;
  if (slope > kLargestSlope || denominator > kLargestDenominator) {
    return Fail(ErrorCode::kInvalidArgument, "sigma is too large or too fine a fraction");
  }
  return DiscreteGaussian(proposal, static_cast<std::uint64_t>(slope), static_cast<std::uint64_t>(offset),
                          static_cast<std::uint64_t>(denominator));
}

std::int64_t DiscreteGaussian::Sample(BitSource& bits) const {
  for (;;) {
    const std::int64_t y = proposal_.Sample(bits);
    const Int128 distance =
        Int128{y < 0 ? -y : y} * static_cast<Int128>(slope_) - static_cast<Int128>(offset_);
    const auto absolute = static_cast<Uint128>(distance < 0 ? -distance : distance);
    CHECK(absolute >> 64 == 0);  // false with chance below exp(-2^14): discrete_gaussian.proof.md
    if (BernoulliExp(absolute * absolute, denominator_, bits)) return y;
  }
}

}  // namespace concordat::dp
