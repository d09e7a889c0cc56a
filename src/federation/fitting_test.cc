#include "federation/fitting.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "federation/testing_trio.h"

namespace concordat::federation {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

// Fits of three rounds, over three owners without whom nothing is summed.
class FittingTest : public testing::Test {
 protected:
  FittingTest() {
    trio.scene.sharing.quorum = 3;
    trio.judge.sharing.quorum = 3;
  }
  Outcome<release::Answer> Fit() {
    return trio.MakeCoordinator(kArad).Fit({"ana", "study", "psql"}, {"sums", {}, {}}, cancel,
                                           [&](const std::string& step) {
                                             steps.push_back(step);
                                             if (on_step) on_step(step);
                                           });
  }
  void TakeDown(const std::string& name) {
    trio.node(name).up = false;
    trio.node(name).owner = nullptr;
  }
  void BringBack(const std::string& name) {
    trio.node(name).up = true;
    trio.world.Start(trio.node(name));
  }
  std::size_t Rounds(const std::string& name) const {
    const auto& ledger = trio.world.nodes.at(name)->ledger;
    return static_cast<std::size_t>(std::count_if(
        ledger.begin(), ledger.end(), [](const Entry& entry) { return entry.kind == Entry::kOpening; }));
  }

  Trio trio;
  engine::Cancel cancel;
  std::vector<std::string> steps;
  std::function<void(const std::string&)> on_step;
};

TEST_F(FittingTest, AsksEachRoundInASessionOfItsOwn) {
  const auto answer = Fit();
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_THAT(answer->notice, HasSubstr("3 rounds; "));
  EXPECT_THAT(answer->notice, HasSubstr("answer " + answer->id + " of 3 of 3 owners, receipts of 3"));
  EXPECT_THAT(steps, ElementsAre("round 1", "round 2", "round 3"));
  for (const char* name : {kArad, kBrno, kCork}) EXPECT_EQ(Rounds(name), 3U) << name;
  EXPECT_THAT(trio.world.faults, ElementsAre());
}

TEST_F(FittingTest, AsksARoundAgainThatAnOwnerMissed) {
  on_step = [&](const std::string& step) {
    if (step == "round 1") TakeDown(kCork);
    if (step.starts_with("round 2 again: ")) BringBack(kCork);
  };
  const auto answer = Fit();
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_THAT(steps,
              ElementsAre("round 1", HasSubstr("round 2 again: 3 of 3 owners must answer, and 2 are there"),
                          "round 2", "round 3"));
  EXPECT_EQ(Rounds(kCork), 3U);
  EXPECT_THAT(trio.world.faults, ElementsAre());
}

TEST_F(FittingTest, DoesNotGoOnWithTheSurvivors) {
  on_step = [&](const std::string& step) {
    if (step == "round 1") TakeDown(kCork);
  };
  const auto answer = Fit();
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().reason, "owners_missing");
  EXPECT_THAT(answer.error().message, HasSubstr("'cork'"));
  EXPECT_THAT(steps, ElementsAre("round 1", HasSubstr("round 2 again"), HasSubstr("round 2 again")));
  for (const char* name : {kArad, kBrno, kCork}) EXPECT_EQ(Rounds(name), 1U) << name;
}

TEST_F(FittingTest, EndsBetweenRoundsWhenItIsCancelled) {
  on_step = [&](const std::string& step) {
    if (step == "round 2") cancel.Request();
  };
  const auto answer = Fit();
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().reason, "cancelled");
  EXPECT_EQ(Rounds(kBrno), 2U);
}

TEST_F(FittingTest, PassesOnWhyAnOwnerDeclinesARound) {
  on_step = [&](const std::string& step) {
    if (step == "round 1") trio.scene.revoked.insert(kBrno);
  };
  const auto answer = Fit();
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().reason, "agreement_not_active");
  EXPECT_THAT(answer.error().message, HasSubstr("'brno'"));
}

}  // namespace
}  // namespace concordat::federation
