#include "ledger/ledger.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "base/file.h"
#include "crypto/canonical_json.h"
#include "ledger/testing_ledger.h"

namespace concordat::ledger {
namespace {

class LedgerTest : public testing::Test {
 protected:
  // `count` entries from four threads, which commit in groups.
  void AppendNotes(std::int64_t count) {
    std::vector<std::thread> threads;
    std::atomic<std::int64_t> next{0};
    for (int i = 0; i < 4; ++i) {
      threads.emplace_back([&] {
        for (std::int64_t n = next++; n < count; n = next++) EXPECT_TRUE(ledger_->Append(Note(n)));
      });
    }
    for (std::thread& thread : threads) thread.join();
  }
  bool LimitPages(const std::string& most) {
    return ledger_.store
        ->Write([&](store::Transaction& t) {
          return store::Execute(t.connection(), ("PRAGMA max_page_count = " + most).c_str());
        })
        .has_value();
  }

  store::TemporaryFolder folder_;
  TestLedger ledger_{folder_ / "store.db"};
};

TEST_F(LedgerTest, KeepsEntriesOverARestart) {
  for (int i = 0; i < 700; ++i) {
    Draft draft = Note(i);
    draft.secret = Json{{"hidden", i}};
    ASSERT_TRUE(ledger_->Append(std::move(draft)));
  }
  const Checkpoint head = ledger_->Head();
  const std::string note = *ledger_->SignedHead();
  ledger_.Close();
  ledger_.Open();
  EXPECT_EQ(ledger_->Head(), head);
  EXPECT_EQ(*ledger_->SignedHead(), note);
  EXPECT_EQ(ledger_.recorder.entries.size(), 700U);
  const auto entries = ledger_->Read(650, 100);
  ASSERT_EQ(entries->size(), 50U);
  EXPECT_EQ(entries->front().index, 650U);
  EXPECT_EQ(entries->front().body, Json({{"n", 650}}));
  EXPECT_EQ(*entries->front().secret, Json({{"hidden", 650}}));
  EXPECT_TRUE(ledger_.Verified().ok()) << ledger_.Verified().faults.front();
}

TEST_F(LedgerTest, ShowsFoldsTheSameBeforeAndAfterARestart) {
  const Json bodies[] = {
      {{"whole", 10.0}}, {{"small", 1e-6}}, {{"text", "é\u0001\""}}, {{"list", {1, -2, 0.5, nullptr}}}};
  for (const Json& body : bodies) ASSERT_TRUE(ledger_->Append({"note", body, body}));
  const std::vector<Entry> before = ledger_.recorder.entries;
  ledger_.Close();
  ledger_.Open();
  ASSERT_EQ(ledger_.recorder.entries.size(), before.size());
  for (std::size_t i = 0; i < before.size(); ++i) {
    EXPECT_EQ(ledger_.recorder.entries[i].body.dump(), before[i].body.dump());
    EXPECT_EQ(ledger_.recorder.entries[i].secret->dump(), before[i].secret->dump());
    EXPECT_EQ(ledger_.recorder.entries[i].time, before[i].time);
    for (const auto& [key, value] : before[i].body.items()) {
      EXPECT_EQ(ledger_.recorder.entries[i].body[key].type(), value.type()) << key;
    }
  }
}

TEST_F(LedgerTest, ProvesThatAnEntryIsOnItAndThatItOnlyGrew) {
  AppendNotes(300);
  const Checkpoint old = ledger_->Head();
  AppendNotes(300);
  const Checkpoint head = ledger_->Head();
  ASSERT_EQ(head.size, 600U);
  for (const std::uint64_t index : {0U, 255U, 256U, 511U, 599U}) {
    const auto proof = ledger_->ProveInclusion(index, head.size);
    ASSERT_TRUE(proof) << proof.error().message;
    EXPECT_TRUE(VerifyInclusion(index, head.size, *ledger_->LeafHashOf(index), *proof, head.root)) << index;
    EXPECT_FALSE(
        VerifyInclusion(index, head.size, *ledger_->LeafHashOf((index + 1) % 600), *proof, head.root));
  }
  const auto proof = ledger_->ProveConsistency(old.size, head.size);
  ASSERT_TRUE(proof);
  EXPECT_TRUE(VerifyConsistency(old.size, head.size, old.root, head.root, *proof));
  EXPECT_FALSE(VerifyConsistency(old.size, head.size, head.root, head.root, *proof));
  EXPECT_FALSE(ledger_->ProveInclusion(600, 601));
}

// Someone who has nothing but the served bytes comes to the signed root.
TEST_F(LedgerTest, ServesTilesAndBundlesThatComeToItsRoot) {
  AppendNotes(600);
  const Checkpoint head = *ParseCheckpoint(crypto::ParseNote(*ledger_->SignedHead())->text);
  std::vector<Hash> leaves;
  for (std::uint64_t index = 0; index < 3; ++index) {
    const std::size_t width = std::min<std::size_t>(kTileWidth, 600 - index * kTileWidth);
    const auto bundle = ledger_->TileBytes({-1, index}, width);
    ASSERT_TRUE(bundle) << bundle.error().message;
    Bytes hashes;
    const auto entries = *ParseEntryBundle(*bundle);
    for (const Bytes& leaf : entries) {
      leaves.push_back(LeafHash(leaf));
      hashes.insert(hashes.end(), leaves.back().begin(), leaves.back().end());
    }
    EXPECT_EQ(*ledger_->TileBytes({0, index}, width), hashes);
  }
  EXPECT_EQ(RootOf(leaves), head.root);
  const Hash first = RootOf(std::span(leaves).first(kTileWidth));
  EXPECT_EQ(*ledger_->TileBytes({1, 0}, 1), Bytes(first.begin(), first.end()));
  EXPECT_EQ(ledger_->TileBytes({0, 2}, 89).error().code, ErrorCode::kNotFound);
  EXPECT_EQ(ledger_->TileBytes({0, 3}, 1).error().code, ErrorCode::kNotFound);
  EXPECT_EQ(ledger_->TileBytes({-1, 2}, 89).error().code, ErrorCode::kNotFound);
  EXPECT_EQ(ledger_->TileBytes({0, 0}, 257).error().code, ErrorCode::kInvalidArgument);
}

TEST_F(LedgerTest, SignsOneCheckpointAGroup) {
  AppendNotes(400);
  EXPECT_EQ(ledger_->Head().size, 400U);
  EXPECT_LT(ledger_.store->commits(), 400U);
  EXPECT_TRUE(ledger_.Verified().ok());
}

TEST_F(LedgerTest, WritesNothingOnARefusal) {
  const auto refused = ledger_->AppendIf(Note(1), [] { return Refuse("no", "no", "no"); });
  ASSERT_TRUE(refused);
  EXPECT_EQ(refused->error().reason, "no");
  EXPECT_EQ(ledger_->Head().size, 0U);
  EXPECT_TRUE(ledger_.recorder.entries.empty());
}

// Each appends only while the folds hold an even or odd number of entries; were conditions evaluated out of
// turn, two of a kind would follow each other.
TEST_F(LedgerTest, EvaluatesConditionsInTurn) {
  std::vector<std::thread> threads;
  for (std::size_t parity = 0; parity < 8; ++parity) {
    threads.emplace_back([this, parity] {
      for (int i = 0; i < 200; ++i) {
        const auto appended =
            ledger_->AppendIf(Note(static_cast<std::int64_t>(parity % 2)), [&]() -> Outcome<void> {
              if (ledger_.recorder.entries.size() % 2 == parity % 2) return {};
              return Refuse("not_my_turn", "", "");
            });
        EXPECT_TRUE(appended);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  const auto entries = *ledger_->Read(0, 10'000);
  ASSERT_GT(entries.size(), 2U);
  for (std::size_t i = 0; i < entries.size(); ++i) EXPECT_EQ(entries[i].body["n"], i % 2);
}

TEST_F(LedgerTest, RefusesEntriesThatCannotBeKept) {
  const struct {
    const char* name;
    Draft draft;
  } cases[] = {
      {"too long", {"note", {{"text", std::string(70'000, 'x')}}, {}}},
      {"not UTF-8", {"note", {{"text", "\xff"}}, {}}},
      {"number past 2^53", {"note", {{"n", std::uint64_t{1} << 60}}, {}}},
      {"no object", {"note", Json::array(), {}}},
      {"secret not UTF-8", {"note", Json::object(), Json("\xff")}},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    const auto appended = ledger_->Append(c.draft);
    ASSERT_FALSE(appended);
    EXPECT_EQ(appended.error().code, ErrorCode::kInvalidArgument);
  }
  EXPECT_EQ(ledger_->Head().size, 0U);
  EXPECT_TRUE(ledger_->Append({"note", {{"text", std::string(65'000, 'x')}}, {}}));
}

TEST_F(LedgerTest, DoesNotTurnBackWithTheClock) {
  const Time before = ledger_->Append(Note(1))->time;
  ledger_.clock.Advance(std::chrono::hours(-3));
  EXPECT_EQ(ledger_->Append(Note(2))->time, before);
  EXPECT_EQ(ledger_->ClockBehind(), std::chrono::hours(3));
  ledger_.Close();
  ledger_.Open();
  EXPECT_EQ(ledger_->Append(Note(3))->time, before);
  ledger_.clock.Advance(std::chrono::hours(4));
  EXPECT_EQ(ledger_->ClockBehind(), std::chrono::hours(0));
  EXPECT_EQ(ledger_->Append(Note(4))->time, before + std::chrono::hours(1));
}

TEST_F(LedgerTest, LeavesNoTraceOfAGroupThatFailed) {
  ASSERT_TRUE(ledger_->Append(Note(1)));
  const Checkpoint head = ledger_->Head();
  ASSERT_TRUE(LimitPages("20"));
  EXPECT_FALSE(ledger_->Append({"note", Json::object(), Json(std::string(1 << 20, 'x'))}));
  EXPECT_EQ(ledger_->Head(), head);
  {
    const auto lock = ledger_->Share();
    EXPECT_EQ(ledger_.recorder.entries.size(), 1U);
  }
  ASSERT_TRUE(LimitPages("100000"));
  EXPECT_EQ(ledger_->Append(Note(2))->index, 1U);
  EXPECT_TRUE(ledger_.Verified().ok());
}

TEST_F(LedgerTest, RebuildsFoldsWhenACommitFails) {
  ASSERT_TRUE(ledger_->Append(Note(1)));
  ASSERT_TRUE(
      LimitPages("8"));  // room for the schema and little more: the failure comes while pages are written
  int failures = 0;
  for (int i = 0; i < 50; ++i)
    failures += ledger_->Append({"note", {{"text", std::string(3000, 'x')}}, {}}) ? 0 : 1;
  EXPECT_GT(failures, 0);
  ASSERT_TRUE(LimitPages("100000"));
  const std::size_t size = ledger_->Head().size;
  EXPECT_EQ(size, 51U - static_cast<std::size_t>(failures));
  EXPECT_EQ(ledger_.recorder.entries.size(), size);
  EXPECT_EQ(ledger_->Append(Note(2))->index, size);
  EXPECT_TRUE(ledger_.Verified().ok()) << ledger_.Verified().faults.front();
}

TEST_F(LedgerTest, RefusesAnotherMembersStore) {
  ASSERT_TRUE(ledger_->Append(Note(1)));
  EXPECT_FALSE(Ledger::Open(*ledger_.store, TestKey(6), ledger_.clock, ledger_.random, {}));
}

TEST_F(LedgerTest, ErasesSecretsAndStands) {
  const std::string secret = "she was asked about her heart";
  for (int i = 0; i < 5; ++i)
    ASSERT_TRUE(ledger_->Append({"note", {{"n", i}}, Json(secret + std::to_string(i))}));
  const Checkpoint old = ledger_->Head();
  const auto erased = ledger_->Erase({1, 3}, "retention ended");
  ASSERT_TRUE(erased) << erased.error().message;
  EXPECT_EQ(erased->kind, kind::kSecretErased);
  std::string files;
  for (const char* tail : {"", "-wal"}) files += *ReadFile(ledger_.file().string() + tail);
  for (const int gone : {1, 3})
    EXPECT_EQ(files.find(secret + std::to_string(gone)), std::string::npos) << gone;
  EXPECT_NE(files.find(secret + "2"), std::string::npos);
  ledger_.Close();
  ledger_.Open();
  const auto entries = *ledger_->Read(0, 10);
  EXPECT_FALSE(entries[1].secret || entries[3].secret);
  EXPECT_EQ(*entries[2].secret, Json(secret + "2"));
  EXPECT_TRUE(ledger_.Verified().ok()) << ledger_.Verified().faults.front();
  EXPECT_TRUE(VerifyConsistency(old.size, 6, old.root, ledger_->Head().root,
                                *ledger_->ProveConsistency(old.size, 6)));
}

TEST_F(LedgerTest, ErasesAllOrNothing) {
  ASSERT_TRUE(ledger_->Append({"note", Json::object(), Json("secret")}));
  ASSERT_TRUE(ledger_->Append(Note(1)));
  EXPECT_EQ(ledger_->Erase({0, 1}, "").error().code, ErrorCode::kNotFound);
  EXPECT_EQ(ledger_->Erase({7}, "").error().code, ErrorCode::kNotFound);
  EXPECT_TRUE(ledger_->Read(0, 1)->front().secret);
  EXPECT_EQ(ledger_->Head().size, 2U);
  EXPECT_TRUE(ledger_->Erase({0}, ""));
  EXPECT_FALSE(ledger_->Erase({0}, ""));
}

// Readers that follow each other without a gap, as analysts' questions do.
TEST_F(LedgerTest, AppendsUnderASteadyStreamOfReaders) {
  std::atomic<bool> done{false};
  std::vector<std::thread> readers;
  for (int i = 0; i < 4; ++i) {
    readers.emplace_back([&] {
      while (!done) {
        const auto outer = ledger_->Share();
        const auto inner = ledger_->Share();  // a reader may look again, a waiting writer or not
        EXPECT_LE(ledger_->Head().size, 50U);
        for (std::size_t n = 0; n < ledger_.recorder.entries.size(); ++n) {
          EXPECT_EQ(ledger_.recorder.entries[n].index, n);
        }
      }
    });
  }
  for (int i = 0; i < 50; ++i) EXPECT_TRUE(ledger_->Append(Note(i)));
  done = true;
  for (std::thread& reader : readers) reader.join();
}

using LedgerDeathTest = LedgerTest;
TEST_F(LedgerDeathTest, DoesNotLetAReaderAppend) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_DEATH(
      {
        const auto lock = ledger_->Share();
        (void)ledger_->Append(Note(1));
      },
      "ReadByThisThread");
}

}  // namespace
}  // namespace concordat::ledger
