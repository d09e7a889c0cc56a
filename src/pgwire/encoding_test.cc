// Known bytes are what PostgreSQL 15 sends for the same value.
#include "pgwire/encoding.h"

#include <gtest/gtest.h>

#include <limits>

#include "base/bytes.h"
#include "pgwire/array.h"
#include "pgwire/copy.h"
#include "pgwire/decoding.h"

namespace concordat::pgwire {
namespace {

using std::string_literals::operator""s;

std::string Binary(const Value& value, oid::Oid type) {
  std::string out;
  const auto done = AppendBinary(out, value, type);
  return done ? ToHex(AsBytes(out)) : done.error().sqlstate;
}

TEST(Encoding, TextAndBinaryForms) {
  const std::int64_t moment = 1'795'417'804'500'000;  // 2026-11-23 07:10:04.5
  const struct {
    Value value;
    oid::Oid type;
    const char* text;
    const char* binary;
  } cases[] = {
      {true, 16, "t", "01"},
      {std::int64_t{42}, 20, "42", "000000000000002a"},
      {std::int64_t{-1}, 23, "-1", "ffffffff"},
      {std::int64_t{7}, 21, "7", "0007"},
      {std::int64_t{4'000'000'000}, 26, "4000000000", "ee6b2800"},
      {1.5, 701, "1.5", "3ff8000000000000"},
      {1.5, 700, "1.5", "3fc00000"},
      {1e15, 701, "1e+15", "430c6bf526340000"},
      {123456789012345.0, 701, "123456789012345", "42dc12218377de40"},
      {1e-5, 701, "1e-05", "3ee4f8b588e368f1"},
      {0.0001, 701, "0.0001", "3f1a36e2eb1c432d"},
      {-0.0, 701, "-0", "8000000000000000"},
      {std::numeric_limits<double>::infinity(), 701, "Infinity", "7ff0000000000000"},
      {"x"s, 25, "x", "78"},
      {"r"s, 18, "r", "72"},
      {"pg_class"s, 19, "pg_class", "70675f636c617373"},
      {Date{20'780}, 1082, "2026-11-23", "0000265f"},
      {Date{0}, 1082, "1970-01-01", "ffffd533"},
      {Timestamp{moment}, 1114, "2026-11-23 07:10:04.5", "000303eb0d3e0c20"},
      {Timestamp{moment}, 1184, "2026-11-23 07:10:04.5+00", "000303eb0d3e0c20"},
      {"{1,NULL,3}"s, 1007, "{1,NULL,3}",
       "0000000100000001000000170000000300000001"
       "0000000400000001"
       "ffffffff"
       "0000000400000003"},
      {"{}"s, 1009, "{}", "000000000000000000000019"},
      {"{\"a b\",c}"s, 1009, "{\"a b\",c}",
       "0000000100000000000000190000000200000001"
       "00000003612062"
       "0000000163"},
      {"1 2"s, 30, "1 2",
       "00000001000000000000001a0000000200000000"
       "0000000400000001"
       "0000000400000002"},
      {"12345.678"s, 1700, "12345.678",
       "00030001000000030001"
       "09291a7c"},
      {"-0.0001"s, 1700, "-0.0001", "0001ffff400000040001"},
      {"0"s, 1700, "0", "0000000000000000"},
      {"100000000"s, 1700, "100000000", "00010002000000000001"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.text);
    EXPECT_EQ(TextForm(c.value, c.type), c.text);
    EXPECT_EQ(Binary(c.value, c.type), c.binary);
  }
  EXPECT_EQ(Binary("pg_class"s, oid::kRegclass), "0A000");
  EXPECT_EQ(TextForm(0.1 + 0.2, 701, {.float_digits = 0}), "0.3");
  EXPECT_EQ(TextForm(0.1 + 0.2, 701, {.float_digits = 1}), "0.30000000000000004");
}

TEST(Decoding, UndoesEncodingInBothForms) {
  const struct {
    Value value;
    oid::Oid type;
  } cases[] = {
      {true, 16},
      {false, 16},
      {std::int64_t{-5}, 20},
      {std::int64_t{-5}, 21},
      {std::int64_t{-5}, 23},
      {std::int64_t{4'000'000'000}, 26},
      {-1.25, 701},
      {1e300, 701},
      {-1.25, 700},
      {"äöü"s, 25},
      {""s, 1043},
      {Date{-40'000}, 1082},
      {Date{20'780}, 1082},
      {Timestamp{-1}, 1114},
      {Timestamp{1'795'417'804'123'456}, 1184},
      {"{1,NULL,3}"s, 1007},
      {"{\"a,\\\"b\",NULL,\"null\"}"s, 1009},
      {"{1,4000000000}"s, 1028},
      {std::int64_t{12}, 1700},
      {12.5, 1700},
      {-0.001, 1700},
  };
  for (const auto& c : cases) {
    const std::string text = TextForm(c.value, c.type);
    SCOPED_TRACE(text);
    EXPECT_EQ(DecodeText(text, c.type).value(), c.value);
    std::string binary;
    ASSERT_TRUE(AppendBinary(binary, c.value, c.type));
    EXPECT_EQ(DecodeBinary(binary, c.type).value(), c.value);
  }
}

TEST(Decoding, RefusesWithPostgresqlsStates) {
  const struct {
    const char* text;
    oid::Oid type;
    const char* sqlstate;
  } cases[] = {
      {"x", 20, "22P02"},
      {"", 23, "22P02"},
      {"2147483648", 23, "22003"},
      {"-1", 26, "22003"},
      {"1.5", 20, "22P02"},
      {"99999999999999999999", 20, "22003"},
      {"o", 16, "22P02"},
      {"1e", 701, "22P02"},
      {"0x10", 701, "22P02"},
      {"2026-13-01", 1082, "22008"},
      {"2026-02-30", 1082, "22008"},
      {"yesterday", 1082, "22007"},
      {"2026-11-23 25:00:00", 1114, "22008"},
      {"2026-11-23 10:00:00 nowhere", 1184, "22007"},
      {"\xff", 25, "22021"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.text);
    const auto value = DecodeText(c.text, c.type);
    ASSERT_FALSE(value);
    EXPECT_EQ(value.error().sqlstate, c.sqlstate);
  }
  for (const oid::Oid type : {16U, 20U, 21U, 23U, 701U, 1082U, 1114U, 1700U, 1007U}) {
    EXPECT_FALSE(DecodeBinary("abc", type)) << type;
  }
  EXPECT_FALSE(ParseArrayText("{1,2"));
  EXPECT_FALSE(ParseArrayText("{{1},{2}}"));
  EXPECT_FALSE(DecodeText("{1}x", 20));
}

TEST(Decoding, UnderstandsWhatClientsWrite) {
  EXPECT_EQ(DecodeText(" YES ", 16).value(), Value(true));
  EXPECT_EQ(DecodeText("of", 16).value(), Value(false));
  EXPECT_EQ(DecodeText("2026-11-23T07:10:04Z", 1184).value(),
            DecodeText("2026-11-23 08:10:04+01", 1184).value());
  EXPECT_EQ(DecodeText("2026-11-23T07:10", 1114).value(),
            DecodeText("2026-11-23 07:10:00.000+05:30", 1114).value());
  EXPECT_EQ(DecodeText("2026-11-23", 1114).value(), DecodeText("2026-11-23 00:00:00", 1114).value());
}

std::string Copied(const std::vector<CopyOption>& options, const Row& row) {
  const auto form = ParseCopyForm(options);
  if (!form) return form.error().sqlstate;
  const std::vector<pgcatalog::Column> columns = {{"a", 25}, {"b", 20}};
  std::string out;
  AppendCopyHeader(out, columns, *form);
  EXPECT_TRUE(AppendCopyRow(out, row, columns, *form, {}));
  AppendCopyTrailer(out, *form);
  return out;
}

TEST(Copy, WritesItsThreeForms) {
  const Row row = {"x,\"y\"\n\\"s, Null{}};
  EXPECT_EQ(Copied({}, row), "x,\"y\"\\n\\\\\t\\N\n");
  EXPECT_EQ(Copied({{"format", {"csv"}}, {"header", {}}}, row), "a,b\n\"x,\"\"y\"\"\n\\\",\n");
  EXPECT_EQ(Copied({{"format", {"csv"}}, {"null", {"none"}}, {"delimiter", {";"}}, {"force_quote", {"*"}}},
                   {"none"s, std::int64_t{1}}),
            "\"none\";\"1\"\n");
  EXPECT_EQ(Copied({{"format", {"binary"}}}, {"x"s, std::int64_t{1}}),
            "PGCOPY\n\377\r\n\0\0\0\0\0\0\0\0\0\0\2\0\0\0\1x\0\0\0\x08\0\0\0\0\0\0\0\1\377\377"s);
  EXPECT_EQ(Copied({{"format", {"yaml"}}}, row), "22023");
  EXPECT_EQ(Copied({{"delimiter", {"a"}}}, row), "22023");
  EXPECT_EQ(Copied({{"quote", {"'"}}}, row), "0A000");
  EXPECT_EQ(Copied({{"header", {}}, {"header", {}}}, row), "42601");
  EXPECT_EQ(Copied({{"freeze", {}}}, row), "42601");
}

}  // namespace
}  // namespace concordat::pgwire
