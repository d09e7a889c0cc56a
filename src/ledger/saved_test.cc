#include "ledger/saved.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <memory>

#include "base/file.h"
#include "ledger/testing_ledger.h"

namespace concordat::ledger {
namespace {

// Counts what it is given, and what it was given of few kinds.
class Counter final : public Fold {
 public:
  Counter(std::vector<std::string> kinds, std::string form)
      : kinds_(std::move(kinds)), form_(std::move(form)) {}
  void Apply(const Entry& entry) override {
    ++given;
    if (entry.kind == "note") sum += entry.body.at("n").get<std::int64_t>();
  }
  void Clear() override { given = sum = 0; }
  std::vector<std::string> Kinds() const override { return kinds_; }
  std::string Form() const override { return form_; }
  Json Save() const override { return {{"sum", sum}}; }
  void Load(const Json& saved) override { sum = saved.at("sum").get<std::int64_t>(); }

  std::int64_t given = 0;  // since it was made or cleared, by Apply
  std::int64_t sum = 0;

 private:
  std::vector<std::string> kinds_;
  std::string form_;
};

// A ledger beside whose store its folds are saved.
class SavedTest : public testing::Test {
 protected:
  SavedTest() { Open(); }
  ~SavedTest() override { Close(); }

  Result<void> TryOpen(std::uint64_t key = 5) {
    store_ = TRY(store::Store::Open(folder_ / "store.db", LedgerMigrations()));
    ledger_ = TRY(Ledger::Open(*store_, TestKey(key), clock_, random_, {&few_, &many_, &budgets_}, File()));
    return {};
  }
  void Open() { ASSERT_TRUE(TryOpen()); }
  void Close() {
    store_.reset();
    ledger_.reset();
  }
  // Entries as a node has them: many notes, a few of another kind, charges.
  void Add(int entries) {
    for (int i = 0; i < entries; ++i) {
      Draft draft = Note(i);
      if (i % 10 == 0) draft.kind = "seldom";
      if (i % 10 == 5)
        draft = {kind::kCharge,
                 ChargeBody({"q", "lewisham/adult", "study", "study", "ana", {CountWith(5000)}}),
                 {}};
      ASSERT_TRUE(ledger_->Append(std::move(draft)));
      few_expected_ += i % 10 == 0 ? 1 : 0;
      sum_expected_ += i % 5 == 0 ? 0 : i;
    }
  }
  void Publish() {
    ASSERT_TRUE(ledger_->Append(ProductEntry("lewisham/adult", {{1}, {1e-6}})));
    ASSERT_TRUE(ledger_->Append(AgreementEntry({.name = "study",
                                                .products = {"lewisham/adult@1"},
                                                .analysts = {"ana@lewisham"},
                                                .budget = {{0.5}, {1e-6}},
                                                .per_analyst = 0.25})));
  }
  std::filesystem::path File() const { return folder_ / "folds"; }
  std::string Text() const { return *ReadFile(File()); }
  void Write(const std::string& text) const {
    ASSERT_TRUE(WriteFileDurably(File(), text, FileMode::kSecret));
  }
  // Nothing of the folds' states is missing or there twice.
  void ExpectWhole() const {
    EXPECT_EQ(few_.given, few_expected_);
    EXPECT_EQ(many_.sum, sum_expected_);
  }
  Verification Verified() const {
    return *Verify(
        *store_, TestKey().verify_key(), [](std::uint64_t) {}, File());
  }

  store::TemporaryFolder folder_;
  ManualClock clock_{*ParseTime("2026-11-23T07:10:04Z")};
  OsRandom random_;
  Counter few_{{"seldom"}, ""};
  Counter many_{{}, "sums/1"};
  BudgetBook budgets_;
  std::int64_t few_expected_ = 0, sum_expected_ = 0;
  std::unique_ptr<store::Store> store_;
  std::unique_ptr<Ledger> ledger_;
};

TEST_F(SavedTest, StartsFromWhatWasSavedAndGoesOnFromThere) {
  Publish();
  Add(500);
  ASSERT_TRUE(*ledger_->SaveFolds());
  Add(30);
  const Json spent = budgets_.Save();
  Close();
  Open();
  EXPECT_EQ(ledger_->doubt(), "");
  ExpectWhole();
  EXPECT_EQ(many_.given, 30);  // by Apply: the others' sum was loaded
  EXPECT_EQ(budgets_.Save(), spent);
  Add(20);
  ExpectWhole();
  ASSERT_TRUE(*ledger_->SaveFolds());
  Close();
  Open();
  ExpectWhole();
  EXPECT_EQ(many_.given, 0);
  EXPECT_TRUE(Verified().ok()) << Verified().faults.front();
}

TEST_F(SavedTest, SavesOnlyWhatCameByAndOnlyWhereEveryFoldCanBe) {
  Add(10);
  EXPECT_FALSE(*ledger_->SaveFolds(11));
  EXPECT_FALSE(std::filesystem::exists(File()));
  EXPECT_TRUE(*ledger_->SaveFolds(10));
  EXPECT_FALSE(*ledger_->SaveFolds());
  Close();
  Recorder recorder;  // needs every entry
  store_ = *store::Store::Open(folder_ / "store.db", LedgerMigrations());
  ledger_ = *Ledger::Open(*store_, TestKey(), clock_, random_, {&many_, &recorder}, File());
  EXPECT_EQ(recorder.entries.size(), 10U);
  Add(10);
  EXPECT_FALSE(*ledger_->SaveFolds());
}

TEST_F(SavedTest, ReplaysAllOnAnyDoubt) {
  Publish();
  Add(300);
  ASSERT_TRUE(*ledger_->SaveFolds());
  const std::string good = Text();
  const SavedFolds saved = *ParseSaved(good, TestKey().verify_key());
  const auto changed = [&saved](auto change) {
    SavedFolds other = saved;
    change(other);
    return FormatSaved(other, TestKey());
  };
  std::string flipped = good;
  flipped[good.find("sum") + 6] ^= 1;
  const struct {
    const char* what;
    std::string text;
  } cases[] = {
      {"empty", ""},
      {"cut short", good.substr(0, good.size() / 2)},
      {"without its signature", good.substr(0, good.find('\n') + 1)},
      {"a digit changed", flipped},
      {"signed with another member's key", FormatSaved(saved, TestKey(6))},
      {"of another ledger", changed([](SavedFolds& s) { s.head.origin = "camden"; })},
      {"of another history", changed([](SavedFolds& s) { s.head.root[0] ^= 1; })},
      {"of more entries than there are", changed([](SavedFolds& s) { s.head.size += 1; })},
      {"of no entry", changed([](SavedFolds& s) { s.head.size = 0; })},
      {"a fold of another version", changed([](SavedFolds& s) {
         s.states["sums/2"] = s.states["sums/1"];
         s.states.erase("sums/1");
       })},
      {"a fold that is not known", changed([](SavedFolds& s) { s.states["other/1"] = Json(); })},
      {"a fold of another shape", changed([](SavedFolds& s) {
         s.states["budgets/3"] = {{"accounts", 3}};
       })},
      {"an entry named twice", changed([](SavedFolds& s) { s.few.push_back(s.few.back()); })},
      {"an entry that is not there", changed([](SavedFolds& s) { s.few.push_back(s.head.size); })},
  };
  const Json spent = budgets_.Save();
  for (const auto& c : cases) {
    SCOPED_TRACE(c.what);
    Close();
    Write(c.text);
    Open();
    EXPECT_NE(ledger_->doubt(), "");
    ExpectWhole();
    EXPECT_EQ(many_.given, 302);
    EXPECT_EQ(budgets_.Save(), spent);
  }
  Close();
  Write(good);
  Open();
  EXPECT_EQ(ledger_->doubt(), "");
}

// Version 1 of budgets took a visitor for the own analyst of her name: what it saved is computed again.
TEST_F(SavedTest, ReplaysBudgetsOfTheVersionThatMixedVisitorsUp) {
  Publish();
  for (const char* analyst : {"ana", "ana@zurich", "ana@zurich"}) {
    const Charge charge{"q", "lewisham/adult", "study", "study", analyst, {CountWith(500)}};
    ASSERT_TRUE(*Append(*ledger_, budgets_, charge));
  }
  ASSERT_TRUE(*ledger_->SaveFolds());
  const Json spent = budgets_.Save();
  SavedFolds old = *ParseSaved(Text(), TestKey().verify_key());
  Json accounts = Json::array();
  for (Json row : old.states["budgets/3"]["accounts"]) {
    if (row[2] == "ana@zurich") continue;
    if (row[2] == "ana") row[4] = accounts[1][4];  // the agreement's: all that was asked
    accounts.push_back(row);
  }
  old.states["budgets/3"]["accounts"] = accounts;
  old.states["budgets/1"] = old.states.extract("budgets/3").mapped();
  Close();
  Write(FormatSaved(old, TestKey()));
  Open();
  EXPECT_NE(ledger_->doubt().find("budgets/3"), std::string::npos) << ledger_->doubt();
  EXPECT_EQ(budgets_.Save(), spent);
  ASSERT_TRUE(*ledger_->SaveFolds());
  EXPECT_TRUE(Verified().ok()) << Verified().faults.front();
}

// Version 2 knew no samples: it is not taken for what this version saves, and nothing is lost.
TEST_F(SavedTest, ReplaysBudgetsOfTheVersionBeforeSamples) {
  Publish();
  dp::Measurement sampled = CountWith(50);
  sampled.times = 10;
  sampled.rate = dp::kEveryone / 100;
  for (const dp::Measurement& each : {sampled, CountWith(500)})
    ASSERT_TRUE(*Append(*ledger_, budgets_, {"q", "lewisham/adult", "study", "study", "ana", {each}}));
  ASSERT_TRUE(*ledger_->SaveFolds());
  const Json spent = budgets_.Save();
  SavedFolds old = *ParseSaved(Text(), TestKey().verify_key());
  Close();
  Open();
  EXPECT_EQ(ledger_->doubt(), "");
  EXPECT_EQ(budgets_.Save(), spent);
  for (Json& row : old.states["budgets/3"]["accounts"])
    row[4] = {row[4][0], row[4][1], row[4][2], row[4][3], row[4][4]};
  old.states["budgets/2"] = old.states.extract("budgets/3").mapped();
  Close();
  Write(FormatSaved(old, TestKey()));
  Open();
  EXPECT_NE(ledger_->doubt().find("budgets/3"), std::string::npos) << ledger_->doubt();
  EXPECT_EQ(budgets_.Save(), spent);
  EXPECT_TRUE(Verified().ok()) << Verified().faults.front();
}

// The store was put back; what was saved after that tells of entries that are no longer there.
TEST_F(SavedTest, DoesNotRememberWhatTheStoreForgot) {
  Publish();
  Add(50);
  const auto before = folder_ / "before.db";
  ASSERT_TRUE(store_->Backup(before));
  const std::int64_t few = few_expected_, sum = sum_expected_;
  Add(50);
  ASSERT_TRUE(*ledger_->SaveFolds());
  Close();
  std::filesystem::copy_file(before, folder_ / "store.db", std::filesystem::copy_options::overwrite_existing);
  Open();
  EXPECT_NE(ledger_->doubt(), "");
  few_expected_ = few;
  sum_expected_ = sum;
  ExpectWhole();
}

TEST_F(SavedTest, DoesNotTakeAnAlteredEntryForOneItWasGiven) {
  Add(300);
  ASSERT_TRUE(*ledger_->SaveFolds());
  ASSERT_TRUE(store_->Write([](store::Transaction& transaction) {
    return store::Execute(
        transaction.connection(),
        "UPDATE entry SET leaf = CAST(replace(CAST(leaf AS TEXT), '\"n\":10}', '\"n\":11}') "
        "AS BLOB) WHERE number = 10");
  }));
  Close();
  const auto opened = TryOpen();
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, ErrorCode::kCorrupt);
  EXPECT_NE(opened.error().message.find("entry 10 "), std::string::npos) << opened.error().message;
}

// What is loaded is signed, but a program that was wrong signs what is wrong: verify computes it again.
TEST_F(SavedTest, IsHeldAgainstTheEntriesByVerify) {
  Publish();
  Add(100);
  ASSERT_TRUE(*ledger_->SaveFolds());
  EXPECT_TRUE(Verified().ok()) << Verified().faults.front();
  SavedFolds saved = *ParseSaved(Text(), TestKey().verify_key());
  saved.states["budgets/3"]["accounts"][0][4][0] = 0.0;
  Write(FormatSaved(saved, TestKey()));
  ASSERT_EQ(Verified().faults.size(), 1U);
  EXPECT_NE(Verified().faults[0].find("saved folds"), std::string::npos) << Verified().faults[0];
  Write("nonsense\n");
  EXPECT_EQ(Verified().faults.size(), 1U);
  std::filesystem::remove(File());
  EXPECT_TRUE(Verified().ok());
}

// Entries that folds were given and that then were undone must leave the saved folds' entries, too.
TEST_F(SavedTest, StandsAfterAGroupThatFailed) {
  Add(100);
  ASSERT_TRUE(*ledger_->SaveFolds());
  Add(10);
  ASSERT_TRUE(store_->Write(
      [](store::Transaction& t) { return store::Execute(t.connection(), "PRAGMA max_page_count = 1"); }));
  int failed = 0;
  for (int i = 0; i < 20; ++i)
    failed += ledger_->Append({"seldom", {{"n", 0}, {"text", std::string(3000, 'x')}}, {}}) ? 0 : 1;
  ASSERT_GT(failed, 0);
  few_expected_ += 20 - failed;
  ExpectWhole();
  ASSERT_TRUE(store_->Write([](store::Transaction& t) {
    return store::Execute(t.connection(), "PRAGMA max_page_count = 100000");
  }));
  Add(10);
  ASSERT_TRUE(*ledger_->SaveFolds());
  Close();
  Open();
  EXPECT_EQ(ledger_->doubt(), "");
  ExpectWhole();
}

}  // namespace
}  // namespace concordat::ledger
