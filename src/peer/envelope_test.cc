#include "peer/envelope.h"

#include <gtest/gtest.h>

#include "base/testing_random.h"
#include "peer/hello.h"
#include "peer/limit.h"
#include "peer/sparse.h"

namespace concordat::peer {
namespace {

Part First(std::uint64_t size, Bytes body, const std::string& method = "test/echo") {
  return {.protocol = 1, .method = method, .size = size, .body = std::move(body), .fault = {}};
}
Part Next(Bytes body) { return {.body = std::move(body), .fault = {}}; }

TEST(Envelope, TakesWhatItSends) {
  for (const std::size_t size : {0UL, 1UL, kPart, kPart + 1, 3 * kPart}) {
    SCOPED_TRACE(size);
    const Bytes body(size, 7);
    Assembler assembler(Assembler::Kind::kAnswer, 10 * kPart);
    std::size_t offset = 0;
    bool whole = false;
    do {
      EXPECT_FALSE(whole);
      const auto part = ParsePart(FormatPart(NextPart(body, offset)));
      ASSERT_TRUE(part);
      const auto taken = assembler.Take(*part);
      ASSERT_TRUE(taken) << taken.error().message;
      whole = *taken;
    } while (offset < size);
    EXPECT_TRUE(whole);
    EXPECT_TRUE(assembler.End());
    EXPECT_EQ(assembler.body(), body);
  }
}

TEST(Envelope, RefusesWhatNoMessageIs) {
  const Error fault{ErrorCode::kNotFound, "gone", ""};
  const struct {
    const char* name;
    std::vector<Part> parts;
    const char* message;
  } cases[] = {
      {"nothing", {}, "nothing came"},
      {"no method", {First(0, {}, "")}, "it names no method"},
      {"a method in capitals", {First(0, {}, "Test")}, "it names no method"},
      {"truncated", {First(10, Bytes(4))}, "4 of its 10 bytes came"},
      {"more than it said", {First(3, Bytes(4))}, "more than the size it gave"},
      {"more later", {First(5, Bytes(4)), Next(Bytes(2))}, "more than the size it gave"},
      {"an empty part", {First(5, Bytes(4)), Next({})}, "an empty part"},
      {"the first again", {First(5, Bytes(4)), First(5, Bytes(1))}, "a second beginning"},
      {"a size again",
       {First(5, Bytes(4)), {.size = 1, .body = Bytes(1), .fault = {}}},
       "a second beginning"},
      {"a part too long", {First(2 * kPart, Bytes(kPart + 1))}, "a part longer than 1 MiB"},
      {"longer than taken", {First(3 * kPart + 1, {})}, "is longer than the 3145728 that are taken"},
      {"a size past all", {First(~std::uint64_t{0}, {})}, "is longer than the 3145728 that are taken"},
      {"a fault in a request", {{.body = {}, .fault = fault}}, "a request with a fault"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    Assembler assembler(Assembler::Kind::kRequest, 3 * kPart);
    Result<void> done;
    for (const Part& part : c.parts) {
      const auto taken = assembler.Take(part);
      if (!taken) done = tl::unexpected(taken.error());
      if (!taken) break;
    }
    if (done) done = assembler.End();
    ASSERT_FALSE(done);
    EXPECT_NE(done.error().message.find(c.message), std::string::npos) << done.error().message;
  }
}

TEST(Envelope, AFaultComesOutOfAnAnswerAsItWas) {
  for (const ErrorCode code : {ErrorCode::kInvalidArgument, ErrorCode::kTimeout, ErrorCode::kCorrupt}) {
    Assembler assembler(Assembler::Kind::kAnswer, kPart);
    const auto part = ParsePart(FormatPart({.body = {}, .fault = Error{code, "what", "how"}}));
    ASSERT_TRUE(part);
    const auto taken = assembler.Take(*part);
    ASSERT_FALSE(taken);
    EXPECT_EQ(taken.error().code, code);
    EXPECT_EQ(taken.error().message, "what");
    EXPECT_EQ(taken.error().remedy, "how");
  }
}

TEST(Envelope, AsksForRoomOnceAndTakesNothingWithout) {
  int asked = 0;
  Assembler assembler(Assembler::Kind::kRequest, kPart, [&](std::uint64_t size) -> Result<void> {
    ++asked;
    return size < 10 ? Result<void>() : Fail(ErrorCode::kResourceExhausted, "no room");
  });
  EXPECT_FALSE(assembler.Take(First(10, Bytes(1))));
  EXPECT_EQ(asked, 1);
}

TEST(Greeting, AgreesOnTheNewestThatBothSpeak) {
  const auto speaks = [](const char* member, std::uint32_t oldest, std::uint32_t newest) {
    return Greeting{.member = member, .address = "", .oldest = oldest, .newest = newest, .time = {}};
  };
  const struct {
    std::uint32_t ours[2], theirs[2], agreed;
    const char* message;
  } cases[] = {
      {{1, 1}, {1, 1}, 1, ""},
      {{1, 3}, {2, 5}, 3, ""},
      {{2, 5}, {1, 3}, 3, ""},
      {{3, 4},
       {1, 2},
       0,
       "camden speaks versions 1 to 2 of the members' protocol, and lewisham versions 3 to 4: camden is too "
       "old"},
      {{1, 1},
       {2, 2},
       0,
       "camden speaks version 2 of the members' protocol, and lewisham version 1: lewisham is too old"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.message);
    const auto agreed =
        AgreeOnProtocol(speaks("lewisham", c.ours[0], c.ours[1]), speaks("camden", c.theirs[0], c.theirs[1]));
    EXPECT_EQ(agreed ? *agreed : 0, c.agreed);
    if (!agreed) EXPECT_EQ(agreed.error().message, c.message);
  }
}

TEST(Greeting, IsReadAsItWasWrittenAndNothingElseIs) {
  const Greeting greeting{
      .member = "camden", .address = "camden.example:6490", .time = *ParseTime("2026-11-27")};
  const auto again = ParseGreeting(FormatGreeting(greeting));
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_EQ(*again, greeting);
  for (const char* text : {"", "[]", "{}", R"({"member":"a","address":"b","oldest":1,"newest":1})",
                           R"({"member":"a","address":"b","oldest":2,"newest":1,"time":"2026-11-27"})",
                           R"({"member":"a","address":"b","oldest":1,"newest":1.5,"time":"2026-11-27"})",
                           R"({"member":"a","address":"b","oldest":1,"newest":1,"time":"soon"})",
                           R"({"member":1,"address":"b","oldest":1,"newest":1,"time":"2026-11-27"})"}) {
    EXPECT_FALSE(ParseGreeting(AsBytes(text))) << text;
  }
  EXPECT_FALSE(ParseGreeting(Bytes(5000, ' ')));
}

TEST(Greeting, SpeaksOfClocksFiveMinutesApart) {
  const Time now = *ParseTime("2026-11-27");
  const auto theirs = [&](int minutes) {
    return Greeting{.member = "camden", .address = "", .time = now + std::chrono::minutes(minutes)};
  };
  EXPECT_EQ(SkewText(theirs(5), now), "");
  EXPECT_EQ(SkewText(theirs(-5), now), "");
  EXPECT_EQ(SkewText(theirs(6), now), "the clock of camden is 6 minutes ahead of ours: one of them is wrong");
  EXPECT_EQ(SkewText(theirs(-60), now),
            "the clock of camden is 60 minutes behind ours: one of them is wrong");
}

TEST(Limit, GivesBackWhatEnds) {
  Limit limit(2, 1, 100);
  {
    auto one = limit.Take("a");
    ASSERT_TRUE(one);
    EXPECT_FALSE(limit.Take("a"));
    auto two = limit.Take("b");
    ASSERT_TRUE(two);
    EXPECT_FALSE(limit.Take("c"));
    EXPECT_TRUE(one->Hold(60));
    EXPECT_FALSE(two->Hold(41));
    EXPECT_TRUE(two->Hold(40));
  }
  auto again = limit.Take("a");
  ASSERT_TRUE(again);
  EXPECT_TRUE(again->Hold(100));
}

TEST(SparseLog, SaysOneLineASecondAndHowManyWereLeftOut) {
  ManualClock clock(*ParseTime("2026-11-27"));
  std::string said;
  SparseLog log(clock, [&](const std::string& line) { said += line + "\n"; });
  log.Say("one");
  log.Say("two");
  log.Say("three");
  clock.Advance(Milliseconds(1000));
  log.Say("four");
  EXPECT_EQ(said, "one\nfour (2 more lines were left out)\n");
}

}  // namespace
}  // namespace concordat::peer
