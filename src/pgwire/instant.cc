#include "pgwire/instant.h"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace concordat::pgwire {
namespace {

tl::unexpected<Refusal> Malformed(std::string_view text, const char* type) {
  return Refuse("", std::string("invalid input syntax for type ") + type + ": \"" + std::string(text) + "\"",
                "write 2026-11-23 or 2026-11-23 07:10:04", "22007");
}
tl::unexpected<Refusal> OutOfRange(std::string_view text) {
  return Refuse("", "date/time field value out of range: \"" + std::string(text) + "\"", "", "22008");
}

// Between `least` and `most` digits off the front.
std::optional<int> TakeDigits(std::string_view& text, std::size_t least, std::size_t most) {
  std::size_t count = 0;
  int value = 0;
  while (count < most && count < text.size() && text[count] >= '0' && text[count] <= '9') {
    value = value * 10 + (text[count++] - '0');
  }
  if (count < least) return std::nullopt;
  text.remove_prefix(count);
  return value;
}

bool TakeCharacter(std::string_view& text, char wanted) {
  if (!text.starts_with(wanted)) return false;
  text.remove_prefix(1);
  return true;
}

struct Day {
  int year, month, day;
  std::optional<std::chrono::sys_days> Valid() const {
    const std::chrono::year_month_day date{std::chrono::year(year),
                                           std::chrono::month(static_cast<unsigned>(month)),
                                           std::chrono::day(static_cast<unsigned>(day))};
    if (year < 1 || !date.ok()) return std::nullopt;
    return std::chrono::sys_days(date);
  }
};

std::optional<Day> TakeDay(std::string_view& text) {
  const auto year = TakeDigits(text, 4, 5);
  if (!year || !TakeCharacter(text, '-')) return std::nullopt;
  const auto month = TakeDigits(text, 1, 2);
  if (!month || !TakeCharacter(text, '-')) return std::nullopt;
  const auto day = TakeDigits(text, 1, 2);
  if (!day) return std::nullopt;
  return Day{*year, *month, *day};
}

// Microseconds from midnight; -1 if a field is out of its range.
std::optional<std::int64_t> TakeTimeOfDay(std::string_view& text) {
  const auto hour = TakeDigits(text, 1, 2);
  if (!hour || !TakeCharacter(text, ':')) return std::nullopt;
  const auto minute = TakeDigits(text, 2, 2);
  if (!minute) return std::nullopt;
  int second = 0;
  std::int64_t microsecond = 0;
  if (TakeCharacter(text, ':')) {
    const auto seconds = TakeDigits(text, 2, 2);
    if (!seconds) return std::nullopt;
    second = *seconds;
    if (TakeCharacter(text, '.')) {
      const std::size_t before = text.size();
      const auto fraction = TakeDigits(text, 1, 6);
      if (!fraction) return std::nullopt;
      microsecond = *fraction;
      for (std::size_t digits = before - text.size(); digits < 6; ++digits) microsecond *= 10;
    }
  }
  if (*hour > 23 || *minute > 59 || second > 59) return -1;
  return ((*hour * 60 + *minute) * 60 + second) * std::int64_t{1'000'000} + microsecond;
}

// Seconds east of Greenwich: "Z", "+01", "-0330", "+05:30".
std::optional<int> TakeOffset(std::string_view& text) {
  if (TakeCharacter(text, ' ') && text.empty()) return std::nullopt;
  if (text == "UTC" || text == "Z" || text == "z") {
    text = {};
    return 0;
  }
  const bool west = text.starts_with('-');
  if (!west && !text.starts_with('+')) return std::nullopt;
  text.remove_prefix(1);
  const auto hours = TakeDigits(text, 2, 2);
  if (!hours) return std::nullopt;
  int minutes = 0;
  if (!text.empty()) {
    TakeCharacter(text, ':');
    const auto digits = TakeDigits(text, 2, 2);
    if (!digits) return std::nullopt;
    minutes = *digits;
  }
  const int seconds = (*hours * 60 + minutes) * 60;
  return west ? -seconds : seconds;
}

}  // namespace

Outcome<Value> DateFromText(std::string_view text) {
  std::string_view rest = text;
  const auto day = TakeDay(rest);
  if (!day || !rest.empty()) return Malformed(text, "date");
  const auto valid = day->Valid();
  if (!valid) return OutOfRange(text);
  return Date{static_cast<std::int32_t>(valid->time_since_epoch().count())};
}

Outcome<Value> TimestampFromText(std::string_view text, bool zoned) {
  const char* const type = zoned ? "timestamp with time zone" : "timestamp";
  std::string_view rest = text;
  const auto day = TakeDay(rest);
  if (!day) return Malformed(text, type);
  std::int64_t time = 0;
  int offset = 0;
  if (!rest.empty()) {
    if (!TakeCharacter(rest, ' ') && !TakeCharacter(rest, 'T')) return Malformed(text, type);
    const auto time_of_day = TakeTimeOfDay(rest);
    if (!time_of_day) return Malformed(text, type);
    time = *time_of_day;
    if (!rest.empty()) {
      const auto zone = TakeOffset(rest);
      if (!zone || !rest.empty()) return Malformed(text, type);
      offset = zoned ? *zone : 0;
    }
  }
  const auto valid = day->Valid();
  if (!valid || time < 0) return OutOfRange(text);
  const std::int64_t midnight = valid->time_since_epoch().count() * std::int64_t{86'400'000'000};
  return Timestamp{midnight + time - offset * std::int64_t{1'000'000}};
}

}  // namespace concordat::pgwire
