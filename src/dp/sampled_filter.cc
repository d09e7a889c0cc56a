#include "dp/sampled_filter.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/mutation.h"

namespace concordat::dp {
namespace {

constexpr double kNoEnd = std::numeric_limits<double>::infinity();
constexpr double kLargestRoom = 64;
// Apart by the golden ratio: no order is further than 1.28 times from one of these, counted from 1.
constexpr std::array<double, 12> kGrid = {2, 3, 4, 6, 9, 14, 22, 34, 52, 88, 144, 256};

// Releases like the first that fit under epsilon at an order: a line in epsilon.
struct Line {
  double each = 0;   // what one costs
  double fixed = 0;  // what the conversion costs
  double Room(double epsilon) const { return (epsilon - fixed) / each; }
};

std::array<Line, kOrders> LinesOf(const RenyiCurve& first, double delta) {
  std::array<Line, kOrders> lines;
  for (std::size_t i = 0; i < kOrders; ++i) {
    const double order = RenyiOrders()[i];
    lines[i] = {first[i], std::log1p(-1 / order) - (std::log(delta) + std::log(order)) / (order - 1)};
  }
  return lines;
}

// Where the upper envelope of lines, coming down from `high` on line `on`, passes to another.
struct Turn {
  double at = 0;
  std::size_t to = kOrders;  // none
};
Turn NextTurn(const std::array<Line, kOrders>& lines, std::size_t on, double high) {
  Turn turn;
  for (std::size_t i = 0; i < kOrders; ++i) {
    if (!(lines[i].each > lines[on].each)) continue;  // steeper ones lie below from here on
    const double at = (lines[on].fixed * lines[i].each - lines[i].fixed * lines[on].each) /
                      (lines[i].each - lines[on].each);
    if (at < high && at > turn.at) turn = {at, i};
  }
  return turn;
}

}  // namespace

double EpsilonAsFirst(const RenyiCurve& spent, const RenyiCurve& first, double delta) {
  const std::array<Line, kOrders> lines = LinesOf(first, delta);
  const auto less_room = [](const Line& a, const Line& b) {
    return a.Room(kLargestRoom) < b.Room(kLargestRoom);
  };
  double high = kLargestRoom;
  auto on = static_cast<std::size_t>(std::max_element(lines.begin(), lines.end(), less_room) - lines.begin());
  // From the largest budgets down, while all of those of one order hold what was spent.
  while (on < kOrders) {
    const double cost = RenyiEpsilon(RenyiOrders()[on], spent[on], delta);
    const Turn turn = NextTurn(lines, on, high);
    if (cost > high) return high == kLargestRoom ? kNoEnd : std::nextafter(high, kNoEnd);
    if (cost > turn.at || turn.to == kOrders) return cost;
    high = turn.at;
    on = turn.to;
  }
  return high;
}

double EpsilonOnGrid(const RenyiCurve& spent, double delta) {
  double least = kNoEnd;
  for (const double order : kGrid) {
    const auto& orders = RenyiOrders();
    const auto i =
        static_cast<std::size_t>(std::lower_bound(orders.begin(), orders.end(), order) - orders.begin());
    least = std::min(least, RenyiEpsilon(order, spent[i], delta / kGrid.size()));
  }
  return least <= kLargestRoom ? least : kNoEnd;
}

}  // namespace concordat::dp
