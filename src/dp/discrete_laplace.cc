#include "dp/discrete_laplace.h"

#include "dp/bernoulli.h"

namespace concordat::dp {
namespace {

constexpr std::uint32_t kLargestPart = 1U << 24;

}  // namespace

Result<DiscreteLaplace> DiscreteLaplace::Make(Scale scale) {
  if (scale.numerator == 0) return Fail(ErrorCode::kInvalidArgument, "scale numerator is zero");
  if (scale.denominator == 0) return Fail(ErrorCode::kInvalidArgument, "scale denominator is zero");
  if (scale.numerator > kLargestPart || scale.denominator > kLargestPart) {
    return Fail(ErrorCode::kInvalidArgument, "a part of the scale is past 2^24");
  }
  return DiscreteLaplace(scale);
}

std::int64_t DiscreteLaplace::Sample(BitSource& bits) const {
  for (;;) {
    const std::uint64_t low = UniformBelow(scale_.numerator, bits);
    if (!BernoulliExp(low, scale_.numerator, bits)) continue;
    std::uint64_t high = 0;
    while (BernoulliInverseE(bits)) ++high;
    const auto magnitude = static_cast<std::int64_t>((low + scale_.numerator * high) / scale_.denominator);
    const bool negative = (bits.Take16() & 1) != 0;
    if (negative && magnitude == 0) continue;  // else zero would come up twice as often
    return negative ? -magnitude : magnitude;
  }
}

}  // namespace concordat::dp
