#include "release/pace.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace concordat::release {
namespace {

constexpr Milliseconds kMinute{60'000};

ledger::Entry ChargeAt(Milliseconds time, const std::string& analyst = "ana") {
  return {.index = 0,
          .time = Time(time),
          .kind = ledger::kind::kCharge,
          .body = {{"question", "q"}, {"agreement", "heart-study"}, {"analyst", analyst}},
          .secret = {}};
}

int Asked(const Pace& pace, Milliseconds now, const std::string& analyst = "ana") {
  return pace.AskedInTheHourBefore(Time(now), "heart-study", analyst);
}

TEST(Pace, CountsTheHourBeforeAndTheAnalystsOwn) {
  Pace pace;
  for (const int minute : {0, 10, 20, 59}) pace.Apply(ChargeAt(minute * kMinute));
  pace.Apply(ChargeAt(59 * kMinute, "bea"));
  EXPECT_EQ(Asked(pace, 59 * kMinute), 4);
  EXPECT_EQ(Asked(pace, 60 * kMinute), 3);  // the first is an hour old
  EXPECT_EQ(Asked(pace, 119 * kMinute), 0);
  EXPECT_EQ(Asked(pace, 59 * kMinute, "bea"), 1);
  EXPECT_EQ(pace.AskedInTheHourBefore(Time(59 * kMinute), "other", "ana"), 0);
}

TEST(Pace, CountsAFitOnce) {
  Pace pace;
  for (const int round : {1, 2, 3}) {
    ledger::Entry charge = ChargeAt(round * kMinute);
    charge.body["fit"] = {{"method", "glm"}, {"round", static_cast<std::uint64_t>(round)}};
    pace.Apply(charge);
  }
  EXPECT_EQ(Asked(pace, 4 * kMinute), 1);
}

TEST(Pace, IsTheSameWhenSavedAndLoaded) {
  Pace pace;
  pace.Apply(ChargeAt(0 * kMinute, "old"));
  for (const int minute : {30, 70, 90}) pace.Apply(ChargeAt(minute * kMinute));
  Pace loaded;
  loaded.Load(pace.Save());
  EXPECT_EQ(loaded.Save(), pace.Save());
  for (const int minute : {90, 100, 131, 151}) {
    EXPECT_EQ(Asked(loaded, minute * kMinute), Asked(pace, minute * kMinute)) << minute;
  }
  EXPECT_EQ(pace.Save().dump().find("old"), std::string::npos);  // who asked long ago is not kept
  loaded.Apply(ChargeAt(131 * kMinute));
  EXPECT_EQ(Asked(loaded, 131 * kMinute), 2);
}

}  // namespace
}  // namespace concordat::release
