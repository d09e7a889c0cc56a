#include "pgwire/portal.h"

#include <fmt/format.h>

#include <algorithm>

namespace concordat::pgwire {
namespace {

std::size_t RoughBytes(const Answer& answer) {
  std::size_t bytes = 0;
  for (const Row& row : answer.rows) {
    bytes += sizeof(Row) + row.size() * sizeof(Value);
    for (const Value& value : row) {
      if (const auto* text = std::get_if<std::string>(&value)) bytes += text->size();
    }
  }
  return bytes;
}

// Position `wanted`, kept between before the first row and after the last.
std::size_t Clamped(std::int64_t wanted, std::size_t rows) {
  return static_cast<std::size_t>(std::clamp<std::int64_t>(wanted, 0, static_cast<std::int64_t>(rows) + 1));
}

// The row at `position`, if there is one.
Span RowAt(std::size_t position, std::size_t rows) {
  return position >= 1 && position <= rows ? Span{position - 1, position} : Span{};
}

Span Forward(std::size_t& position, std::size_t rows, std::int64_t count) {
  const std::size_t begin = std::min(position, rows);
  const std::size_t left = rows - begin;
  const bool past = static_cast<std::uint64_t>(count) > left;
  const std::size_t end = past ? rows : begin + static_cast<std::size_t>(count);
  position = past ? rows + 1 : end;
  return {begin, end};
}

Span Backward(std::size_t& position, std::int64_t count) {
  const std::size_t end = position == 0 ? 0 : position - 1;
  const bool past = static_cast<std::uint64_t>(count) > end;
  const std::size_t begin = past ? 0 : end - static_cast<std::size_t>(count);
  position = past ? 0 : begin + 1;
  return {begin, end, true};
}

}  // namespace

Effect Rows(std::shared_ptr<const Answer> answer, std::string tag, bool counted) {
  const std::size_t rows = answer->rows.size();
  return {.answer = std::move(answer),
          .begin = 0,
          .end = rows,
          .tag = std::move(tag),
          .counted = counted,
          .copy = {}};
}
Effect Done(std::string tag) { return {.answer = {}, .tag = std::move(tag), .copy = {}}; }

Outcome<Portal*> Portals::Add(const std::string& name, Portal portal) {
  if (!name.empty() && portals_.contains(name)) {
    return Refuse("", fmt::format("{} \"{}\" already exists", portal.cursor ? "cursor" : "portal", name), "",
                  "42P03");
  }
  if (!portals_.contains(name) && portals_.size() >= static_cast<std::size_t>(limits_.portals)) {
    return Refuse(
        "", fmt::format("this session has {} portals and cursors open, the most it may", limits_.portals),
        "close some of them", "53400");
  }
  return &(portals_[name] = std::move(portal));
}

Outcome<Portal*> Portals::Find(const std::string& name) {
  const auto found = portals_.find(name);
  if (found == portals_.end()) {
    return Refuse("", fmt::format("portal \"{}\" does not exist", name), "", "34000");
  }
  return &found->second;
}

bool Portals::Close(const std::string& name) { return portals_.erase(name) > 0; }
void Portals::CloseAll() { portals_.clear(); }
void Portals::EndTransaction(bool committed) {
  std::erase_if(portals_, [&](const auto& entry) {
    return !entry.second.committed && (!entry.second.hold || !committed);
  });
  for (auto& [name, portal] : portals_) portal.committed = true;
}

Outcome<void> Portals::Hold(Portal& portal, const Answer& answer) {
  const std::size_t bytes = RoughBytes(answer);
  std::size_t held = bytes;
  for (const auto& [name, other] : portals_) held += other.bytes;
  if (held > limits_.held_bytes) {
    return Refuse("",
                  fmt::format("this session's cursors and portals would hold more than {} MB",
                              limits_.held_bytes >> 20),
                  "close cursors that are done with, or ask for fewer groups", "53400");
  }
  portal.bytes = bytes;
  return {};
}

Span Move(std::size_t& position, std::size_t rows, FetchCommand::Direction direction, std::int64_t count) {
  using Direction = FetchCommand::Direction;
  if (direction == Direction::kRelative || direction == Direction::kAbsolute) {
    const auto limit = static_cast<std::int64_t>(rows) + 1;
    std::int64_t wanted = std::clamp(count, -2 * limit, 2 * limit);  // so that nothing below overflows
    if (direction == Direction::kRelative) wanted += static_cast<std::int64_t>(position);
    if (direction == Direction::kAbsolute && wanted < 0) wanted += limit;
    position = Clamped(wanted, rows);
    return RowAt(position, rows);
  }
  if (count == 0) return RowAt(position, rows);
  const bool turned = count < 0;
  const std::int64_t steps = turned ? -std::max(count, -kEverything) : count;
  return (direction == Direction::kForward) != turned ? Forward(position, rows, steps)
                                                      : Backward(position, steps);
}

Outcome<void> Statements::Add(const std::string& name, Prepared prepared) {
  if (!name.empty() && statements_.contains(name)) {
    return Refuse("", fmt::format("prepared statement \"{}\" already exists", name), "", "42P05");
  }
  if (!statements_.contains(name) &&
      statements_.size() >= static_cast<std::size_t>(limits_.prepared_statements)) {
    return Refuse(
        "",
        fmt::format("this session has {} prepared statements, the most it may", limits_.prepared_statements),
        "deallocate some of them", "53400");
  }
  statements_[name] = std::make_shared<const Prepared>(std::move(prepared));
  return {};
}

Outcome<std::shared_ptr<const Prepared>> Statements::Find(const std::string& name) const {
  const auto found = statements_.find(name);
  if (found == statements_.end()) {
    const std::string which =
        name.empty() ? "unnamed prepared statement" : "prepared statement \"" + name + "\"";
    return Refuse("", which + " does not exist", "", "26000");
  }
  return found->second;
}

bool Statements::Close(const std::string& name) { return statements_.erase(name) > 0; }

}  // namespace concordat::pgwire
