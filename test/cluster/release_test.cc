// Federated questions over real ledgers, plans and engines, in the simulation's weather: what is answered is
// exactly what the included owners hold, and every owner's ledger says what it did.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>

#include "cluster/study.h"
#include "federation/sums.h"
#include "federation/testing_sum.h"

namespace concordat::cluster {
namespace {

using namespace federation;
using testing::HasSubstr;

constexpr char kTerms[] =
    "protection: {mode: dp, epsilon: 60, delta: 1.0e-6, per_query: 0.05, minimum_people: 1}\n"
    "federation: {quorum: 2, colluding: 0}\n";

class ReleaseTest : public testing::Test {
 protected:
  static void SetUpTestSuite() { study_ = std::make_unique<Study>(StudyTerms{.agreement = kTerms}); }
  static void TearDownTestSuite() { study_ = nullptr; }

  void Judge(const release::Answer& answer) {
    std::size_t included = 0;
    for (const std::string& owner : kOwners) {
      const auto outcomes = study_->at(owner).Outcomes(answer.id);
      const auto of = [&](const char* what) { return std::count(outcomes.begin(), outcomes.end(), what); };
      EXPECT_LE(of("charge"), 1) << owner;
      EXPECT_LE(of("contributed"), of("charge")) << owner;
      if (answer.notice.find(owner + " (") < answer.notice.find("; answer")) {
        ++included;
        EXPECT_EQ(of("charge"), 1) << owner;
      }
    }
    EXPECT_GE(included, 2U) << answer.notice;
    ASSERT_GE(answer.rows.size(), 2U);
    for (std::size_t i = 0; i < 2; ++i)
      EXPECT_EQ(std::get<std::int64_t>(answer.rows[i][1]), kPeople / 2 * static_cast<std::int64_t>(included));
  }

  // One question of its own in one seed's weather.
  bool Run(std::uint64_t seed, const Summing& summing) {
    World world(seed, summing);
    study_->Settle(world);
    Weather& weather = world.weather;
    weather.repeat = 0.2;
    if (world.dice.Chance(0.5)) weather.loss = 0.1;
    if (world.dice.Chance(0.4)) weather.kill = 0.03;
    const auto answer =
        study_->Ask(world, fmt::format("SELECT sex, count(*) FROM patients WHERE age > -{} GROUP BY sex "
                                       "ORDER BY sex",
                                       seed));
    if (answer) Judge(*answer);
    if (!answer && weather.calm()) ADD_FAILURE() << answer.error().reason << ": " << answer.error().message;
    Study::Leave(world);
    if (world.dice.Chance(0.05)) study_->at(kOwners[world.dice.Below(3)]).Reopen();
    return answer.has_value();
  }

  static std::unique_ptr<Study> study_;
};
std::unique_ptr<Study> ReleaseTest::study_;

TEST_F(ReleaseTest, AnswersExactlyInAnyWeather) {
  int answered = 0;
  for (std::uint64_t seed = 1; seed <= 250; ++seed) {
    SCOPED_TRACE(seed);
    answered += Run(seed, PlainSumming());
  }
  EXPECT_GT(answered, 200);
}

TEST_F(ReleaseTest, AnswersExactlyByBothWaysOfSumming) {
  for (std::uint64_t seed = 1'001; seed <= 1'020; ++seed) {
    SCOPED_TRACE(seed);
    Run(seed, SecretSumming());
  }
}

TEST_F(ReleaseTest, GivesReceiptsOfEveryOwner) {
  const PlainSumming summing;
  World world(9'001, summing);
  study_->Settle(world);
  const auto answer =
      study_->Ask(world, "SELECT sex, count(*) FROM patients WHERE age < 90 GROUP BY sex ORDER BY sex");
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_THAT(answer->notice, HasSubstr("receipts of 3"));
  EXPECT_THAT(answer->notice, testing::Not(HasSubstr("does not hold")));
  const auto again =
      study_->Ask(world, "select sex, count(*) from patients where age < 90 group by sex order by sex");
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_EQ(again->id, answer->id) << "the stored answer, for free";
  world.nodes.clear();
}

}  // namespace
}  // namespace concordat::cluster
