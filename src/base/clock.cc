#include "base/clock.h"

#include <fmt/format.h>

#include <cstdio>

namespace concordat {

using std::chrono::day;
using std::chrono::floor;
using std::chrono::month;
using std::chrono::year;
using std::chrono::year_month_day;

Time SystemClock::Now() const {
  return std::chrono::time_point_cast<Milliseconds>(std::chrono::system_clock::now());
}

Milliseconds SystemClock::Elapsed() const {
  return std::chrono::duration_cast<Milliseconds>(std::chrono::steady_clock::now().time_since_epoch());
}

std::string FormatTime(Time time) {
  const auto midnight = floor<std::chrono::days>(time);
  const year_month_day date(midnight);
  const std::chrono::hh_mm_ss clock(time - midnight);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                     clock.hours().count(), clock.minutes().count(), clock.seconds().count(),
                     clock.subseconds().count());
}

std::string FormatDay(Time time) { return FormatTime(time).substr(0, 10); }

Result<Time> ParseTime(std::string_view text) {
  const std::string copy(text);
  int y = 0, mo = 0, d = 0, h = 0, mi = 0, s = 0, ms = 0, used = 0;
  const auto whole = [&](const char* format, auto*... parts) {
    used = -1;
    return std::sscanf(copy.c_str(), format, parts..., &used) == static_cast<int>(sizeof...(parts)) &&
           used == static_cast<int>(copy.size());
  };
  if (!whole("%4d-%2d-%2d%n", &y, &mo, &d) &&
      !whole("%4d-%2d-%2dT%2d:%2d:%2dZ%n", &y, &mo, &d, &h, &mi, &s) &&
      !whole("%4d-%2d-%2dT%2d:%2d:%2d.%3dZ%n", &y, &mo, &d, &h, &mi, &s, &ms)) {
    return Fail(ErrorCode::kInvalidArgument, "'" + copy + "' is not a time",
                "write it as 2026-12-01 or 2026-12-01T09:00:00Z");
  }
  const year_month_day date{year(y), month(static_cast<unsigned>(mo)), day(static_cast<unsigned>(d))};
  if (!date.ok() || h < 0 || h > 23 || mi < 0 || mi > 59 || s < 0 || s > 59 || ms < 0) {
    return Fail(ErrorCode::kInvalidArgument, "'" + copy + "' is no moment of the calendar",
                "check the day and the hour");
  }
  return Time(std::chrono::sys_days(date)) + std::chrono::hours(h) + std::chrono::minutes(mi) +
         std::chrono::seconds(s) + Milliseconds(ms);
}

}  // namespace concordat
