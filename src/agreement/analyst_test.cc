#include "agreement/analyst.h"

#include <gtest/gtest.h>

#include "agreement/testing_agreement.h"
#include "base/testing_random.h"

namespace concordat::agreement {
namespace {

crypto::ScramVerifier Verifier(std::uint64_t seed) {
  SeededRandom random(seed);
  return *crypto::MakeScramVerifier("correct horse", random);
}

AnalystStep Added() {
  return {.verb = AnalystVerb::kAdd,
          .analyst = "ana",
          .by = "sam",
          .when = At("2026-01-01"),
          .verifier = Verifier(1)};
}

TEST(ParseTraining, ReadsNameAndDay) {
  const auto training = ParseTraining("data-ethics@2026-03-01", At("2026-03-01"));
  ASSERT_TRUE(training);
  EXPECT_EQ(*training, (Training{"data-ethics", At("2026-03-01")}));
  for (const char* bad : {"", "data-ethics", "@2026-03-01", "data-ethics@", "data-ethics@soon",
                          "Data Ethics@2026-03-01", "data-ethics@2026-03-02"}) {
    EXPECT_FALSE(ParseTraining(bad, At("2026-03-01"))) << bad;
  }
}

TEST(ExpiryOf, IsTheSameDayAYearLater) {
  EXPECT_EQ(ExpiryOf(At("2026-03-01")), At("2027-03-01"));
  EXPECT_EQ(ExpiryOf(At("2027-03-01")), At("2028-03-01"));
  EXPECT_EQ(ExpiryOf(At("2028-02-29")), At("2029-03-01"));
  EXPECT_EQ(ExpiryOf(At("2026-03-01T10:20:30Z")), At("2027-03-01T10:20:30Z"));
}

TEST(TakeAnalystStep, AllowsTheseStepsAndNoOthers) {
  const Analyst ana{.name = "ana"};
  const struct {
    const char* name;
    const Analyst* before;
    AnalystVerb verb;
    const char* analyst;
    const char* refusal;
  } cases[] = {
      {"add", nullptr, AnalystVerb::kAdd, "ana", ""},
      {"add with a bad name", nullptr, AnalystVerb::kAdd, "Ana B", "analyst_name"},
      {"add twice", &ana, AnalystVerb::kAdd, "ana", "analyst_exists"},
      {"password", &ana, AnalystVerb::kPassword, "ana", ""},
      {"training", &ana, AnalystVerb::kTraining, "ana", ""},
      {"remove", &ana, AnalystVerb::kRemove, "ana", ""},
      {"password of nobody", nullptr, AnalystVerb::kPassword, "ana", "analyst_unknown"},
      {"training of nobody", nullptr, AnalystVerb::kTraining, "ana", "analyst_unknown"},
      {"remove nobody", nullptr, AnalystVerb::kRemove, "ana", "analyst_unknown"},
  };
  for (const auto& c : cases) {
    const auto after = Take(c.before, {.verb = c.verb, .analyst = c.analyst});
    EXPECT_EQ(after ? "" : after.error().reason, c.refusal) << c.name;
  }
}

TEST(TakeAnalystStep, KeepsTheNewestOfWhatItWasTold) {
  Analyst ana = **Take(nullptr, Added());
  EXPECT_EQ(*ana.verifier, Verifier(1));
  AnalystStep training{
      .verb = AnalystVerb::kTraining, .analyst = "ana", .trainings = {{"data-ethics", At("2026-05-01")}}};
  ana = **Take(&ana, training);
  training.trainings = {{"data-ethics", At("2026-04-01")}, {"statistics", At("2026-02-01")}};
  ana = **Take(&ana, training);
  EXPECT_EQ(ana.trainings, (std::map<std::string, Time>{{"data-ethics", At("2026-05-01")},
                                                        {"statistics", At("2026-02-01")}}));
  EXPECT_EQ(*ana.verifier, Verifier(1));
  ana = **Take(&ana, {.verb = AnalystVerb::kPassword, .analyst = "ana", .verifier = Verifier(2)});
  EXPECT_EQ(*ana.verifier, Verifier(2));
  EXPECT_EQ(ana.trainings.size(), 2U);
  EXPECT_FALSE(Take(&ana, {.verb = AnalystVerb::kRemove, .analyst = "ana"})->has_value());
}

}  // namespace
}  // namespace concordat::agreement
