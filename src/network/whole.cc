#include "network/whole.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "base/check.h"
#include "base/mutation.h"

namespace concordat::network {
namespace {

using Rounding = double (*)(double);

constexpr Index kMostUnits = 1024;  // of one product: its sums stay below 2^53
constexpr double kExact = 0x1p53;   // whole numbers below are exact, and so are their sums
constexpr double kLargestFactor = 0x1p32;
constexpr double kShrink = 1 - 0x1p-7;  // accuracy alone rests on it

// One unit's columns of one layer's factors; of one column the gradient is never made.
struct Part {
  Lanes left, right;
  bool ghost() const { return left.cols() == 1; }
};

std::vector<Part> PartsOf(const std::vector<Factors>& factors, Index first, Index last, Index lanes) {
  std::vector<Part> parts;
  for (const Factors& each : factors) {
    const Index rows = last - first;
    Part part{.left = Lanes(each.left.rows(), each.places * rows),
              .right = Lanes(each.right.rows(), each.places * rows)};
    for (Index t = 0; t < each.places; ++t) {
      part.left.middleCols(t * rows, rows) = each.left.middleCols(t * lanes + first, rows);
      part.right.middleCols(t * rows, rows) = each.right.middleCols(t * lanes + first, rows);
    }
    parts.push_back(std::move(part));
  }
  return parts;
}

double Largest(const Lanes& lanes) { return lanes.size() == 0 ? 0 : lanes.cwiseAbs().maxCoeff(); }

double SquareOf(const Part& part) {
  if (part.ghost()) return part.left.squaredNorm() * part.right.squaredNorm();
  return (part.right * part.left.transpose()).squaredNorm();
}

// Left factors as whole numbers below 2^digits, right ones as what makes the product `scale` times as large.
// False where a number is too large for what follows to be exact.
bool MakeWhole(Part& part, double scale, int digits, Rounding rounding) {
  int exponent = 0;
  std::frexp(Largest(part.left), &exponent);
  const double up = std::ldexp(1.0, digits - exponent);
  part.left = (part.left * up).unaryExpr([](double x) { return std::nearbyint(x); });
  part.right = (part.right * (scale / up)).unaryExpr(rounding);
  return part.left.allFinite() && part.right.allFinite() && Largest(part.left) <= kLargestFactor &&
         Largest(part.right) <= kLargestFactor &&
         Largest(part.left) * Largest(part.right) * static_cast<double>(part.left.cols()) < kExact;
}

// Exactly: sums of squares of whole numbers below 2^32, at most 2^14 of them.
Uint128 WholeSquare(const Lanes& column) {
  Uint128 sum = 0;
  for (const double number : column.reshaped()) {
    const auto size = static_cast<std::uint64_t>(std::abs(number));
    sum += Uint128{size} * size;
  }
  return sum;
}

// Is the square of this part's norm at most `most`? It is taken off.
bool Fits(const Part& part, Uint128& most) {
  Uint128 square = 0;
  if (part.ghost()) {
    const Uint128 left = WholeSquare(part.left), right = WholeSquare(part.right);
    if (left != 0 && right > most / left) return false;
    square = left * right;
  } else {
    const Lanes made = part.right * part.left.transpose();
    if (Largest(made) > kLargestFactor) return false;
    square = WholeSquare(made);
  }
  if (square > most) return false;
  most -= square;
  return true;
}

bool Fits(const std::vector<Part>& parts, std::uint64_t steps) {
  Uint128 most = Uint128{steps} * steps;
  return std::all_of(parts.begin(), parts.end(), [&](const Part& part) { return Fits(part, most); });
}

// Half of a product's digits, so that neither factor is much coarser than the other.
int DigitsOf(std::uint64_t steps) { return (64 - __builtin_clzll(steps | 1)) / 2; }

// A unit's whole factors within the clip, or none.
std::vector<Part> ClippedParts(const std::vector<Part>& parts, const WholeClip& clip) {
  const bool clips = !Mutated("network_clip_off");
  double square = 0;
  for (const Part& part : parts) square += SquareOf(part);
  if (!std::isfinite(square) || square == 0) return {};
  double scale =
      static_cast<double>(clip.steps) / (clips ? std::max(clip.bound, std::sqrt(square)) : clip.bound);
  for (const Rounding rounding : {Rounding(std::nearbyint), Rounding(std::trunc), Rounding(std::trunc)}) {
    std::vector<Part> whole = parts;
    bool exact = true;
    for (Part& part : whole) exact = exact && MakeWhole(part, scale, DigitsOf(clip.steps), rounding);
    if (exact && (!clips || Fits(whole, clip.steps))) return whole;
    scale *= kShrink;
  }
  return {};
}

// Adds a product of whole numbers, row by row from `first` on: every sum in it is exact, so its order is
// nothing.
void AddProduct(const Lanes& left, const Lanes& right, Index first, std::vector<Int128>& sum) {
  if (left.cols() == 0) return;
  const Lanes product = right * left.transpose();
  CHECK(Largest(product) < kExact);
  for (Index i = 0; i < product.size(); ++i)
    sum[static_cast<std::size_t>(first + i)] += static_cast<Int128>(product.data()[i]);
}

// One layer's columns of many units, side by side.
void AddColumns(const std::vector<std::vector<Part>>& units, std::size_t layer, Index first,
                std::vector<Int128>& sum) {
  Index columns = 0;
  for (const auto& unit : units)
    if (unit[layer].ghost()) ++columns;
  Lanes left, right;
  Index place = 0;
  for (const auto& unit : units) {
    const Part& part = unit[layer];
    if (!part.ghost()) {
      AddProduct(part.left, part.right, first, sum);
      continue;
    }
    if (place == 0) left.resize(part.left.rows(), columns);
    if (place == 0) right.resize(part.right.rows(), columns);
    left.col(place) = part.left.col(0);
    right.col(place++) = part.right.col(0);
  }
  AddProduct(left, right, first, sum);
}

}  // namespace

WholeSum::WholeSum(const Network& network, const WholeClip& clip)
    : network_(network), clip_(clip), sum_(static_cast<std::size_t>(network.parameters()), 0) {
  CHECK(clip.bound > 0 && clip.steps <= kMostSteps);
}

void WholeSum::Add(const std::vector<Factors>& factors, std::span<const Index> starts, Index lanes) {
  CHECK(static_cast<Index>(starts.size()) <= kMostUnits);
  std::vector<std::vector<Part>> units;
  for (std::size_t unit = 0; unit < starts.size(); ++unit) {
    const Index last = unit + 1 < starts.size() ? starts[unit + 1] : lanes;
    auto whole = ClippedParts(PartsOf(factors, starts[unit], last, lanes), clip_);
    if (!whole.empty()) units.push_back(std::move(whole));
  }
  std::size_t own = 0;
  for (const Layer& layer : network_.layers())
    if (layer.parameters() > 0) AddColumns(units, own++, layer.first, sum_);
}

std::vector<Int128> WholeSum::Take() { return std::exchange(sum_, std::vector<Int128>(sum_.size(), 0)); }

}  // namespace concordat::network
