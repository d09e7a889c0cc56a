#include "federation/coordinator.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "aggregation/roll.h"
#include "federation/sums.h"
#include "federation/testing_simulation.h"
#include "federation/testing_trio.h"

namespace concordat::federation {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class CoordinatorTest : public testing::Test {
 protected:
  Outcome<release::Answer> Ask(const std::string& text, const std::string& home = kArad) {
    return trio.MakeCoordinator(home).Ask({"ana", "study", "psql"}, {text, {}, {}}, cancel,
                                          [&](const std::string& step) { steps.push_back(step); });
  }
  std::vector<Int128> SumsOf(const release::Answer& answer) {
    std::vector<Int128> sums;
    for (const Value& value : answer.rows.at(0)) sums.push_back(std::get<Int128>(value));
    return sums;
  }
  void TakeDown(const std::string& name) {
    trio.node(name).up = false;
    trio.node(name).owner = nullptr;
  }
  std::size_t Charges(const std::string& name) { return trio.node(name).ledger.size(); }

  Trio trio;
  engine::Cancel cancel;
  std::vector<std::string> steps;
};

TEST_F(CoordinatorTest, AnswersTheSumOfAllOwners) {
  const auto answer = Ask("sums");
  ASSERT_TRUE(answer) << answer.error().message;
  trio.judge.Answered(answer->id, SumsOf(*answer), 3);
  EXPECT_THAT(trio.world.faults, ElementsAre());
  EXPECT_EQ(
      answer->notice,
      "charged epsilon 0.5 at arad (99 of 100 left), brno (99 of 100 left), cork (99 of 100 left); answer " +
          answer->id + " of 3 of 3 owners, receipts of 3: concordat receipt " + answer->id.substr(0, 4));
  EXPECT_THAT(steps, ElementsAre("asking arad, brno, cork", "3 of 3 owners have planned",
                                 "3 of 3 owners have committed", "3 of 3 owners have shown their keys",
                                 "3 of 3 owners have contributed", "3 of 3 owners have agreed on who is in",
                                 "3 of 3 owners have opened the sum", "3 of 3 owners have given receipts"));
}

TEST_F(CoordinatorTest, UnitesTheGroupsThatOwnersFind) {
  const auto answer = Ask("groups");
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_THAT(steps, testing::Contains("3 of 3 owners have selected groups"));
  trio.judge.Answered(answer->id, SumsOf(*answer), 3);
  EXPECT_THAT(trio.world.faults, ElementsAre());
}

TEST_F(CoordinatorTest, AddsUpWhatOwnersMayShow) {
  trio.scene.sharing.local = true;
  trio.judge.sharing.local = true;
  const auto answer = Ask("sums");
  ASSERT_TRUE(answer) << answer.error().message;
  trio.judge.Answered(answer->id, SumsOf(*answer), 3);
  EXPECT_THAT(trio.world.faults, ElementsAre());
  EXPECT_THAT(steps, ElementsAre("asking arad, brno, cork", "3 of 3 owners have planned",
                                 "3 of 3 owners have contributed", "3 of 3 owners have given receipts"));
}

TEST_F(CoordinatorTest, GivesTheStoredAnswerForFree) {
  const auto once = Ask("sums");
  ASSERT_TRUE(once);
  const std::size_t charges = Charges(kBrno);
  const auto again = Ask("sums");
  ASSERT_TRUE(again);
  EXPECT_EQ(again->id, once->id);
  EXPECT_EQ(Charges(kBrno), charges);
  EXPECT_EQ(trio.node(kBrno).owner->size(), 0U);
  ++trio.scene.revisions[kCork];
  const auto anew = Ask("sums");
  ASSERT_TRUE(anew);
  EXPECT_NE(anew->id, once->id) << "one owner's rows are others now";
}

TEST_F(CoordinatorTest, GoesOnWithTheSurvivorsWhileTheyAreAQuorum) {
  TakeDown(kCork);
  const auto answer = Ask("sums");
  ASSERT_TRUE(answer) << answer.error().message;
  trio.judge.Answered(answer->id, SumsOf(*answer), 2);
  EXPECT_THAT(trio.world.faults, ElementsAre());
  EXPECT_THAT(answer->notice, HasSubstr("of 2 of 3 owners ('cork': 'cork' is not reached)"));
  steps.resize(4);
  EXPECT_THAT(steps, ElementsAre("asking arad, brno, cork", "waiting for 'cork'",
                                 "2 of 3 owners have planned", "2 of 3 owners have committed"));
}

TEST_F(CoordinatorTest, NamesWhomItWaitsForUnlessTheyMayBeAtWorkOnRows) {
  const struct {
    const char* late;  // the round in which an owner's answer takes longer than one attempt
    bool named;
  } cases[] = {{method::kPrepare, true},
               {method::kSelect, false},
               {method::kCommit, true},
               {method::kContribute, false},
               {method::kAgree, true}};
  for (const auto& c : cases) {
    SCOPED_TRACE(c.late);
    bool late = false;
    trio.node(kCork).tamper = [&](const std::string& method, Bytes&) {
      if (method == c.late && !std::exchange(late, true)) trio.node(kCork).busy += std::chrono::seconds(15);
    };
    steps.clear();
    ++trio.scene.revisions[kCork];  // else the stored answer would do
    const auto answer = Ask("groups");
    ASSERT_TRUE(answer) << answer.error().message;
    EXPECT_TRUE(late);
    EXPECT_THAT(answer->notice, HasSubstr("of 3 of 3 owners"));
    EXPECT_EQ(std::count(steps.begin(), steps.end(), "waiting for 'cork'"), c.named ? 1 : 0);
  }
}

TEST_F(CoordinatorTest, NamesWhoIsMissing) {
  trio.scene.sharing.quorum = 3;
  TakeDown(kCork);
  const Milliseconds asked = trio.node(kArad).clock.Elapsed();
  const auto answer = Ask("sums");
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().reason, "owners_missing");
  EXPECT_EQ(answer.error().message,
            "3 of 3 owners must answer, and 2 are there: 'cork': 'cork' is not reached");
  EXPECT_EQ(answer.error().hint, "ask again when they are back; nothing was charged");
  EXPECT_EQ(Charges(kArad), 0U);
  EXPECT_LT(trio.node(kArad).clock.Elapsed() - asked, CoordinatorTerms{}.round / 4)
      << "waited long for who is down, with nothing charged that could be lost";
}

TEST_F(CoordinatorTest, SaysThatChargesStand) {
  trio.scene.sharing.quorum = 3;
  trio.node(kCork).tamper = [](const std::string& method, Bytes& reply) {
    if (method == method::kContribute) reply.back() ^= 1;
  };
  const auto answer = Ask("sums");
  ASSERT_FALSE(answer);
  EXPECT_THAT(answer.error().message, HasSubstr("cork"));
  EXPECT_THAT(answer.error().hint, HasSubstr("charges that were made at arad, brno, cork stand"));
  EXPECT_EQ(trio.node(kBrno).ledger.back().kind, Entry::kFailure);
}

TEST_F(CoordinatorTest, NamesTheDifferenceOfPlans) {
  trio.scene.contracts[kBrno] = "v0";
  trio.Restart(kBrno);
  const auto answer = Ask("sums");
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().reason, "plans_differ");
  EXPECT_THAT(answer.error().message, HasSubstr("brno: sums by v0, here sums by v1"));
  EXPECT_EQ(Charges(kArad), 0U);
}

TEST_F(CoordinatorTest, PassesAnOwnersRefusalOnWithItsName) {
  trio.scene.revoked.insert(kBrno);
  const auto answer = Ask("sums");
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().reason, "agreement_not_active");
  EXPECT_THAT(answer.error().message, HasSubstr("'brno' refuses: "));
  EXPECT_EQ(answer.error().sqlstate, "42501");
}

// It has contributed and agreed, so its numbers are in the sum: under encryption the others restore its key.
TEST_F(CoordinatorTest, FinishesForWhoDiesBetweenAgreeingAndOpening) {
  for (const auto sums : {agreement::SumsBy::kMasks, agreement::SumsBy::kEncryption}) {
    SCOPED_TRACE(static_cast<int>(sums));
    trio.scene.sharing.sums = sums;
    ++trio.scene.revisions[kCork];
    steps.clear();
    trio.node(kCork).overhear = [&](const std::string&, const std::string& method, const Bytes&) {
      if (method == method::kOpen) trio.node(kCork).dying = true;
    };
    const auto answer = Ask("sums");
    ASSERT_TRUE(answer) << answer.error().message;
    trio.judge.Answered(answer->id, SumsOf(*answer), 3);
    EXPECT_THAT(trio.world.faults, ElementsAre());
    EXPECT_THAT(answer->notice, HasSubstr("cork (left unknown); answer"));
    EXPECT_THAT(answer->notice, HasSubstr("of 3 of 3 owners ('cork': "));
    const bool restored =
        testing::Value(steps, testing::Contains("2 of 3 owners have stood in for who died"));
    EXPECT_EQ(restored, sums == agreement::SumsBy::kEncryption);
  }
}

TEST_F(CoordinatorTest, StandsInForNobodyOnceTheAgreementHasEnded) {
  trio.scene.sharing.sums = agreement::SumsBy::kEncryption;
  trio.node(kCork).overhear = [&](const std::string&, const std::string& method, const Bytes&) {
    if (method == method::kOpen) trio.node(kCork).dying = true;
  };
  trio.node(kBrno).overhear = [&](const std::string&, const std::string& method, const Bytes&) {
    if (method == method::kRestore) trio.scene.revoked.insert(kBrno);
  };
  const auto answer = Ask("sums");
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().message, "'brno' refuses: the agreement was revoked");
}

// It has contributed, and two would be a quorum: the sum is not opened against its word.
TEST_F(CoordinatorTest, PassesTheRefusalOnOfWhoRevokesBetweenAgreeingAndOpening) {
  for (const auto sums : {agreement::SumsBy::kMasks, agreement::SumsBy::kEncryption}) {
    trio.scene.sharing.sums = sums;
    trio.scene.revoked.clear();
    trio.node(kBrno).overhear = [&](const std::string&, const std::string& method, const Bytes&) {
      if (method == method::kOpen) trio.scene.revoked.insert(kBrno);
    };
    const auto answer = Ask("sums");
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().reason, "agreement_not_active");
    EXPECT_EQ(answer.error().message, "'brno' refuses: the agreement was revoked");
    EXPECT_THAT(answer.error().hint, HasSubstr("charges that were made at arad, brno, cork stand"));
    EXPECT_EQ(answer.error().sqlstate, "42501");
    for (const char* owner : {kArad, kBrno, kCork}) EXPECT_EQ(trio.node(owner).owner->size(), 0U) << owner;
  }
}

// One whose budget is spent was left out; it is not who ended the question.
TEST_F(CoordinatorTest, PassesOnTheRefusalThatEndedTheQuestion) {
  trio.judge.limit = 1;
  ASSERT_TRUE(trio.world.Append(trio.node(kCork), {Entry::kCharge, "earlier", 1}));
  trio.node(kBrno).overhear = [&](const std::string&, const std::string& method, const Bytes&) {
    if (method == method::kOpen) trio.scene.revoked.insert(kBrno);
  };
  const auto answer = Ask("sums");
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().message, "'brno' refuses: the agreement was revoked");
}

TEST_F(CoordinatorTest, TellsOfALedgerThatChanged) {
  trio.node(kBrno).forks = true;
  ASSERT_TRUE(Ask("sums"));
  ++trio.scene.revisions[kCork];
  const auto answer = Ask("sums");
  ASSERT_TRUE(answer);
  EXPECT_THAT(answer->notice, HasSubstr("the receipt of 'brno' does not hold: another ledger than before"));
}

TEST_F(CoordinatorTest, AsksAgainWhatWasLost) {
  trio.world.weather.loss = 0.3;
  const auto answer = Ask("sums");
  ASSERT_TRUE(answer) << answer.error().message;
  trio.judge.Answered(answer->id, SumsOf(*answer), 3);
  EXPECT_THAT(trio.world.faults, ElementsAre());
}

TEST_F(CoordinatorTest, EndsWhenItIsCancelled) {
  cancel.Request();
  const auto answer = Ask("sums");
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().reason, "cancelled");
  EXPECT_EQ(answer.error().sqlstate, "57014");
  EXPECT_EQ(Charges(kArad), 0U);
}

TEST_F(CoordinatorTest, ExplainsWithALineForEachOwner) {
  TakeDown(kCork);
  const auto lines = trio.MakeCoordinator(kArad).Explain({"ana", "study", "psql"}, {"sums", {}, {}});
  ASSERT_TRUE(lines);
  EXPECT_THAT(*lines,
              ElementsAre("plan sums by v1", "owner   arad: a noise share of 2 counted on, 100 of 100 left",
                          "owner   brno: a noise share of 2 counted on, 100 of 100 left",
                          "missing 'cork': 'cork' is not reached"));
  EXPECT_EQ(Charges(kArad), 0U);
}

using Messages = std::span<const aggregation::Message>;

// Says all as it should, but for its part of the opening.
class WrongOpener final : public aggregation::Party {
 public:
  WrongOpener(std::unique_ptr<Party> right, const aggregation::Terms& terms, const crypto::SigningKey& key)
      : right_(std::move(right)), terms_(terms), key_(key) {}
  Result<aggregation::Message> Commit() override { return right_->Commit(); }
  Result<aggregation::Message> Reveal(Messages commits) override { return right_->Reveal(commits); }
  Result<aggregation::Message> Contribute(Messages reveals, std::span<const Int128> values) override {
    return right_->Contribute(reveals, values);
  }
  Result<aggregation::Message> Agree(Messages contributions) override { return right_->Agree(contributions); }
  Result<aggregation::Message> Open(Messages agreements) override {
    aggregation::Message message = TRY(right_->Open(agreements));
    message.body[message.body.size() / 2] ^= 1;
    message.signature = key_.Sign(
        aggregation::SignedText(aggregation::HashOf(terms_), message, crypto::Sha256(message.body)));
    return message;
  }
  Result<aggregation::Message> Restore(Messages openings) override { return right_->Restore(openings); }

 private:
  std::unique_ptr<Party> right_;
  aggregation::Terms terms_;
  const crypto::SigningKey& key_;
};

class WrongAtBrno final : public Summing {
 public:
  Result<std::unique_ptr<aggregation::Party>> Join(const aggregation::Terms& terms, std::size_t self,
                                                   const crypto::SigningKey& key,
                                                   RandomSource& random) const override {
    auto right = TRY(secret_.Join(terms, self, key, random));
    if (key.verify_key().name() != KeyOf(kBrno).verify_key().name()) return right;
    return std::make_unique<WrongOpener>(std::move(right), terms, key);
  }
  Result<std::unique_ptr<aggregation::Receiver>> Receive(const aggregation::Terms& terms) const override {
    return secret_.Receive(terms);
  }
  Result<aggregation::Way> Choose(const aggregation::Occasion& occasion) const override {
    return secret_.Choose(occasion);
  }

 private:
  SecretSumming secret_;
};

TEST(Coordinator, WithholdsWhatDoesNotOpenAndBlamesNobody) {
  const WrongAtBrno sums;
  Trio trio(&sums);
  trio.scene.sharing.sums = agreement::SumsBy::kEncryption;
  const engine::Cancel never;
  const auto answer =
      trio.MakeCoordinator(kArad).Ask({"ana", "study", "psql"}, {"sums", {}, {}}, never, nullptr);
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().reason, "sum_failed");
  EXPECT_EQ(answer.error().message,
            "owners could not be summed: these partial decryptions do not open this sum");
  EXPECT_THAT(answer.error().hint, HasSubstr("charges that were made at arad, brno, cork stand"));
  EXPECT_THAT(trio.world.faults, ElementsAre());
}

TEST(OwnLink, ReachesItsOwnOwnerInProcess) {
  Trio trio;
  Owner& own = *trio.node(kArad).owner;
  WorldLink world(trio.world, trio.node(kArad));
  OwnLink link(kArad, own, &world);
  const Bytes statement = Encode(trio.Statement(kArad, "sums"));
  const auto replies = link.AskAll(
      {{kBrno, method::kPrepare, statement}, {kArad, method::kPrepare, statement}}, Milliseconds(1'000));
  ASSERT_EQ(replies.size(), 2U);
  EXPECT_TRUE(replies[0]);
  EXPECT_TRUE(replies[1]);
  EXPECT_EQ(own.size(), 1U);
  OwnLink alone(kArad, own, nullptr);
  const auto lonely = alone.AskAll({{kBrno, method::kPrepare, statement}}, Milliseconds(1'000));
  ASSERT_FALSE(lonely[0]);
  EXPECT_EQ(lonely[0].error().code, ErrorCode::kUnavailable);
}

}  // namespace
}  // namespace concordat::federation
