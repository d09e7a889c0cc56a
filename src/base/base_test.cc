#include <gtest/gtest.h>

#include <filesystem>

#include "base/bytes.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/int128.h"
#include "base/random.h"
#include "base/testing_random.h"
#include "base/utf8.h"

namespace concordat {
namespace {

TEST(Hex, RoundTripsAndRefusesWhatIsNotHex) {
  EXPECT_EQ(ToHex(Bytes{0x00, 0xff, 0x1a}), "00ff1a");
  EXPECT_EQ(*FromHex("00ff1a"), (Bytes{0x00, 0xff, 0x1a}));
  for (const char* bad : {"0", "0g", "0F"}) EXPECT_FALSE(FromHex(bad)) << bad;
}

TEST(Base64, MeetsRfc4648Section10) {
  const struct {
    const char* plain;
    const char* encoded;
  } cases[] = {
      {"", ""}, {"f", "Zg=="}, {"fo", "Zm8="}, {"foo", "Zm9v"}, {"foob", "Zm9vYg=="}, {"fooba", "Zm9vYmE="},
  };
  for (const auto& c : cases) {
    EXPECT_EQ(ToBase64(AsBytes(c.plain)), c.encoded);
    EXPECT_EQ(AsText(*FromBase64(c.encoded)), c.plain);
  }
}

TEST(Base64, IsStrict) {
  for (const char* bad : {"Zg", "Zg=", "Zh==", "Zm9=", "Zg==Zg==", "Z g=", "====", "Zm9v\n"}) {
    EXPECT_FALSE(FromBase64(bad)) << bad;
  }
}

TEST(Time, RoundTrips) {
  for (const char* text :
       {"1970-01-01T00:00:00.000Z", "2026-11-23T07:10:04.123Z", "2028-02-29T23:59:59.999Z"}) {
    EXPECT_EQ(FormatTime(*ParseTime(text)), text);
  }
  EXPECT_EQ(FormatTime(*ParseTime("2026-12-01")), "2026-12-01T00:00:00.000Z");
}

TEST(Time, RefusesWhatIsNoMoment) {
  for (const char* bad : {"", "soon", "2026-02-30", "2026-13-01", "2026-12-01T25:00:00Z", "2026-12-01 ",
                          "2026-12-01T09:00:00"}) {
    EXPECT_FALSE(ParseTime(bad)) << bad;
  }
}

TEST(Int128, RoundTripsItsEdges) {
  for (const char* text :
       {"0", "-1", "170141183460469231731687303715884105727", "-170141183460469231731687303715884105728"}) {
    EXPECT_EQ(ToString(*ParseInt128(text)), text);
  }
  for (const char* bad : {"", "-", "1x", "170141183460469231731687303715884105728"})
    EXPECT_FALSE(ParseInt128(bad)) << bad;
}

TEST(Utf8, IsRfc3629) {
  for (const char* good : {"", "abc", "\xC2\x80", "\xE2\x82\xAC", "\xF0\x9F\x98\x80", "\xF4\x8F\xBF\xBF"})
    EXPECT_TRUE(IsUtf8(good)) << good;
  for (const char* bad : {"\x80", "\xC0\x80", "\xC2", "\xE0\x80\x80", "\xED\xA0\x80", "\xF4\x90\x80\x80",
                          "\xF0\x80\x80\x80", "\xFF", "a\xE2\x82"}) {
    EXPECT_FALSE(IsUtf8(bad)) << bad;
  }
}

TEST(SeededRandom, RepeatsItsSeedAndNoOther) {
  SeededRandom one(7), same(7), other(8);
  const auto first = one.NextU64();
  EXPECT_EQ(first, same.NextU64());
  EXPECT_NE(first, other.NextU64());
}

TEST(OsRandom, DoesNotRepeat) {
  OsRandom random;
  EXPECT_NE(random.NextU64(), random.NextU64());  // false alarm: 2^-64
}

TEST(File, ReplacesWholeAndKeepsSecretsPrivate) {
  const auto folder = std::filesystem::temp_directory_path() / "concordat_file_test";
  std::filesystem::create_directories(folder);
  const auto path = folder / "note";
  ASSERT_TRUE(WriteFileDurably(path, "old and long", FileMode::kSecret));
  ASSERT_TRUE(WriteFileDurably(path, "new", FileMode::kSecret));
  EXPECT_EQ(*ReadFile(path), "new");
  EXPECT_EQ(std::filesystem::status(path).permissions(), std::filesystem::perms(0600));
  EXPECT_EQ(ReadFile(path, 2).error().code, ErrorCode::kResourceExhausted);
  EXPECT_EQ(ReadFile(folder / "absent").error().code, ErrorCode::kNotFound);
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace concordat
