#include "federation/fitting.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "federation/testing_trio.h"

namespace concordat::federation {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::Pair;

// Fits of three rounds, over three owners without whom nothing is summed.
class FittingTest : public testing::Test {
 protected:
  FittingTest() {
    trio.scene.sharing.quorum = 3;
    trio.judge.sharing.quorum = 3;
  }
  Progress Listen() {
    return [&](const std::string& step) {
      steps.push_back(step);
      if (on_step) on_step(step);
    };
  }
  Outcome<release::Answer> Fit() {
    return trio.MakeCoordinator(kArad).Fit({"ana", "study", "psql"}, {"sums", {}, {}}, cancel, Listen());
  }
  // By a node that changes what it sends.
  Outcome<release::Answer> FitThrough(const std::function<void(Call&)>& tamper) {
    Coordinator coordinator = trio.MakeCoordinator(kArad);
    trio.links.at(kArad)->tamper = tamper;
    return coordinator.Fit({"ana", "study", "psql"}, {"sums", {}, {}}, cancel, Listen());
  }
  static std::optional<Round> RoundIn(const Call& call) {
    if (call.method != method::kRound) return std::nullopt;
    return *DecodeRound(call.request);
  }
  void TakeDown(const std::string& name) {
    trio.node(name).up = false;
    trio.node(name).owner = nullptr;
  }
  void BringBack(const std::string& name) {
    trio.node(name).up = true;
    trio.world.Start(trio.node(name));
  }
  std::size_t Entries(const std::string& name, Entry::Kind kind) const {
    const auto& ledger = trio.world.nodes.at(name)->ledger;
    return static_cast<std::size_t>(
        std::count_if(ledger.begin(), ledger.end(), [&](const Entry& entry) { return entry.kind == kind; }));
  }

  Trio trio;
  engine::Cancel cancel;
  std::vector<std::string> steps;
  std::function<void(const std::string&)> on_step;
};

TEST_F(FittingTest, GoesThroughItsRoundsUnderOneExchangeOfKeys) {
  std::map<std::string, int> asked;
  Coordinator coordinator = trio.MakeCoordinator(kArad);
  trio.links.at(kArad)->sent = [&](const Call& call) { ++asked[call.method]; };
  const auto answer = coordinator.Fit({"ana", "study", "psql"}, {"sums", {}, {}}, cancel, Listen());
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_THAT(asked,
              ElementsAre(Pair(method::kFinish, 3), Pair(method::kPrepare, 3), Pair(method::kRound, 9)));
  EXPECT_THAT(answer->notice, HasSubstr("3 rounds; "));
  EXPECT_THAT(answer->notice, HasSubstr("answer " + answer->id + " of 3 of 3 owners, receipts of 3"));
  EXPECT_THAT(steps, ElementsAre("round 1", "round 2", "round 3"));
  for (const char* name : {kArad, kBrno, kCork}) {
    EXPECT_EQ(Entries(name, Entry::kCharge), 3U) << name;
    EXPECT_EQ(Entries(name, Entry::kOpening), 1U) << name;
    EXPECT_EQ(Entries(name, Entry::kFailure), 0U) << name;
  }
  trio.judge.Close();
  EXPECT_THAT(trio.world.faults, ElementsAre());
}

TEST_F(FittingTest, WaitsForAnOwnerThatWentMissingAndGoesOnWhereItWas) {
  int waits = 0;
  on_step = [&](const std::string& step) {
    if (step == "round 2" && waits == 0) TakeDown(kCork);
    if (step.find(" waits, ") != std::string::npos && ++waits == 3) BringBack(kCork);
  };
  const auto answer = Fit();
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_THAT(steps, ElementsAre("round 1", "round 2",
                                 HasSubstr("round 3 waits, again in 1 s: 3 of 3 owners must answer, and 2"),
                                 HasSubstr("round 2 waits, again in 2 s: "),
                                 HasSubstr("round 2 waits, again in 4 s: "), "round 2", "round 3"));
  // What it did before it died is on its record, and round 2 once more.
  EXPECT_EQ(Entries(kCork, Entry::kCharge), 4U);
  trio.judge.Close();
  EXPECT_THAT(trio.world.faults, ElementsAre());
}

TEST_F(FittingTest, GoesOnAfterAnyOwnerHasForgottenItsSecrets) {
  for (const char* who : {kArad, kBrno, kCork}) {
    for (const char* when : {"round 1", "round 2"}) {
      bool once = true;
      on_step = [&](const std::string& step) {
        if (step == when && std::exchange(once, false)) trio.Restart(who);
      };
      const auto answer = Fit();
      ASSERT_TRUE(answer) << who << " after " << when << ": " << answer.error().message;
    }
  }
  trio.judge.Close();
  EXPECT_THAT(trio.world.faults, ElementsAre());
}

TEST_F(FittingTest, DoesNotGoOnWithTheSurvivors) {
  on_step = [&](const std::string& step) {
    if (step == "round 1") TakeDown(kCork);
  };
  const Milliseconds begun = trio.world.now;
  const auto answer = Fit();
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().reason, "owners_missing");
  EXPECT_THAT(answer.error().message, HasSubstr("'cork'"));
  EXPECT_GE(trio.world.now - begun, CoordinatorTerms{}.away);
  EXPECT_LE(trio.world.now - begun, 2 * CoordinatorTerms{}.away);
  for (const char* name : {kArad, kBrno}) {
    EXPECT_EQ(Entries(name, Entry::kInterrupted), 1U) << name;
    EXPECT_EQ(Entries(name, Entry::kOpening), 0U) << name;
  }
  EXPECT_THAT(trio.world.faults, ElementsAre());
}

TEST_F(FittingTest, DoesNotWaitForWhoWasNeverThere) {
  TakeDown(kCork);
  const auto answer = Fit();
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().reason, "owners_missing");
  EXPECT_THAT(steps, ElementsAre());
  EXPECT_EQ(Entries(kArad, Entry::kCharge), 0U);
}

// A node that asks and invents a total, or a state: owners have added up for themselves.
TEST_F(FittingTest, OwnersTakeNoStateThatDoesNotFollow) {
  const auto answer = FitThrough([](Call& call) {
    auto round = RoundIn(call);
    if (!round || round->number != 2) return;
    round->state = Judge::StateAfter({1, Judge::kStart}, {1, 2, 3, 4});
    call.request = Encode(*round);
  });
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().reason, "state_differs");
  for (const char* name : {kArad, kBrno, kCork}) EXPECT_EQ(Entries(name, Entry::kCharge), 1U) << name;
}

// Two states in one round, each of which could be true: no masks cancel.
TEST_F(FittingTest, NothingOpensWhereOneOwnerIsToldOfAnotherRound) {
  const struct {
    const char* name;
    std::function<void(Round&)> change;
  } cases[] = {
      {"a contribution changed", [](Round& round) { round.said[1].back() ^= 1; }},
      {"a contribution left out", [](Round& round) { round.said.pop_back(); }},
      {"another's twice", [](Round& round) { round.said[1] = round.said[0]; }},
      {"nothing said", [](Round& round) { round.said.clear(); }},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    const auto answer = FitThrough([&](Call& call) {
      auto round = RoundIn(call);
      if (!round || round->number != 2 || call.member != kCork) return;
      c.change(*round);
      call.request = Encode(*round);
    });
    EXPECT_FALSE(answer);
  }
  trio.judge.Close();
  EXPECT_THAT(trio.world.faults, ElementsAre());
}

// A session that begins in the middle needs this owner's own word that it took that state, of these rows.
TEST_F(FittingTest, OwnersBeginInTheMiddleOnlyWhereTheyHaveBeen) {
  const struct {
    const char* name;
    std::function<void(Round&)> change;
    bool holds;
  } cases[] = {
      {"as they were", [](Round&) {}, true},
      {"none", [](Round& round) { round.vouchers.clear(); }, false},
      {"another's", [](Round& round) { std::swap(round.vouchers[0], round.vouchers[1]); }, false},
      {"forged", [](Round& round) { round.vouchers[1][5] ^= 1; }, false},
      {"short", [](Round& round) { round.vouchers[1].pop_back(); }, false},
  };
  const auto go_wrong = [&](const std::function<void(Round&)>& change) {
    return FitThrough([&](Call& call) {
      auto round = RoundIn(call);
      if (!round || round->vouchers.empty()) return;
      change(*round);
      call.request = Encode(*round);
    });
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    steps.clear();
    bool once = true;
    on_step = [&](const std::string& step) {
      if (step == "round 2" && std::exchange(once, false)) trio.Restart(kBrno);
    };
    const auto answer = go_wrong(c.change);
    ASSERT_TRUE(answer) << answer.error().message;
    const auto anew = AllOf(HasSubstr("begins anew: '"), HasSubstr("has not taken the state of round 2"));
    if (c.holds) EXPECT_THAT(steps, Not(Contains(anew)));
    if (!c.holds) EXPECT_THAT(steps, Contains(anew).Times(1));
    EXPECT_EQ(std::count(steps.begin(), steps.end(), "round 1"), c.holds ? 1 : 2);
  }
  on_step = [&](const std::string& step) {  // time and again
    if (step == "round 2") trio.Restart(kBrno);
  };
  const auto answer = go_wrong(cases[1].change);
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().reason, "state_unknown");
}

TEST_F(FittingTest, EndsWhenAnOwnersRowsChange) {
  const bool restarts[] = {false, true};
  for (const bool restart : restarts) {
    bool once = true;
    on_step = [&](const std::string& step) {
      if (step != "round 2" || !std::exchange(once, false)) return;
      ++trio.scene.revisions[kBrno];
      if (restart) trio.Restart(kBrno);
    };
    const auto answer = Fit();
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().reason, "rows_changed");
  }
}

TEST_F(FittingTest, AsksNobodyWhoGivesOnlyCiphertexts) {
  trio.node(kBrno).terms.non_disclosing = [] { return true; };
  trio.Restart(kBrno);
  const auto answer = Fit();
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().reason, "non_disclosing");
  EXPECT_THAT(answer.error().message, HasSubstr("summed by masks, and 'brno' joined"));
  EXPECT_THAT(answer.error().hint, HasSubstr("fit a table that it holds nothing of"));
  const auto explained = trio.MakeCoordinator(kArad).ExplainFit({"ana", "study", "psql"}, {"sums", {}, {}});
  ASSERT_TRUE(explained);
  EXPECT_THAT(*explained, Contains(HasSubstr("'brno': refused (non_disclosing)")));
  EXPECT_EQ(Entries(kArad, Entry::kCharge), 0U);
}

TEST_F(FittingTest, SaysWhichAgreementKeepsMembersFromFits) {
  trio.scene.sharing.sums = agreement::SumsBy::kEncryption;
  EXPECT_THAT(Fit().error().hint, HasSubstr("agree on fits without sums: encryption"));
  trio.scene.sharing.sums.reset();
  trio.scene.sharing.non_disclosing = {kCork};
  const auto answer = Fit();
  EXPECT_EQ(answer.error().reason, "non_disclosing");
  EXPECT_THAT(answer.error().message, HasSubstr("under this agreement 'cork'"));
}

TEST_F(FittingTest, EndsBetweenRoundsWhenItIsCancelled) {
  on_step = [&](const std::string& step) {
    if (step == "round 2") cancel.Request();
  };
  const auto answer = Fit();
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().reason, "cancelled");
  EXPECT_EQ(Entries(kBrno, Entry::kCharge), 2U);
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
