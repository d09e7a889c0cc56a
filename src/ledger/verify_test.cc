// Whatever is changed in the store behind the ledger's back is found.
#include "ledger/verify.h"

#include <gtest/gtest.h>
#include <sqlite3.h>

#include <fstream>
#include <random>

#include "base/check.h"
#include "base/file.h"
#include "ledger/table.h"
#include "ledger/testing_ledger.h"

namespace concordat::ledger {
namespace {

class VerifyTest : public testing::Test {
 protected:
  // 300 entries with charges and an erasure among them.
  VerifyTest() {
    CHECK(ledger_->Append(ProductEntry("lewisham/adult", {{1}, {1e-6}})));
    CHECK(ledger_->Append(
        AgreementEntry({"study", {"lewisham/adult@1"}, {"ana@lewisham"}, {{1}, {1e-6}}, {}})));
    for (int i = 2; i < 290; ++i) CHECK(ledger_->Append({"note", {{"n", i}}, Json(std::string(40, 'x'))}));
    const Charge charge{"q", "lewisham/adult", "study", "study", "ana", {CountWith(50)}};
    for (int i = 290; i < 299; ++i) CHECK(*Append(*ledger_, ledger_.budgets, charge));
    CHECK(ledger_->Erase({5}, "asked for"));
    CHECK(ledger_.Verified().ok());
    CHECK(ledger_.store->Backup(copy_));  // one file without its WAL
    whole_ = *ReadFile(copy_);
  }

  // Opens and verifies the copy; everything that is wrong, a line each.
  std::string Faults() const {
    const auto store = store::Store::Open(copy_, LedgerMigrations());
    if (!store) return store.error().message;
    const auto verified = Verify(**store, ledger_.ledger->key(), [](std::uint64_t) {});
    if (!verified) return verified.error().message;
    std::string faults;
    for (const std::string& fault : verified->faults) faults += fault + "\n";
    return faults;
  }
  void Restore(const std::string& content) const {
    for (const char* tail : {"", "-wal", "-shm", ".lock"}) std::filesystem::remove(copy_.string() + tail);
    std::ofstream(copy_, std::ios::binary) << content;
  }

  store::TemporaryFolder folder_;
  TestLedger ledger_{folder_ / "store.db"};
  std::filesystem::path copy_ = folder_ / "copy.db";
  std::string whole_;
};

// Everything that anything can read from a store: its tables' rows, its schema, its marks.
std::string Dump(const std::filesystem::path& file) {
  sqlite3* connection = nullptr;
  std::string dump;
  const auto add = [](void* out, int columns, char** values, char**) {
    for (int i = 0; i < columns; ++i)
      *static_cast<std::string*>(out) += values[i] == nullptr ? "~" : std::string(values[i]) + "|";
    return 0;
  };
  CHECK(sqlite3_open_v2(file.c_str(), &connection, SQLITE_OPEN_READONLY, nullptr) == SQLITE_OK);
  for (const char* sql :
       {"SELECT number, typeof(leaf), hex(leaf), typeof(salt), hex(salt), typeof(secret), hex(secret) FROM "
        "entry "
        "ORDER BY number",
        "SELECT level, number, typeof(hashes), hex(hashes) FROM tile ORDER BY level, number",
        "SELECT only, typeof(note), hex(note) FROM checkpoint",
        "SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY name", "PRAGMA user_version",
        "PRAGMA application_id", "PRAGMA encoding"}) {
    CHECK(sqlite3_exec(connection, sql, add, &dump, nullptr) == SQLITE_OK);
  }
  sqlite3_close(connection);
  return dump;
}

// A flipped bit is found, or changes nothing that anything can read (space within pages that holds nothing).
TEST_F(VerifyTest, FindsAFlippedBitAnywhereInTheStore) {
  const std::string contents = Dump(copy_);
  std::mt19937 positions(20261123);
  int found = 0;
  constexpr int kFlips = 600;
  for (int i = 0; i < kFlips; ++i) {
    // A third of them where the file's header and schema are.
    const std::size_t bytes = i % 3 == 0 ? 4096 : whole_.size();
    const auto bit = std::uniform_int_distribution<std::size_t>(0, bytes * 8 - 1)(positions);
    std::string flipped = whole_;
    flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << (bit % 8)));
    Restore(flipped);
    if (!Faults().empty()) {
      ++found;
    } else {
      EXPECT_EQ(Dump(copy_), contents) << "bit " << bit << " was changed and not found";
    }
  }
  EXPECT_GT(found, kFlips / 4);  // much of the file holds something
}

TEST_F(VerifyTest, FindsATruncatedStore) {
  for (std::size_t part = 1; part < 16; ++part) {
    Restore(whole_.substr(0, whole_.size() * part / 16));
    EXPECT_NE(Faults(), "") << part << " sixteenths";
  }
  Restore(whole_);
  EXPECT_EQ(Faults(), "");
  std::filesystem::resize_file(copy_, 0);
  EXPECT_NE(Faults(), "") << "empty";
}

TEST_F(VerifyTest, FindsWhatSqlTookAwayOrPutIn) {
  const struct {
    const char* name;
    const char* sql;
    const char* fault;
  } cases[] = {
      {"last entry", "DELETE FROM entry WHERE number = 299", "the signed checkpoint is of 300 entries"},
      {"last entries", "DELETE FROM entry WHERE number >= 290", "does not hold the hashes"},
      {"middle entry", "DELETE FROM entry WHERE number = 7", "entry 7 is missing"},
      {"all entries", "DELETE FROM entry; DELETE FROM tile", "the entries are 0"},
      {"entry out of sight", "INSERT INTO entry VALUES (-1, x'', x'', x'')", "outside the ledger's numbers"},
      {"entry too many", "INSERT INTO entry SELECT 300, leaf, salt, secret FROM entry WHERE number = 299",
       "entry 300: not shaped as an entry"},
      {"tile", "DELETE FROM tile WHERE level = 0 AND number = 0", "tile/0/000 is missing"},
      {"changed tile", "UPDATE tile SET hashes = zeroblob(length(hashes)) WHERE level = 1",
       "tile/1/000.p/1 does not hold"},
      {"tile's part", "UPDATE tile SET hashes = substr(hashes, 1, 33) WHERE level = 0 AND number = 0",
       "whole hashes"},
      {"extra tile", "INSERT INTO tile VALUES (3, 9, x'00')", "no entry accounts for"},
      {"checkpoint", "DELETE FROM checkpoint", "not a signed note"},
      {"forged checkpoint", "UPDATE checkpoint SET note = replace(note, '300', '299')",
       "not signed by this member's key"},
      {"secret", "UPDATE entry SET salt = x'', secret = x'' WHERE number = 3",
       "entry 3: its secret part is gone"},
      {"salt", "UPDATE entry SET salt = zeroblob(32) WHERE number = 3", "not the one committed to"},
      {"secret without salt", "UPDATE entry SET salt = x'' WHERE number = 3", "has no salt"},
      {"salt without secret", "UPDATE entry SET secret = x'' WHERE number = 3",
       "a salt without a secret part"},
      {"swapped secrets", "UPDATE entry SET secret = CAST('\"y\"' AS BLOB) WHERE number = 3",
       "not the one committed to"},
      {"a secret where none was", "UPDATE entry SET salt = zeroblob(32), secret = x'31' WHERE number = 0",
       "entry 0: its secret part is not the one committed to"},
      {"swapped leaves", "UPDATE entry SET leaf = (SELECT leaf FROM entry WHERE number = 4) WHERE number = 3",
       "entry 3: not shaped as an entry"},
      {"white space", "UPDATE entry SET leaf = CAST(leaf || x'20' AS BLOB) WHERE number = 3",
       "entry 3: not in canonical form"},
      {"nothing left", "UPDATE entry SET leaf = x'' WHERE number = 3", "entry 3: not JSON"},
      {"a bigger budget",
       "UPDATE entry SET leaf = CAST(replace(CAST(leaf AS TEXT), '\"epsilon\":1', '\"epsilon\":9') AS BLOB) "
       "WHERE number = 0",
       "does not hold the hashes"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    Restore(whole_);
    sqlite3* connection = nullptr;
    ASSERT_EQ(sqlite3_open(copy_.c_str(), &connection), SQLITE_OK);
    EXPECT_EQ(sqlite3_exec(connection, c.sql, nullptr, nullptr, nullptr), SQLITE_OK)
        << sqlite3_errmsg(connection);
    sqlite3_close(connection);
    const std::string faults = Faults();
    EXPECT_NE(faults.find(c.fault), std::string::npos) << "faults: " << faults;
  }
}

// What the member's own key signs is held to the rules too: an insider who appends by other ways is found.
TEST_F(VerifyTest, FindsWhatTheNodeShouldNotHaveWritten) {
  Charge expensive{"q", "lewisham/adult", "study", "study", "ana", {CountWith(0.5)}};
  Json broken = ChargeBody(expensive);
  broken["measurements"][0]["scale"] = 0;
  const struct {
    const char* name;
    Draft draft;
    const char* fault;
  } cases[] = {
      {"charge past the budget",
       {kind::kCharge, ChargeBody(expensive), {}},
       "should have been refused: the budget of product"},
      {"charge that is none", {kind::kCharge, broken, {}}, "scale is not a whole number in range"},
      {"erasure that did not happen",
       {kind::kSecretErased, ErasureBody({8}, ""), {}},
       "entry 8: its secret part is not erased"},
      {"erasure of nothing", {kind::kSecretErased, {{"entries", "all"}}, {}}, "does not name entries"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    ASSERT_TRUE(ledger_->Append(c.draft));
    const auto verified = ledger_.Verified();
    const bool said =
        std::any_of(verified.faults.begin(), verified.faults.end(),
                    [&](const std::string& fault) { return fault.find(c.fault) != std::string::npos; });
    EXPECT_TRUE(said) << (verified.faults.empty() ? "no fault found" : verified.faults.back());
  }
}

TEST_F(VerifyTest, SaysAtMostTwentyFaults) {
  Restore(whole_);
  {
    const auto store = *store::Store::Open(copy_, LedgerMigrations());
    ASSERT_TRUE(store->Write([](store::Transaction& t) {
      return store::Execute(t.connection(), "UPDATE entry SET secret = x'31' WHERE number < 100");
    }));
    const auto verified = Verify(*store, ledger_->key(), [](std::uint64_t) {});
    ASSERT_EQ(verified->faults.size(), 21U);
    EXPECT_EQ(verified->faults.back(), "and more");
    EXPECT_EQ(verified->entries, 300U);
  }
}

}  // namespace
}  // namespace concordat::ledger
