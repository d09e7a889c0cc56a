#include "release/answer_json.h"

#include <charconv>
#include <limits>
#include <nlohmann/json.hpp>

#include "base/clock.h"

namespace concordat::release {
namespace {

constexpr std::size_t kDateLength = 10;     // "2026-11-23"
constexpr std::size_t kSecondsLength = 19;  // "2026-11-23 07:10:04"
constexpr std::size_t kMicrosecondDigits = 6;

tl::unexpected<Error> Corrupt(const std::string& what) {
  return Fail(ErrorCode::kCorrupt, "a stored answer is not one: " + what, "run concordat ledger verify");
}

template <class T>
Result<Value> Parsed(const std::string& text) {
  T value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return Corrupt("'" + text + "'");
  return Value(value);
}

Result<Value> NumberFromText(const std::string& text) {
  if (text == "NaN") return Value(std::numeric_limits<double>::quiet_NaN());
  if (text == "Infinity") return Value(std::numeric_limits<double>::infinity());
  if (text == "-Infinity") return Value(-std::numeric_limits<double>::infinity());
  return Parsed<double>(text);
}

// "2026-11-23"
Result<Value> DateFromText(const std::string& text) {
  const auto time = ParseTime(text);
  if (!time || text.size() != kDateLength) return Corrupt("'" + text + "'");
  return Value(Date{
      static_cast<std::int32_t>(std::chrono::floor<std::chrono::days>(*time).time_since_epoch().count())});
}

// "2026-11-23 07:10:04[.123456]"
Result<Value> TimestampFromText(const std::string& text) {
  if (text.size() < kSecondsLength || text[kDateLength] != ' ') return Corrupt("'" + text + "'");
  const auto seconds = ParseTime(text.substr(0, kDateLength) + "T" +
                                 text.substr(kDateLength + 1, kSecondsLength - kDateLength - 1) + "Z");
  if (!seconds) return Corrupt("'" + text + "'");
  std::int64_t microseconds = std::chrono::microseconds(seconds->time_since_epoch()).count();
  if (text.size() == kSecondsLength) return Value(Timestamp{microseconds});
  std::string digits = text.substr(kSecondsLength + 1);
  const bool are_digits = digits.find_first_not_of("0123456789") == std::string::npos;
  if (text[kSecondsLength] != '.' || digits.empty() || digits.size() > kMicrosecondDigits || !are_digits)
    return Corrupt("'" + text + "'");
  digits.resize(kMicrosecondDigits, '0');
  microseconds += std::get<std::int64_t>(TRY(Parsed<std::int64_t>(digits)));
  return Value(Timestamp{microseconds});
}

Result<Type> TypeFromName(const std::string& name) {
  for (const Type type :
       {Type::kBoolean, Type::kInteger, Type::kNumber, Type::kText, Type::kDate, Type::kTimestamp}) {
    if (name == Name(type)) return type;
  }
  return Corrupt("type '" + name + "'");
}

}  // namespace

Result<Value> ValueFromText(Type type, const std::string& text) {
  switch (type) {
    case Type::kBoolean:
      if (text == "t" || text == "f") return Value(text == "t");
      return Corrupt("'" + text + "'");
    case Type::kInteger:
      return Parsed<std::int64_t>(text);
    case Type::kNumber:
      return NumberFromText(text);
    case Type::kText:
      return Value(text);
    case Type::kDate:
      return DateFromText(text);
    case Type::kTimestamp:
      return TimestampFromText(text);
  }
  return Corrupt("'" + text + "'");
}

Json ToJson(const Answer& answer) {
  Json columns = Json::array();
  for (const OutputColumn& column : answer.columns)
    columns.push_back({{"name", column.name}, {"type", Name(column.type)}});
  Json rows = Json::array();
  for (const Row& row : answer.rows) {
    Json values = Json::array();
    for (const Value& value : row) values.push_back(IsNull(value) ? Json() : Json(ToText(value)));
    rows.push_back(std::move(values));
  }
  return {{"id", answer.id},
          {"columns", std::move(columns)},
          {"rows", std::move(rows)},
          {"notice", answer.notice}};
}

Result<Answer> AnswerFromJson(const Json& json) {
  try {
    if (!json.at("columns").is_array() || !json.at("rows").is_array()) return Corrupt("no columns or rows");
    Answer answer{.id = json.at("id"), .columns = {}, .rows = {}, .notice = json.at("notice")};
    for (const Json& column : json.at("columns")) {
      const Type type = TRY(TypeFromName(column.at("type")));
      answer.columns.push_back({column.at("name"), type});
    }
    for (const Json& values : json.at("rows")) {
      if (values.size() != answer.columns.size()) return Corrupt("a row of another width");
      Row row;
      for (std::size_t i = 0; i < values.size(); ++i) {
        row.push_back(values[i].is_null() ? Value(Null{})
                                          : TRY(ValueFromText(answer.columns[i].type, values[i])));
      }
      answer.rows.push_back(std::move(row));
    }
    return answer;
  } catch (const Json::exception& error) {
    return Corrupt(error.what());
  }
}

}  // namespace concordat::release
