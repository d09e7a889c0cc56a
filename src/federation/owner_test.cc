#include "federation/owner.h"

#include <gtest/gtest.h>

#include "federation/testing_trio.h"

namespace concordat::federation {
namespace {

// Goes through rounds by hand, as a coordinator at arad.
class OwnerTest : public testing::Test {
 protected:
  Result<Bytes> Ask(const std::string& owner, const char* method, const Bytes& request,
                    const char* from = kArad) {
    return trio.node(owner).owner->Answer(from, method, request);
  }
  // What was asked for; fails on errors and refusals.
  Bytes Get(const std::string& owner, const char* method, const Bytes& request) {
    const auto reply = Ask(owner, method, request);
    EXPECT_TRUE(reply) << method << ": " << reply.error().message;
    if (!reply) return {};
    const auto decoded = DecodeReply(*reply);
    EXPECT_TRUE(decoded && *decoded) << method << (decoded ? decoded->error().refusal.message : "");
    return decoded && *decoded ? **decoded : Bytes{};
  }
  std::string ReasonOf(const Result<Bytes>& reply) {
    if (!reply) return reply.error().message;
    const auto decoded = DecodeReply(*reply);
    return !decoded ? "malformed" : *decoded ? "done" : decoded->error().refusal.reason;
  }
  Setting SettingOf() const {
    return {.session = statement.statement.session, .participants = {kArad, kBrno, kCork}, .keys = {}};
  }
  Bytes Bare() const { return Encode(Relayed{statement.statement.session, {}}); }
  // All owners' answers, for the next round.
  Bytes Round(const char* method, const Bytes& request) {
    std::vector<Bytes> messages;
    for (const char* owner : {kArad, kBrno, kCork}) messages.push_back(Get(owner, method, request));
    return Encode(Relayed{statement.statement.session, messages});
  }

  Trio trio;
  SignedStatement statement = trio.Statement(kArad, "sums");
};

TEST_F(OwnerTest, GoesThroughItsRoundsAndIsChargedBeforeItContributes) {
  Round(method::kPrepare, Encode(statement));
  const Bytes commits = Round(method::kCommit, Encode(SettingOf()));
  const Bytes reveals = Round(method::kReveal, commits);
  EXPECT_TRUE(trio.node(kBrno).ledger.empty()) << "nothing is charged before there is something to pay for";
  const Bytes contributions = Round(method::kContribute, reveals);
  ASSERT_EQ(trio.node(kBrno).ledger.size(), 1U);
  EXPECT_EQ(trio.node(kBrno).ledger[0].kind, Entry::kCharge);
  const Bytes agreements = Round(method::kAgree, contributions);
  EXPECT_EQ(trio.node(kBrno).ledger.size(), 1U);
  Round(method::kOpen, agreements);
  ASSERT_EQ(trio.node(kBrno).ledger.size(), 2U);
  EXPECT_EQ(trio.node(kBrno).ledger[1].kind, Entry::kOpening);
  const auto finished = DecodeFinished(Get(kBrno, method::kFinish, Bare()));
  ASSERT_TRUE(finished);
  EXPECT_EQ(finished->left, "99 of 100 left");
  EXPECT_EQ(trio.node(kBrno).owner->size(), 0U);
  EXPECT_TRUE(trio.world.faults.empty());
}

TEST_F(OwnerTest, StandsInForWhoDiedOnceItHasOpenedItself) {
  Round(method::kPrepare, Encode(statement));
  const Bytes reveals = Round(method::kReveal, Round(method::kCommit, Encode(SettingOf())));
  const Bytes agreements = Round(method::kAgree, Round(method::kContribute, reveals));
  const Bytes openings =
      Encode(Relayed{statement.statement.session,
                     {Get(kArad, method::kOpen, agreements), Get(kBrno, method::kOpen, agreements)}});
  const auto early = Ask(kCork, method::kRestore, openings);
  ASSERT_FALSE(early);
  EXPECT_EQ(early.error().code, ErrorCode::kFailedPrecondition);
  const std::size_t entries = trio.node(kBrno).ledger.size();
  const Bytes restored = Get(kBrno, method::kRestore, openings);
  EXPECT_EQ(Get(kBrno, method::kRestore, openings), restored);
  EXPECT_EQ(trio.node(kBrno).ledger.size(), entries) << "its opening is on record already";
  EXPECT_TRUE(DecodeFinished(Get(kBrno, method::kFinish, Bare())));
  trio.scene.revoked.insert(kArad);
  EXPECT_EQ(ReasonOf(Ask(kArad, method::kRestore, openings)), "agreement_not_active");
  EXPECT_EQ(trio.node(kArad).owner->size(), 0U);
  EXPECT_TRUE(trio.world.faults.empty());
}

TEST_F(OwnerTest, AnswersTheSameTwiceAndDoesItOnce) {
  Bytes request = Encode(statement);
  for (const char* method : {method::kPrepare, method::kCommit, method::kReveal, method::kContribute,
                             method::kAgree, method::kOpen, method::kFinish}) {
    SCOPED_TRACE(method);
    if (std::string_view(method) == method::kCommit) request = Encode(SettingOf());
    if (std::string_view(method) == method::kFinish) request = Bare();
    const Bytes next = Round(method, request);
    const Bytes once = Get(kBrno, method, request);
    EXPECT_EQ(Get(kBrno, method, request), once);
    request = next;
  }
  EXPECT_EQ(trio.node(kBrno).ledger.size(), 2U);
}

TEST_F(OwnerTest, AnswersNoOtherRequestOfARoundThatWasAnswered) {
  Round(method::kPrepare, Encode(statement));
  Round(method::kCommit, Encode(SettingOf()));
  Setting other = SettingOf();
  other.participants.pop_back();
  const auto reply = Ask(kBrno, method::kCommit, Encode(other));
  ASSERT_FALSE(reply);
  EXPECT_EQ(reply.error().code, ErrorCode::kFailedPrecondition);
}

TEST_F(OwnerTest, KeepsTheOrderOfRounds) {
  Get(kBrno, method::kPrepare, Encode(statement));
  for (const char* method : {method::kSelect, method::kReveal, method::kContribute, method::kAgree,
                             method::kOpen, method::kRestore, method::kFinish}) {
    SCOPED_TRACE(method);
    const auto reply = Ask(kBrno, method, Bare());
    ASSERT_FALSE(reply);
    EXPECT_EQ(reply.error().code, ErrorCode::kFailedPrecondition);
  }
}

TEST_F(OwnerTest, RefusesSettingsThatTheAgreementDoesNotAllow) {
  const struct {
    const char* name;
    void (*change)(Setting&);
  } cases[] = {
      {"fewer than the quorum", [](Setting& s) { s.participants = {kBrno}; }},
      {"without this owner",
       [](Setting& s) {
         s.participants = {kArad, kCork};
       }},
      {"out of order", [](Setting& s) { std::swap(s.participants[0], s.participants[1]); }},
      {"one twice",
       [](Setting& s) {
         s.participants = {kArad, kBrno, kBrno};
       }},
      {"a stranger", [](Setting& s) { s.participants.push_back("mallow"); }},
      {"keys of declared groups", [](Setting& s) { s.keys = {{Value(std::string("a"))}}; }},
      {"another width", [](Setting& s) { s.width = aggregation::Width::k128; }},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    statement = trio.Statement(kArad, "sums");
    Get(kBrno, method::kPrepare, Encode(statement));
    Setting setting = SettingOf();
    c.change(setting);
    EXPECT_EQ(ReasonOf(Ask(kBrno, method::kCommit, Encode(setting))), "setting_invalid");
    EXPECT_EQ(trio.node(kBrno).owner->size(), 0U);
  }
}

TEST_F(OwnerTest, RefusesGroupsThatComeTwice) {
  statement = trio.Statement(kArad, "groups");
  Get(kBrno, method::kPrepare, Encode(statement));
  Get(kBrno, method::kSelect, Bare());
  Setting setting = SettingOf();
  setting.keys = {{Value(std::string("a"))}, {Value(std::string("a"))}};
  EXPECT_EQ(ReasonOf(Ask(kBrno, method::kCommit, Encode(setting))), "setting_invalid");
}

TEST_F(OwnerTest, SaysWhatIsWrongWithARequest) {
  Get(kBrno, method::kPrepare, Encode(statement));
  const SignedStatement fresh = trio.Statement(kArad, "sums");
  const struct {
    const char* name;
    const char* from;
    const char* method;
    Bytes request;
    ErrorCode code;
  } cases[] = {
      {"no such method", kArad, "federation/take", Bare(), ErrorCode::kInvalidArgument},
      {"no session", kArad, method::kCommit, {1, 2}, ErrorCode::kInvalidArgument},
      {"half a statement", kArad, method::kPrepare, {1, 2}, ErrorCode::kInvalidArgument},
      {"another's session", kCork, method::kCommit, Encode(SettingOf()), ErrorCode::kNotFound},
      {"a session that never was", kArad, method::kAgree, Encode(Relayed{fresh.statement.session, {}}),
       ErrorCode::kNotFound},
      {"a malformed setting", kArad, method::kCommit, Bare(), ErrorCode::kInvalidArgument},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    const auto reply = Ask(kBrno, c.method, c.request, c.from);
    ASSERT_FALSE(reply);
    EXPECT_EQ(reply.error().code, c.code) << reply.error().message;
  }
}

TEST_F(OwnerTest, TakesNoQuestionThatWasChargedBefore) {
  Round(method::kPrepare, Encode(statement));
  Round(method::kContribute, Round(method::kReveal, Round(method::kCommit, Encode(SettingOf()))));
  trio.Restart(kBrno);
  EXPECT_EQ(ReasonOf(Ask(kBrno, method::kPrepare, Encode(statement))), "session_replayed");
  const auto lost = Ask(kBrno, method::kAgree, Bare());
  ASSERT_FALSE(lost);
  EXPECT_EQ(lost.error().code, ErrorCode::kNotFound) << "its secrets are forgotten";
}

TEST_F(OwnerTest, IsNotFilledUpByOneMember) {
  for (std::size_t i = 0; i < OwnerTerms{}.most_of_one; ++i)
    Get(kBrno, method::kPrepare, Encode(trio.Statement(kArad, "sums")));
  const auto reply = Ask(kBrno, method::kPrepare, Encode(statement));
  ASSERT_FALSE(reply);
  EXPECT_EQ(reply.error().code, ErrorCode::kResourceExhausted);
  EXPECT_EQ(ReasonOf(Ask(kBrno, method::kPrepare, Encode(trio.Statement(kCork, "sums")), kCork)), "done");
}

TEST_F(OwnerTest, GivesUpWhatDoesNotEndAndRecordsItAsFailed) {
  Round(method::kPrepare, Encode(statement));
  Round(method::kContribute, Round(method::kReveal, Round(method::kCommit, Encode(SettingOf()))));
  trio.world.now += std::chrono::minutes(11);
  trio.node(kBrno).owner->Sweep();
  EXPECT_EQ(trio.node(kBrno).owner->size(), 0U);
  EXPECT_EQ(trio.node(kBrno).ledger.back().kind, Entry::kFailure);
}

TEST_F(OwnerTest, EndsWhatIsAbandoned) {
  Get(kBrno, method::kPrepare, Encode(statement));
  Get(kBrno, method::kAbandon, Bare());
  EXPECT_EQ(trio.node(kBrno).owner->size(), 0U);
  EXPECT_TRUE(trio.node(kBrno).ledger.empty());
}

// Whoever forgot what it asked for, having died, is told what was charged; and nothing of it is charged after
// that.
TEST_F(OwnerTest, SaysWhatItChargedAndEndsThatSession) {
  const auto session = statement.statement.session;
  const std::string id = IdOf(statement.statement);
  const auto charged = [&](const std::string& owner, const char* from = kArad) {
    const auto reply =
        Ask(owner, method::kCharged, Encode(Doubtful{{{session, id}, {{}, "0011223344556677"}}}), from);
    EXPECT_TRUE(reply);
    const auto body = DecodeReply(*reply);
    EXPECT_TRUE(body && *body);
    return DecodeCharged(**body)->questions;
  };
  Round(method::kPrepare, Encode(statement));
  const Bytes reveals = Round(method::kReveal, Round(method::kCommit, Encode(SettingOf())));
  Get(kCork, method::kContribute, reveals);
  EXPECT_TRUE(charged(kBrno, kCork).empty());
  EXPECT_EQ(trio.node(kBrno).owner->size(), 1U) << "another member's session goes on";
  EXPECT_EQ(charged(kBrno), std::vector<std::string>{});
  EXPECT_EQ(charged(kCork), std::vector<std::string>{id});
  EXPECT_EQ(trio.node(kBrno).owner->size(), 0U);
  EXPECT_NE(ReasonOf(Ask(kBrno, method::kContribute, reveals)), "done");
  EXPECT_TRUE(trio.node(kBrno).ledger.empty());
}

TEST_F(OwnerTest, LeavesTheGridOnlyAtItsMultiples) {
  Round(method::kPrepare, Encode(statement));
  const Bytes reveals = Round(method::kReveal, Round(method::kCommit, Encode(SettingOf())));
  trio.node(kBrno).busy = Milliseconds(0);
  Get(kBrno, method::kContribute, reveals);
  EXPECT_EQ(trio.node(kBrno).busy, OwnerTerms{}.grid);
  Get(kBrno, method::kContribute, reveals);
  EXPECT_EQ(trio.node(kBrno).busy, OwnerTerms{}.grid) << "what was answered is answered at once";
}

TEST_F(OwnerTest, DisclosesNothingWhereItMustNot) {
  Node& brno = trio.node(kBrno);
  brno.terms.non_disclosing = [] { return true; };
  trio.Restart(kBrno);
  EXPECT_EQ(ReasonOf(Ask(kBrno, method::kPrepare, Encode(trio.Statement(kArad, "groups")))),
            "non_disclosing");
  const auto prepared = DecodePrepared(Get(kBrno, method::kPrepare, Encode(statement)));
  ASSERT_TRUE(prepared);
  EXPECT_TRUE(prepared->only_encryption);
  Setting masks = SettingOf();
  masks.way = aggregation::Way::kMasks;
  EXPECT_EQ(ReasonOf(Ask(kBrno, method::kCommit, Encode(masks))), "non_disclosing");
}

TEST_F(OwnerTest, ExplainsForFree) {
  const auto prepared = DecodePrepared(Get(kBrno, method::kExplain, Encode(statement)));
  ASSERT_TRUE(prepared);
  EXPECT_EQ(prepared->left, "100 of 100 left");
  EXPECT_EQ(trio.node(kBrno).owner->size(), 0U);
}

}  // namespace
}  // namespace concordat::federation
