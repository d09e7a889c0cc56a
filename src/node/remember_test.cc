#include "node/remember.h"

#include <gtest/gtest.h>

#include <fstream>

#include "base/file.h"
#include "ledger/testing_ledger.h"

namespace concordat::node {
namespace {

class RememberTest : public testing::Test {
 protected:
  void Append(int entries) {
    for (int i = 0; i < entries; ++i) ASSERT_TRUE(ledger_->Append(ledger::Note(++written_)));
  }
  store::TemporaryFolder folder_;
  std::filesystem::path file_ = folder_ / "newest.checkpoint";
  ledger::TestLedger ledger_{folder_ / "store.db"};
  int written_ = 0;
};

TEST_F(RememberTest, HoldsWhileTheLedgerGrows) {
  EXPECT_TRUE(CheckRemembered(*ledger_, file_));  // nothing is remembered yet
  ASSERT_TRUE(Remember(*ledger_, file_));
  EXPECT_FALSE(std::filesystem::exists(file_));  // nothing to remember
  for (const int entries : {1, 2, 300}) {
    Append(entries);
    EXPECT_TRUE(CheckRemembered(*ledger_, file_));
    ASSERT_TRUE(Remember(*ledger_, file_));
    EXPECT_TRUE(CheckRemembered(*ledger_, file_));
  }
}

TEST_F(RememberTest, NoticesAnEarlierStateAndAnotherHistory) {
  Append(3);
  const auto early = folder_ / "early.db";
  ASSERT_TRUE(ledger_.store->Backup(early));
  Append(2);
  ASSERT_TRUE(Remember(*ledger_, file_));

  ledger::TestLedger restored(early);
  const auto shorter = CheckRemembered(*restored, file_);
  ASSERT_FALSE(shorter);
  EXPECT_EQ(shorter.error().code, ErrorCode::kCorrupt);
  EXPECT_NE(shorter.error().message.find("5 entries were signed for, and the ledger has 3"),
            std::string::npos)
      << shorter.error().message;

  for (int i = 0; i < 4; ++i) ASSERT_TRUE(restored->Append(ledger::Note(100 + i)));
  const auto other = CheckRemembered(*restored, file_);
  ASSERT_FALSE(other);
  EXPECT_NE(other.error().message.find("history was rewritten"), std::string::npos) << other.error().message;
  EXPECT_TRUE(CheckRemembered(*ledger_, file_));
}

TEST_F(RememberTest, TakesOnlyThisMembersCheckpoints) {
  Append(2);
  const std::string note = *ledger_->SignedHead();
  EXPECT_TRUE(CheckBeginsWith(*ledger_, note));
  const std::string by_another =
      crypto::SignNote(ledger::CheckpointText(ledger_->Head()), ledger::TestKey(6));
  const std::string of_another =
      crypto::SignNote(ledger::CheckpointText({"camden", 2, ledger_->Head().root}), ledger::TestKey());
  for (const std::string& text :
       {std::string(), std::string("no note"), note.substr(0, note.size() - 5), by_another, of_another}) {
    SCOPED_TRACE(text);
    const auto held = CheckBeginsWith(*ledger_, text);
    ASSERT_FALSE(held);
    EXPECT_EQ(held.error().code, ErrorCode::kInvalidArgument);
    ASSERT_TRUE(WriteFileDurably(file_, text, FileMode::kPublic));
    const auto remembered = CheckRemembered(*ledger_, file_);
    ASSERT_FALSE(remembered);
    EXPECT_EQ(remembered.error().code, ErrorCode::kCorrupt);
  }
}

}  // namespace
}  // namespace concordat::node
