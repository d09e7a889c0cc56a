#include "crypto/canonical_json.h"

#include <gtest/gtest.h>

#include <bit>
#include <nlohmann/json.hpp>

namespace concordat::crypto {
namespace {

// RFC 8785 appendix B.
TEST(CanonicalNumber, MeetsRfc8785AppendixB) {
  const struct {
    std::uint64_t bits;
    const char* text;
  } cases[] = {
      {0x0000000000000000, "0"},
      {0x8000000000000000, "0"},
      {0x0000000000000001, "5e-324"},
      {0x8000000000000001, "-5e-324"},
      {0x7fefffffffffffff, "1.7976931348623157e+308"},
      {0xffefffffffffffff, "-1.7976931348623157e+308"},
      {0x4340000000000000, "9007199254740992"},
      {0xc340000000000000, "-9007199254740992"},
      {0x4430000000000000, "295147905179352830000"},
      {0x44b52d02c7e14af5, "9.999999999999997e+22"},
      {0x44b52d02c7e14af6, "1e+23"},
      {0x44b52d02c7e14af7, "1.0000000000000001e+23"},
      {0x444b1ae4d6e2ef4e, "999999999999999700000"},
      {0x444b1ae4d6e2ef4f, "999999999999999900000"},
      {0x444b1ae4d6e2ef50, "1e+21"},
      {0x3eb0c6f7a0b5ed8c, "9.999999999999997e-7"},
      {0x3eb0c6f7a0b5ed8d, "0.000001"},
      {0x41b3de4355555553, "333333333.3333332"},
      {0x41b3de4355555554, "333333333.33333325"},
      {0x41b3de4355555555, "333333333.3333333"},
      {0x41b3de4355555556, "333333333.3333334"},
      {0x41b3de4355555557, "333333333.33333343"},
      {0xbecbf647612f3696, "-0.0000033333333333333333"},
      {0x43143ff3c1cb0959, "1424953923781206.2"},
  };
  for (const auto& c : cases) EXPECT_EQ(CanonicalNumber(std::bit_cast<double>(c.bits)), c.text);
}

TEST(CanonicalJson, MeetsRfc8785Section3) {
  const auto value =
      ParseJson(R"({"numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
      "string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/", "literals": [null, true, false]})");
  ASSERT_TRUE(value);
  EXPECT_EQ(*CanonicalJson(*value),
            R"({"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],)"
            "\"string\":\"\xE2\x82\xAC$\\u000f\\nA'B\\\"\\\\\\\\\\\"/\"}");
}

// RFC 8785 section 3.2.3: keys in the order of their UTF-16 units.
TEST(CanonicalJson, SortsKeysByUtf16) {
  const auto value = ParseJson(
      R"({"\u20ac": 1, "\r": 2, "\ufb33": 3, "1": 4, "\ud83d\ude00": 5, "\u0080": 6, "\u00f6": 7})");
  ASSERT_TRUE(value);
  EXPECT_EQ(*CanonicalJson(*value),
            "{\"\\r\":2,\"1\":4,\"\xC2\x80\":6,\"\xC3\xB6\":7,\"\xE2\x82\xAC\":1,\"\xF0\x9F\x98\x80\":5,"
            "\"\xEF\xAC\xB3\":3}");
}

// Sums of squares are such numbers. What is written is read as a whole number, and written the same again.
TEST(CanonicalJson, WritesDoublesPast53BitsAsTheyAreReadAgain) {
  const struct {
    double number;
    const char* text;
  } cases[] = {{9007199254740994.0, "9007199254740994"}, {-1e18, "-1000000000000000000"},
               {0x1p63, "9223372036854776000"},          {0x1p64, "18446744073709552000"},
               {-9.99e20, "-999000000000000000000"},     {5.5e17, "550000000000000000"}};
  for (const auto& c : cases) {
    const auto text = CanonicalJson(Json(c.number));
    ASSERT_TRUE(text) << c.text;
    EXPECT_EQ(*text, c.text);
    const auto read = ParseJson(*text);
    ASSERT_TRUE(read);
    EXPECT_EQ(read->get<double>(), c.number);
    const auto again = CanonicalJson(*read);
    ASSERT_TRUE(again) << c.text;
    EXPECT_EQ(*again, *text);
  }
}

TEST(CanonicalJson, RefusesWhatHasNoCanonicalForm) {
  EXPECT_FALSE(CanonicalJson(Json(std::uint64_t{9007199254740993U})));
  EXPECT_FALSE(CanonicalJson(Json(std::int64_t{-9007199254740993})));
  EXPECT_FALSE(CanonicalJson(Json(std::numeric_limits<double>::infinity())));
  EXPECT_FALSE(CanonicalJson(Json(std::numeric_limits<std::int64_t>::max())));
  EXPECT_FALSE(CanonicalJson(Json(std::numeric_limits<std::int64_t>::min())));
  EXPECT_EQ(*CanonicalJson(Json(-1e30)), "-1e+30");
  EXPECT_FALSE(CanonicalJson(Json("\xFF")));
  EXPECT_TRUE(CanonicalJson(Json(std::uint64_t{9007199254740992U})));
  EXPECT_TRUE(CanonicalJson(Json(std::int64_t{-9007199254740992})));
}

TEST(ParseJson, IsStrict) {
  for (const std::string& bad :
       {std::string(R"({"a": 1, "a": 2})"), std::string("[1] 2"), std::string("\"\xFF\""),
        std::string("1e999"), std::string(R"("\ud800")"), std::string("[1,]"), std::string("{'a': 1}"),
        std::string("NaN"), std::string(), std::string(65, '[') + std::string(65, ']'),
        std::string(100'000, '['), std::string("\xEF\xBB\xBF{}")}) {
    EXPECT_FALSE(ParseJson(bad)) << bad.substr(0, 40);
  }
  EXPECT_TRUE(ParseJson(std::string(64, '[') + std::string(64, ']')));
  EXPECT_TRUE(ParseJson(R"({"a": {"a": 1}, "b": [{"a": 1}, {"a": 1}]})"));
}

TEST(CanonicalJson, IsAFixedPoint) {
  for (const char* text : {R"({"b":[1,2.5,-0.0,1e-7],"a":{"z":null,"y":"\u0001"}})", "[]", "\"x\"", "12"}) {
    const std::string once = *CanonicalJson(*ParseJson(text));
    EXPECT_EQ(*CanonicalJson(*ParseJson(once)), once);
  }
}

}  // namespace
}  // namespace concordat::crypto
