#include "release/answer_json.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

namespace concordat::release {
namespace {

constexpr std::int64_t kDay = 86'400'000'000;  // microseconds

Answer With(Type type, Value value) {
  return {
      .id = "00000000000004f1", .columns = {{"x", type}}, .rows = {{std::move(value)}}, .notice = "charged"};
}

TEST(AnswerJson, GivesEveryValueBackAsItWas) {
  const struct {
    const char* name;
    Type type;
    Value value;
  } cases[] = {
      {"null", Type::kInteger, Null{}},
      {"true", Type::kBoolean, true},
      {"the least integer", Type::kInteger, std::numeric_limits<std::int64_t>::min()},
      {"past 2^53", Type::kInteger, (std::int64_t{1} << 53) + 1},
      {"a third", Type::kNumber, 1.0 / 3},
      {"the least number", Type::kNumber, std::numeric_limits<double>::denorm_min()},
      {"infinity", Type::kNumber, -std::numeric_limits<double>::infinity()},
      {"empty text", Type::kText, std::string()},
      {"text", Type::kText, std::string("Žižkov \"7\"\n")},
      {"a day", Type::kDate, Date{20'780}},
      {"before 1970", Type::kDate, Date{-1}},
      {"the last day of four digits", Type::kDate, Date{2'932'896}},
      {"a moment", Type::kTimestamp, Timestamp{20'780 * kDay + 25'804'123'456}},
      {"a whole second", Type::kTimestamp, Timestamp{20'780 * kDay}},
      {"just before 1970", Type::kTimestamp, Timestamp{-1}},
      {"tenths", Type::kTimestamp, Timestamp{500'000}},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    const auto again = AnswerFromJson(Json::parse(ToJson(With(c.type, c.value)).dump()));
    ASSERT_TRUE(again) << again.error().message;
    EXPECT_EQ(again->id, "00000000000004f1");
    EXPECT_EQ(again->notice, "charged");
    EXPECT_EQ(again->columns, (std::vector<OutputColumn>{{"x", c.type}}));
    EXPECT_EQ(again->rows.at(0).at(0), c.value);
  }
}

TEST(AnswerJson, KeepsNaN) {
  const auto again = AnswerFromJson(ToJson(With(Type::kNumber, std::nan(""))));
  ASSERT_TRUE(again);
  EXPECT_TRUE(std::isnan(std::get<double>(again->rows.at(0).at(0))));
}

TEST(AnswerJson, TakesNothingElseForAnAnswer) {
  const Json whole = ToJson(With(Type::kInteger, std::int64_t{7}));
  const struct {
    const char* name;
    const char* pointer;
    Json value;
  } cases[] = {
      {"no object", "", 7},
      {"no rows", "/rows", nullptr},
      {"no columns", "/columns", nullptr},
      {"a wider row", "/rows/0", Json::array({"7", "8"})},
      {"a narrower row", "/rows/0", Json::array()},
      {"a number", "/rows/0/0", 7},
      {"another type's text", "/rows/0/0", "7.5"},
      {"past an integer", "/rows/0/0", "9223372036854775808"},
      {"an unknown type", "/columns/0/type", "money"},
      {"an id that is no text", "/id", 7},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    Json broken = whole;
    broken[Json::json_pointer(c.pointer)] = c.value;
    const auto read = AnswerFromJson(broken);
    ASSERT_FALSE(read);
    EXPECT_EQ(read.error().code, ErrorCode::kCorrupt);
  }
}

TEST(ValueFromText, RefusesWhatIsNotOfTheType) {
  const struct {
    Type type;
    const char* text;
  } cases[] = {
      {Type::kBoolean, "true"},
      {Type::kBoolean, ""},
      {Type::kInteger, "1 "},
      {Type::kInteger, ""},
      {Type::kNumber, "1,5"},
      {Type::kDate, "2026-02-30"},
      {Type::kDate, "23/11/2026"},
      {Type::kTimestamp, "2026-11-23"},
      {Type::kTimestamp, "2026-11-23 25:00:00"},
      {Type::kTimestamp, "2026-11-23 07:10:04.x"},
      {Type::kTimestamp, "2026-11-23 07:10:04.-1"},
      {Type::kTimestamp, "2026-11-23 07:10:04x5"},
      {Type::kTimestamp, "2026-11-23 07:10:04.1234567"},
      {Type::kTimestamp, "2026-11-23 07:10:04."},
  };
  for (const auto& c : cases) {
    const auto value = ValueFromText(c.type, c.text);
    EXPECT_FALSE(value) << Name(c.type) << " '" << c.text << "' gave " << ToText(*value);
    if (!value) EXPECT_EQ(value.error().code, ErrorCode::kCorrupt);
  }
}

}  // namespace
}  // namespace concordat::release
