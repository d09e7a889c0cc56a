#include "subject/subject.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "base/testing_random.h"
#include "ledger/testing_ledger.h"

namespace concordat::subject {
namespace {

class SubjectTest : public testing::Test {
 protected:
  SubjectTest() { Open(); }
  ~SubjectTest() override { Close(); }
  void Open() {
    store_ = *store::Store::Open(folder_ / "store.db", ledger::LedgerMigrations());
    auto opened = ledger::Ledger::Open(*store_, ledger::TestKey(), clock_, random_, {&subjects_});
    ASSERT_TRUE(opened) << opened.error().message;
    ledger_ = *std::move(opened);
  }
  void Close() {
    store_.reset();
    ledger_.reset();
  }
  void Reopen() {
    Close();
    subjects_.Clear();
    Open();
  }
  Granted Give(int days = 30) {
    const auto granted = GrantToken(*ledger_, random_, {{"lewisham/adult", "12"}}, days, "olu");
    EXPECT_TRUE(granted) << granted.error().message;
    return *granted;
  }
  std::string Taken(Stand stand, const std::string& unit) {
    const auto entered = Enter(*ledger_, subjects_, stand, "lewisham/adult", unit, "subject");
    EXPECT_TRUE(entered) << entered.error().message;
    return *entered ? "" : entered->error().reason;
  }
  std::set<std::string> Out() const {
    const auto objections = subjects_.To("lewisham/adult");
    return objections ? objections->units : std::set<std::string>{};
  }

  store::TemporaryFolder folder_;
  ManualClock clock_{*ParseTime("2026-07-01")};
  OsRandom random_;
  Subjects subjects_;
  std::unique_ptr<store::Store> store_;
  std::unique_ptr<ledger::Ledger> ledger_;
};

TEST_F(SubjectTest, KnowsATokenUntilItsTimeIsOver) {
  const Granted granted = Give(30);
  for (int round = 0; round < 2; ++round) {
    const Grant* grant = subjects_.FindByToken(granted.token, clock_.Now());
    ASSERT_NE(grant, nullptr);
    EXPECT_EQ(grant->id, granted.id);
    EXPECT_EQ(grant->units, (Units{{"lewisham/adult", "12"}}));
    Reopen();
  }
  EXPECT_EQ(subjects_.FindByToken(granted.token + "0", clock_.Now()), nullptr);
  EXPECT_EQ(subjects_.FindByToken("", clock_.Now()), nullptr);
  EXPECT_NE(subjects_.FindByToken(granted.token, clock_.Now() + std::chrono::days(30) - Milliseconds(1)),
            nullptr);
  EXPECT_EQ(subjects_.FindByToken(granted.token, clock_.Now() + std::chrono::days(30)), nullptr);
}

TEST_F(SubjectTest, EndsATokenOnce) {
  const Granted granted = Give();
  const Granted other = Give();
  EXPECT_TRUE(*EndToken(*ledger_, subjects_, granted.id, "olu"));
  EXPECT_EQ((*EndToken(*ledger_, subjects_, granted.id, "olu")).error().reason, "token_unknown");
  Reopen();
  EXPECT_EQ(subjects_.FindByToken(granted.token, clock_.Now()), nullptr);
  EXPECT_NE(subjects_.FindByToken(other.token, clock_.Now()), nullptr);
}

TEST_F(SubjectTest, KeepsObjectionsAndWithdrawals) {
  EXPECT_EQ(Taken(Stand::kObject, "12"), "");
  EXPECT_EQ(Taken(Stand::kObject, "40"), "");
  EXPECT_EQ(Taken(Stand::kObject, "12"), "objection_stands");
  const std::uint64_t changed = subjects_.To("lewisham/adult")->changed;
  EXPECT_EQ(Taken(Stand::kWithdraw, "40"), "");
  EXPECT_GT(subjects_.To("lewisham/adult")->changed, changed);
  EXPECT_EQ(Taken(Stand::kWithdraw, "40"), "objection_unknown");
  EXPECT_EQ(Out(), std::set<std::string>{"12"});
  Reopen();
  EXPECT_EQ(Out(), std::set<std::string>{"12"});
  EXPECT_EQ(subjects_.To("lewisham/other"), nullptr);
}

// The log is public: neither token, nor its hash, nor anybody's unit may be in a leaf.
TEST_F(SubjectTest, PutsNobodyIntoTheLeaves) {
  const auto granted = GrantToken(*ledger_, random_, {{"lewisham/adult", "unit-4711"}}, 30, "olu");
  ASSERT_TRUE(granted);
  EXPECT_EQ(Taken(Stand::kObject, "unit-4711"), "");
  EXPECT_EQ(Taken(Stand::kWithdraw, "unit-4711"), "");
  const std::string hash = (*ledger_->Read(0, 1))[0].secret->at("hash");
  for (std::uint64_t i = 0; i < ledger_->Head().size; ++i) {
    const auto leaf = *ledger_->LeafBytes(i);
    for (const std::string& secret : {std::string("unit-4711"), granted->token, hash})
      EXPECT_EQ(AsText(leaf).find(secret), std::string_view::npos) << AsText(leaf);
  }
}

TEST_F(SubjectTest, ForgetsATokenWhoseSecretPartIsErased) {
  const Granted granted = Give();
  ASSERT_TRUE(ledger_->Erase({0}, "asked for"));
  Reopen();
  EXPECT_EQ(subjects_.FindByToken(granted.token, clock_.Now()), nullptr);
  EXPECT_TRUE(subjects_.grants().empty());
}

}  // namespace
}  // namespace concordat::subject
