#include "base/value.h"

#include <fmt/format.h>

#include <chrono>
#include <cmath>

namespace concordat {
namespace {

std::string DateText(std::chrono::sys_days day) {
  const std::chrono::year_month_day date(day);
  return fmt::format("{:04}-{:02}-{:02}", static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                     static_cast<unsigned>(date.day()));
}

std::string TimestampText(Timestamp timestamp) {
  const std::chrono::sys_time<std::chrono::microseconds> moment{
      std::chrono::microseconds(timestamp.microseconds)};
  const auto midnight = std::chrono::floor<std::chrono::days>(moment);
  const std::chrono::hh_mm_ss clock(moment - midnight);
  std::string text = fmt::format("{} {:02}:{:02}:{:02}", DateText(midnight), clock.hours().count(),
                                 clock.minutes().count(), clock.seconds().count());
  if (clock.subseconds().count() != 0) {
    text += fmt::format(".{:06}", clock.subseconds().count());
    while (text.back() == '0') text.pop_back();
  }
  return text;
}

std::string NumberText(double number) {
  if (std::isnan(number)) return "NaN";
  if (std::isinf(number)) return number > 0 ? "Infinity" : "-Infinity";
  return fmt::format("{}", number == 0 ? 0.0 : number);
}

}  // namespace

const char* Name(Type type) {
  switch (type) {
    case Type::kBoolean:
      return "boolean";
    case Type::kInteger:
      return "bigint";
    case Type::kNumber:
      return "double precision";
    case Type::kText:
      return "text";
    case Type::kDate:
      return "date";
    case Type::kTimestamp:
      return "timestamp";
  }
  return "text";
}

std::string ToText(const Value& value) {
  struct Printer {
    std::string operator()(Null) const { return ""; }
    std::string operator()(bool v) const { return v ? "t" : "f"; }
    std::string operator()(std::int64_t v) const { return std::to_string(v); }
    std::string operator()(double v) const { return NumberText(v); }
    std::string operator()(const std::string& v) const { return v; }
    std::string operator()(Date v) const {
      return DateText(std::chrono::sys_days(std::chrono::days(v.days)));
    }
    std::string operator()(Timestamp v) const { return TimestampText(v); }
    std::string operator()(Int128 v) const { return ToString(v); }
  };
  return std::visit(Printer{}, value);
}

}  // namespace concordat
