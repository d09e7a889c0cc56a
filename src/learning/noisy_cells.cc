#include "learning/noisy_cells.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace concordat::learning {
namespace {

using Eigen::Index;
using Eigen::VectorXd;

constexpr double kMostRows = 0.8;         // that a window holds
constexpr double kNormal = 1.23;          // the t of SpreadAbout, for a normal column of deviation 1
constexpr double kByNoise = 2.5;          // deviations that noise may make of a sum of cells
constexpr double kAboveNoise = 2;         // deviations of noise above which rows beyond a size are told
constexpr double kSlow = 1.5, kFast = 4;  // powers by which rows beyond a size fall off
// What clipping takes counts as noise of this share of it: it is counted in intervals whole.
constexpr double kTaken = 0.5;

double Nearer(double centre, double low, double high) {
  return centre >= low && centre <= high ? 0 : std::min(std::abs(low - centre), std::abs(high - centre));
}
double Farther(double centre, double low, double high) {
  return std::max(std::abs(low - centre), std::abs(high - centre));
}

std::vector<Index> InOrderOf(const VectorXd& keys) {
  std::vector<Index> order(static_cast<std::size_t>(keys.size()));
  std::iota(order.begin(), order.end(), Index{0});
  std::stable_sort(order.begin(), order.end(), [&](Index a, Index b) { return keys[a] < keys[b]; });
  return order;
}

VectorXd FarEnds(double centre, const Cells& cells) {
  VectorXd ends(cells.size());
  for (Index i = 0; i < cells.size(); ++i) ends[i] = Farther(centre, cells.low(i), cells.high(i));
  return ends;
}

// Of each cell's rows, were they spread over it evenly.
VectorXd SquaresAbout(double centre, const Cells& cells) {
  VectorXd squares(cells.size());
  for (Index i = 0; i < cells.size(); ++i) {
    const double near = Nearer(centre, cells.low(i), cells.high(i));
    const double far = Farther(centre, cells.low(i), cells.high(i));
    squares[i] = (near * near + near * far + far * far) / 3;
  }
  return squares;
}

}  // namespace

Cells::Cells(Window window, int lines) {
  const auto [centre, half] = window;
  std::vector<double> edges;
  for (int i = 0; i <= lines; ++i) edges.push_back(centre + half * (2.0 * i / lines - 1));
  for (double reach = 2 * half; reach < 4; reach *= 2) {
    edges.push_back(centre + reach);
    edges.push_back(centre - reach);
  }
  for (double& edge : edges) edge = std::clamp(edge, -1.0, 1.0);
  edges.insert(edges.end(), {-1.0, 1.0});
  std::sort(edges.begin(), edges.end());
  edges.erase(std::unique(edges.begin(), edges.end()), edges.end());
  edges_ = std::move(edges);
}

Index Cells::Of(double x) const {
  const auto above = std::upper_bound(edges_.begin(), edges_.end(), x);
  return std::clamp<Index>(above - edges_.begin() - 1, 0, size() - 1);
}

double MedianOf(const Counted& counted) {
  const Cells& cells = counted.cells;
  const double half = std::max(counted.counts.sum(), 1.0) / 2;
  double below = 0;
  Index cell = 0;
  while (cell + 1 < cells.size() && below + counted.counts[cell] < half) below += counted.counts[cell++];
  const double share = std::clamp((half - below) / std::max(counted.counts[cell], 1e-9), 0.0, 1.0);
  return cells.low(cell) + share * (cells.high(cell) - cells.low(cell));
}

Window WindowAbout(double centre, const Counted& counted) {
  const VectorXd ends = FarEnds(centre, counted.cells);
  const double wanted = kMostRows * counted.counts.sum();
  double within = 0;
  for (const Index cell : InOrderOf(ends)) {
    within += counted.counts[cell];
    if (within >= wanted) return {centre, std::min(ends[cell], 1.0)};
  }
  return {centre, 1};
}

double SpreadAbout(double centre, const Counted& counted) {
  const VectorXd squares = SquaresAbout(centre, counted.cells), ends = FarEnds(centre, counted.cells);
  double best = 0, most = -1e300;
  for (const double t : ends) {
    const VectorXd each = squares.cwiseMin(t * t);
    const double worth = (counted.counts.dot(each) - kByNoise * counted.sigma * each.norm()) / t;
    if (worth > most || (worth == most && t < best)) {
      most = worth;
      best = t;
    }
  }
  return best / kNormal;
}

Sizes SizesAbout(double centre, const Counted& counted) {
  VectorXd near(counted.cells.size());
  for (Index i = 0; i < near.size(); ++i)
    near[i] = Nearer(centre, counted.cells.low(i), counted.cells.high(i));
  Sizes sizes{.edges = {}, .counts = VectorXd(near.size()), .sigma = counted.sigma};
  for (const Index cell : InOrderOf(near)) {
    sizes.counts[static_cast<Index>(sizes.edges.size())] = counted.counts[cell];
    sizes.edges.push_back(near[cell]);
  }
  return sizes;
}

Clipping ClippingFor(const Sizes& sizes, double slope, double least, double most) {
  const auto size = static_cast<Index>(sizes.edges.size());
  VectorXd beyond = sizes.counts;
  for (Index i = size - 2; i >= 0; --i) beyond[i] += beyond[i + 1];
  const auto edge = [&](Index i) { return sizes.edges[static_cast<std::size_t>(i)]; };
  Index last = size - 1;
  while (last >= 0 && beyond[last] <= kAboveNoise * sizes.sigma * std::sqrt(static_cast<double>(size - last)))
    --last;
  if (last < 0 || edge(last) <= 0 || slope <= 0) return {.most = most};
  Index before = last;
  while (before >= 0 && edge(before) > edge(last) / 2) --before;
  double power = 2;
  if (before >= 0 && edge(before) > 0)
    power = std::log(std::max(beyond[before] / beyond[last], 1.0)) / std::log(edge(last) / edge(before));
  power = std::clamp(power, kSlow, kFast);
  // Beyond c are taken: whole * c^(1 - power).
  const double whole = beyond[last] * std::pow(edge(last), power) / (power - 1);
  const double best = std::pow(kTaken * whole * std::sqrt(power - 1) / slope, 1 / power);
  const double bound = std::max({best, edge(last), least});
  if (bound >= most) return {.most = most};
  return {.most = bound, .beyond = whole * std::pow(bound, 1 - power)};
}

}  // namespace concordat::learning
