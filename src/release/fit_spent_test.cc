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
  const double before = spent.At(kDelta).value;
  spent.AddLastAgain();
  alone.Add(Of(100'000));
  EXPECT_NEAR(spent.At(kDelta).value, alone.ToEpsilon(kDelta).value, 1e-9);
  EXPECT_GT(spent.At(kDelta).value, before);
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

}  // namespace
}  // namespace concordat::release
