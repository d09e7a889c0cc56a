#include "ledger/receipt.h"

#include <gtest/gtest.h>

#include "ledger/testing_ledger.h"

namespace concordat::ledger {
namespace {

crypto::Cosigner Witness(std::uint64_t seed) {
  SeededRandom random(seed);
  return *crypto::Cosigner::Generate("witness" + std::to_string(seed), random);
}

class ReceiptTest : public testing::Test {
 protected:
  ReceiptTest() {
    for (int i = 0; i < 300; ++i) EXPECT_TRUE(ledger_->Append(Note(i)));
  }
  Receipt For(std::uint64_t index) const {
    return {.extra = *ledger_.ledger->LeafBytes(index),
            .index = index,
            .proof = *ledger_.ledger->ProveInclusion(index, 300),
            .checkpoint = *ledger_.ledger->SignedHead()};
  }

  store::TemporaryFolder folder_;
  TestLedger ledger_{folder_ / "store.db"};
  Policy policy_{.log = TestKey().verify_key(), .witnesses = {}, .quorum = 0};
};

TEST_F(ReceiptTest, ProvesEachEntryToWhoeverHasTheKey) {
  for (const std::uint64_t index : {0U, 1U, 255U, 256U, 299U}) {
    const std::string text = FormatReceipt(For(index));
    const auto receipt = ParseReceipt(text);
    ASSERT_TRUE(receipt) << index;
    EXPECT_EQ(FormatReceipt(*receipt), text);
    const auto checked = CheckReceipt(*receipt, policy_);
    ASSERT_TRUE(checked) << checked.error().message;
    EXPECT_EQ(checked->entry.body, Json({{"n", index}}));
    EXPECT_EQ(checked->checkpoint, ledger_->Head());
  }
}

TEST_F(ReceiptTest, CountsWitnesses) {
  Receipt receipt = For(7);
  crypto::Note note = *crypto::ParseNote(receipt.checkpoint);
  note.signatures.push_back(Witness(1).Cosign(note.text, ledger_.clock.Now()));
  receipt.checkpoint = crypto::FormatNote(note);
  policy_.witnesses = {Witness(1).key(), Witness(2).key()};
  policy_.quorum = 1;
  EXPECT_EQ(CheckReceipt(receipt, policy_)->cosigned.size(), 1U);
  policy_.quorum = 2;
  EXPECT_EQ(CheckReceipt(receipt, policy_).error().code, ErrorCode::kFailedPrecondition);
}

TEST_F(ReceiptTest, FailsWithAnyByteOfItsTextChanged) {
  const std::string text = FormatReceipt(For(7));
  for (std::size_t i = 0; i < text.size(); ++i) {
    std::string changed = text;
    changed[i] = static_cast<char>(changed[i] ^ 1);
    const auto receipt = ParseReceipt(changed);
    EXPECT_FALSE(receipt && CheckReceipt(*receipt, policy_)) << "byte " << i;
  }
  for (std::size_t size = 0; size < text.size(); ++size)
    EXPECT_FALSE(ParseReceipt(text.substr(0, size))) << size;
}

TEST_F(ReceiptTest, ReadsNothingButItsForm) {
  const std::string text = FormatReceipt(For(7));
  const auto replaced = [&](const std::string& from, const std::string& to) {
    std::string changed = text;
    return changed.replace(changed.find(from), from.size(), to);
  };
  const struct {
    const char* name;
    std::string text;
  } cases[] = {
      {"empty", ""},
      {"another version", replaced("@v1", "@v2")},
      {"carriage returns", replaced("\n", "\r\n")},
      {"leading zero", replaced("index 7", "index 07")},
      {"a sign", replaced("index 7", "index +7")},
      {"past 2^64", replaced("index 7", "index 18446744073709551616")},
      {"two spaces", replaced("index 7", "index  7")},
      {"no index", replaced("index 7\n", "")},
      {"extra without a space", replaced("extra ", "extra")},
      {"extra twice", replaced("index 7", "extra AAAA\nindex 7")},
      {"extra after the index", replaced("index 7\n", "index 7\nextra AAAA\n")},
      {"extra that is not base64", replaced("extra ", "extra *")},
      {"a hash cut short", replaced("index 7\n", "index 7\nAAAA\n")},
      {"no checkpoint", text.substr(0, text.find("\n\n") + 2)},
      {"text behind", text + "x"},
      {"64 hashes", replaced("index 7\n",
                             [] {
                               std::string lines = "index 7\n";
                               for (int i = 0; i < 64; ++i) lines += ToBase64(Hash{}) + "\n";
                               return lines;
                             }())},
  };
  for (const auto& c : cases) EXPECT_FALSE(ParseReceipt(c.text)) << c.name;
}

TEST_F(ReceiptTest, NeedsTheLogsKeyAndTheLeaf) {
  EXPECT_FALSE(CheckReceipt(For(7), {.log = TestKey(6).verify_key(), .witnesses = {}}));
  Receipt bare = For(7);
  bare.extra.reset();
  const auto parsed = ParseReceipt(FormatReceipt(bare));
  ASSERT_TRUE(parsed);  // others' receipts need not carry it
  EXPECT_EQ(CheckReceipt(*parsed, policy_).error().code, ErrorCode::kInvalidArgument);
}

}  // namespace
}  // namespace concordat::ledger
