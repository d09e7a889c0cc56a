#include "release/fit_spent.h"

#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "dp/accounting.h"

namespace concordat::release {
namespace {

constexpr Delta kDelta{1e-5};

dp::Measurement Of(std::uint64_t sensitivity, std::uint64_t rate = dp::kEveryone) {
  return {.sensitivity = sensitivity, .scale = dp::kNoiseScale, .times = 1, .delta = {}, .rate = rate};
}

TEST(FitSpent, CostsWhatItsRoundsCostTogether) {
  FitSpent spent;
  dp::Composition alone;
  EXPECT_TRUE(spent.empty());
  EXPECT_EQ(spent.At(kDelta).value, 0);
  for (const std::uint64_t sensitivity : {100'000, 100'000, 150'000, 100'000}) {
    spent.Add({Of(sensitivity)});
    alone.Add(Of(sensitivity));
  }
  ASSERT_EQ(spent.rounds().size(), 2U) << "rounds that cost alike are counted";
  EXPECT_EQ(spent.rounds()[1].times, 3U) << "the newest is the last";
  EXPECT_NEAR(spent.At(kDelta).value, alone.ToEpsilon(kDelta).value, 1e-9);
  EXPECT_EQ(spent.Newest(), (dp::Measurements{Of(100'000)})) << "once, however often";
  EXPECT_EQ(FitSpent().Newest(), dp::Measurements{});
}

TEST(FitSpent, ComesBackFromItsRecord) {
  FitSpent spent;
  spent.Add({Of(100'000)});
  spent.Add({Of(90'000, dp::kEveryone / 4)});
  spent.Add({Of(90'000, dp::kEveryone / 4)});
  EXPECT_EQ(FitSpent::From({{"spent", spent.ToJson()}}).rounds(), spent.rounds());
  const Json none[] = {Json::object(), {{"spent", 3}}, {{"spent", {{{"scale", 1}}}}}};
  for (const Json& secret : none) EXPECT_TRUE(FitSpent::From(secret).empty()) << secret;
}

// "a" and "b" cost alike, "c" more.
TEST(FitBill, CountsWhatOwnersChargedAndInDoubtAll) {
  const std::string session(64, '0');
  const struct {
    const char* name;
    std::vector<std::set<std::string>> by_owner;
    std::uint64_t cheap, dear;  // rounds that count
  } cases[] = {
      {"nobody charged any", {{}, {}}, 0, 0},
      {"one charged one", {{"a"}, {}}, 1, 0},
      {"each another that costs alike", {{"a"}, {"b"}}, 1, 0},
      {"one both", {{"a", "b"}, {"b"}}, 2, 0},
      {"all of them", {{"a", "b", "c"}, {}}, 2, 1},
      {"the dear one elsewhere", {{"a"}, {"c"}}, 1, 1},
      {"what nobody asked for", {{"d", "e"}, {"f"}}, 0, 0},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    FitSpent settled;
    settled.Add({Of(100'000)});
    FitBill bill(settled);
    for (const char* question : {"a", "c", "b", "a"})
      bill.Ask({session, question, {Of(*question == 'c' ? 90'000 : 50'000)}});
    ASSERT_EQ(bill.doubts().size(), 3U);
    FitSpent expected = settled;
    for (int i = 0; i < 2; ++i) expected.Add({Of(50'000)});
    expected.Add({Of(90'000)});
    EXPECT_NEAR(bill.spent().At(kDelta).value, expected.At(kDelta).value, 1e-9) << "in doubt all count";
    bill.Settle(c.by_owner);
    EXPECT_TRUE(bill.doubts().empty());
    expected = settled;
    for (std::uint64_t i = 0; i < c.cheap; ++i) expected.Add({Of(50'000)});
    for (std::uint64_t i = 0; i < c.dear; ++i) expected.Add({Of(90'000)});
    EXPECT_NEAR(bill.spent().At(kDelta).value, expected.At(kDelta).value, 1e-9);
  }
}

TEST(FitBill, KeepsWhatNobodyCanBeAskedAbout) {
  FitBill bill;
  bill.Ask({"", "", {Of(50'000)}});
  bill.Settle({{}, {}});
  FitSpent once;
  once.Add({Of(50'000)});
  EXPECT_EQ(bill.spent().rounds(), once.rounds());
  bill.Ask({std::string(64, '0'), "a", {Of(50'000)}});
  bill.Close();
  EXPECT_TRUE(bill.doubts().empty());
  EXPECT_EQ(bill.spent().rounds().front().times, 2U) << "a round that came to a total was charged by all";
}

}  // namespace
}  // namespace concordat::release
