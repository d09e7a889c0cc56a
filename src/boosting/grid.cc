#include "boosting/grid.h"

#include <algorithm>
#include <bit>
#include <cmath>

#include "base/check.h"

namespace concordat::boosting {
namespace {

constexpr int kFinest = 30;   // bits below the largest response that gradients are rounded to
constexpr int kHeadroom = 8;  // bits above it that gradients of numbers and counts may reach
constexpr int kExact = 53;    // bits of a double
constexpr int kInteger = 128;

// The least power of two that no response is larger than.
int LargestOf(const Boost& boost) {
  const auto [low, high] = boost.columns.response_range;
  const double largest = std::max({std::fabs(low), std::fabs(high), std::ldexp(1.0, -kFinest)});
  return static_cast<int>(std::ceil(std::log2(largest)));
}

struct Fineness {
  int bits = 0;  // of the most units that a row has
  int unit = 0;  // a power of two
};

// `above`: the power of two that a row's stays below.
Fineness FinenessOf(int above, int finest, int bits) {
  return {std::min(bits, above - finest), std::max(finest, above - bits)};
}

}  // namespace

BoostGrid GridOf(const Boost& boost, std::int64_t rows) {
  CHECK(rows > 0 && rows < std::int64_t{1} << 31);
  const int r = std::bit_width(static_cast<std::uint64_t>(rows));
  const bool plain = boost.objective.kind == Objective::Kind::kRegression;  // hessians are 1
  const bool binary = boost.objective.kind == Objective::Kind::kBinary;     // both are 1 at most
  const int left = kInteger - 3 * (r + 1);
  const int bits = std::min(kExact - r, plain ? left : left / 2);
  const int largest = binary ? 0 : LargestOf(boost), above = binary ? 0 : largest + kHeadroom;
  const Fineness gradient = FinenessOf(above, largest - kFinest, bits);
  const Fineness hessian = plain ? Fineness{0, 0} : gradient;
  BoostGrid grid;
  grid.slots_ = {{std::ldexp(1.0, gradient.unit), gradient.bits + r + 1},
                 {std::ldexp(1.0, hessian.unit), hessian.bits + r + 1},
                 {1.0, r + 1}};
  grid.most_gradient_ = std::ldexp(1.0, gradient.bits);
  grid.most_hessian_ = std::ldexp(1.0, hessian.bits);
  return grid;
}

std::optional<Uint128> BoostGrid::Packed(const Gradient& gradient) const {
  const double g = std::nearbyint(gradient.first / slots_[0].unit);
  const double h = std::nearbyint(gradient.second / slots_[1].unit);
  if (!(std::fabs(g) <= most_gradient_ && h >= 0 && h <= most_hessian_)) return std::nullopt;
  return static_cast<Uint128>(static_cast<Int128>(g)) + (static_cast<Uint128>(h) << slots_[0].bits) +
         (Uint128{1} << (slots_[0].bits + slots_[1].bits));
}

}  // namespace concordat::boosting
