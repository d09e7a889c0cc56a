#include "survival/event_times.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace concordat::survival {

Outcome<EventTimes> EventTimes::Of(const learning::Formula& formula, const learning::Schema& schema,
                                   double resolution) {
  const bool plain = formula.response && formula.status &&
                     formula.response->kind == learning::Variable::Kind::kPlain &&
                     formula.response->of.kind == learning::Expr::Kind::kColumn;
  if (!plain)
    return Refuse("survival_response", "the left side is not Surv(time, status) of two columns",
                  "write Surv(time, status) ~ … or Surv(start, time, status) ~ …, with the columns' names",
                  "42601");
  const std::string& name = formula.response->of.name;
  const learning::Field* field = learning::Find(schema, name);
  if (field == nullptr || !field->range)
    return Refuse("range_needed", fmt::format("times need a declared range, and {} has none", name),
                  "ask the steward to declare the column's least and greatest value");
  const auto [low, high] = *field->range;
  EventTimes times;
  times.resolution_ = resolution;
  times.first_ = std::round(low / resolution);
  const double size = std::round(high / resolution) - times.first_ + 1;
  if (!(size <= static_cast<double>(kMostTimes)))
    return Refuse("grid_too_fine",
                  fmt::format("{} has {:.0f} times at a resolution of {}, and {} are allowed", name, size,
                              resolution, kMostTimes),
                  fmt::format("write resolution => {}", std::ceil((high - low) / (kMostTimes - 1))), "22023");
  times.size_ = static_cast<std::size_t>(std::max(size, 1.0));
  return times;
}

std::size_t EventTimes::Place(double time) const {
  const double last = static_cast<double>(size_ - 1);
  return static_cast<std::size_t>(std::clamp(std::round(time / resolution_) - first_, 0.0, last));
}

Spell EventTimes::SpellOf(const learning::Frame& frame, Eigen::Index row) const {
  Spell spell{.leave = Place(frame.y[row]), .event = frame.status[row] != 0};
  if (frame.start.size() == 0) return spell;
  const double entry = std::round(frame.start[row] / resolution_) - first_;
  const double latest = static_cast<double>(spell.leave) - (spell.event ? 1 : 0);
  spell.entry = static_cast<std::int64_t>(std::clamp(entry, -1.0, latest));
  return spell;
}

}  // namespace concordat::survival
