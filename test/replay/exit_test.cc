// The one exit on a real ledger, catalogue, agreement and engine: what is charged, recorded, stored and said.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <fstream>
#include <set>
#include <thread>

#include "agreement/record.h"
#include "agreement/testing_agreement.h"
#include "base/testing_random.h"
#include "crypto/scram.h"
#include "dp/testing_noise.h"
#include "ledger/seal.h"
#include "ledger/verify.h"
#include "release/record.h"
#include "release/release.h"
#include "release/retention.h"

namespace concordat::release {
namespace {

constexpr char kContract[] = R"(apiVersion: v3.1.0
kind: DataContract
id: lewisham/visits
version: 1.0.0
status: active
servers: [{server: files, type: local, path: visits.csv, format: csv}]
schema:
  - name: visits
    properties:
      - {name: id, logicalType: integer, required: true, customProperties: [{property: concordat.unit, value: true}]}
      - {name: region, logicalType: string, customProperties: [{property: concordat.domain, value: [north, south]}]}
      - {name: amount, logicalType: number, customProperties: [{property: concordat.range, value: [0, 100]}]}
      - {name: note, logicalType: string}
customProperties:
  - {property: concordat.rows_per_unit, value: 1}
  - {property: concordat.budget, value: {epsilon: 10, delta: 1.0e-6}}
)";

constexpr char kAgreement[] = R"(concordat: agreement/1
name: heart-study
parties: {lewisham: self}
tables: {visits: [lewisham/visits@1]}
purpose: dpv:ScientificResearch
legal_basis: dpv-gdpr:A9-2-j
question: How do visits spread?
analysts: [ana@lewisham]
allows: [sql]
protection: {mode: dp, epsilon: 3, delta: 1.0e-6, per_query: 1, minimum_people: 5}
needs: {approvals: {lewisham: 1}}
valid: {from: 2026-02-01, until: 2026-12-01}
retention_days: 90
)";

class Exit : public testing::Test {
 protected:
  Exit() {
    std::string folder = (std::filesystem::temp_directory_path() / "concordat-exit-XXXXXX").string();
    folder_ = mkdtemp(folder.data());
    store_ = *store::Store::Open(folder_ / "store.db", ledger::LedgerMigrations());
    SeededRandom random(5);
    ledger_ = *ledger::Ledger::Open(*store_, *crypto::SigningKey::Generate("lewisham", random), clock_,
                                    random_, {&catalogue_, &agreements_, &budgets_, &subjects_, &pace_});
    sources_ = *Sources::Open({.memory_mb = 256, .threads = 1});
    Publish(100);
    AddAna();
    Agree();
    Open({.grid = Milliseconds{1}});
  }
  ~Exit() override {
    store_.reset();
    std::filesystem::remove_all(folder_);
  }

  void Open(const Timing& timing) {
    const Parts parts{*ledger_, budgets_,  catalogue_, agreements_, subjects_,
                      pace_,    *sources_, noise_,     random_,     clock_};
    release_ = std::make_unique<Release>(
        parts, timing, [this](const std::string&, const Error& error) { said_ = error.message; });
  }
  // So many people, half of them in the north.
  void Publish(int people) {
    std::ofstream file(folder_ / "visits.csv");
    file << "id,region,amount,note\n";
    for (int i = 0; i < people; ++i)
      file << fmt::format("{},{},{},secret {}\n", i, i % 2 ? "north" : "south", i % 90, i);
    file.close();
    const auto published = catalogue::Publish({kContract, folder_ / "visits.yaml", {}, "lewisham"}, *ledger_,
                                              catalogue_, [](std::string_view) {});
    ASSERT_TRUE(published) << published.error().message;
  }
  template <class S>
  void Enter(const S& step) {
    const auto entered = agreement::Enter(*ledger_, agreements_, step);
    ASSERT_TRUE(entered) << entered.error().message;
    ASSERT_TRUE(*entered) << entered->error().message;
  }
  void AddAna() {
    Enter(agreement::AnalystStep{.verb = agreement::AnalystVerb::kAdd,
                                 .analyst = "ana",
                                 .by = "sam",
                                 .verifier = *crypto::MakeScramVerifier("correct horse", random_)});
  }
  void Agree(const std::string& text = kAgreement) {
    auto read = agreement::ParseAgreement(text);
    ASSERT_TRUE(read) << read.error().message;
    const auto document = std::make_shared<const agreement::Agreement>(*std::move(read));
    Enter(agreement::SampleStep(agreement::Verb::kPropose, document, "sam"));
    Enter(agreement::SampleStep(agreement::Verb::kApprove, document, "lee"));
  }
  Outcome<Answer> Ask(const std::string& text, const Settings& settings = {}) {
    return release_->Ask({.analyst = "ana", .agreement = "heart-study", .way = "test"},
                         {.text = text, .parameters = {}, .settings = settings}, {});
  }
  void Revoke() {
    const auto held = agreements_.Find("heart-study", clock_.Now())->document;
    Enter(agreement::SampleStep(agreement::Verb::kRevoke, held, "sam"));
  }
  std::vector<Record> Charged() const { return *RecordsOf(*ledger_, "heart-study", "ana"); }
  std::size_t Entries(const std::string& kind) const {
    const auto records = Charged();
    return static_cast<std::size_t>(std::count_if(
        records.begin(), records.end(), [&kind](const Record& record) { return record.outcome == kind; }));
  }
  std::vector<ledger::LevelState> Budgets() const {
    const auto held = ledger_->Share();
    return budgets_.Report();
  }
  static std::int64_t Count(const Answer& answer) { return std::get<std::int64_t>(answer.rows.at(0).at(0)); }

  std::filesystem::path folder_;
  ManualClock clock_{agreement::At("2026-07-01")};
  OsRandom random_;  // many threads draw from it
  catalogue::Catalogue catalogue_;
  agreement::Registry agreements_{"lewisham"};
  ledger::BudgetBook budgets_;
  subject::Subjects subjects_;
  Pace pace_;
  dp::NoNoise noise_;
  std::unique_ptr<store::Store> store_;
  std::unique_ptr<ledger::Ledger> ledger_;
  std::unique_ptr<Sources> sources_;
  std::unique_ptr<Release> release_;
  std::string said_;  // to the operator
};

TEST_F(Exit, GivesTheStoredAnswerOnceAndForAllSpellings) {
  const auto first = Ask("SELECT count(*) FROM visits");
  ASSERT_TRUE(first) << first.error().message;
  EXPECT_EQ(Count(*first), 100);
  const auto second = Ask("select COUNT( * ) from visits -- again");
  ASSERT_TRUE(second);
  EXPECT_EQ(second->id, first->id);
  EXPECT_EQ(Entries("answered"), 1U);
  ASSERT_TRUE(Ask("SELECT count(*) FROM visits WHERE (amount = 1) IS NOT TRUE"));
  EXPECT_EQ(Entries("answered"), 2U);
}

TEST_F(Exit, AsksAgainOnceTheRowsHaveChanged) {
  ASSERT_TRUE(Ask("SELECT count(*) FROM visits"));
  Publish(60);
  const auto answer = Ask("SELECT count(*) FROM visits");
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(Count(*answer), 60);
  EXPECT_EQ(Entries("answered"), 2U);
}

TEST_F(Exit, RefusesPastTheBudgetAndRecordsNothing) {
  std::string refused;
  for (int i = 0; i < 20 && refused.empty(); ++i) {
    const auto answer = Ask(fmt::format("SELECT count(*) FROM visits WHERE amount > {}", i));
    if (!answer) refused = answer.error().reason;
    if (answer) EXPECT_EQ(Entries("answered"), static_cast<std::size_t>(i + 1));
  }
  EXPECT_EQ(refused, "budget_exhausted");
  const std::size_t answered = Entries("answered");
  EXPECT_FALSE(Ask("SELECT avg(amount) FROM visits"));
  EXPECT_EQ(Entries("answered"), answered);
  EXPECT_TRUE(Ask("SELECT count(*) FROM visits WHERE amount > 0"));  // stored, hence free
}

TEST_F(Exit, KeepsTheChargeOfAQuestionThatFailed) {
  Publish(300'000);
  Open({.grid = Milliseconds{1}, .engine_limit = Milliseconds{1}});
  const auto failed = Ask("SELECT avg(amount) FROM visits");
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().reason, "too_slow");
  EXPECT_EQ(Entries("failed"), 1U);
  EXPECT_FALSE(said_.empty());
  EXPECT_EQ(failed.error().message.find(said_), std::string::npos);
  EXPECT_GT(Budgets().at(0).spent.value, 0);
}

// Sixteen threads at once; what each was told.
template <class F>
std::vector<Outcome<Answer>> Crowd(const F& ask) {
  std::vector<Outcome<Answer>> told(16);
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < told.size(); ++i) threads.emplace_back([&, i] { told[i] = ask(i); });
  for (std::thread& thread : threads) thread.join();
  return told;
}

TEST_F(Exit, NeverPassesTheBudgetHoweverManyAskAtOnce) {
  int answered = 0, refused = 0;
  for (int round = 0; round < 3; ++round) {
    const auto told = Crowd([&](std::size_t i) {
      return Ask(
          fmt::format("SELECT count(*) FROM visits WHERE amount > {}", round * 20 + static_cast<int>(i)));
    });
    for (const auto& each : told) {
      if (!each) EXPECT_EQ(each.error().reason, "budget_exhausted");
      each ? ++answered : ++refused;
    }
  }
  EXPECT_GT(answered, 0);
  EXPECT_GT(refused, 0);
  EXPECT_EQ(Entries("answered"), static_cast<std::size_t>(answered));
  for (const auto& state : Budgets()) EXPECT_LE(state.spent.value, state.limit.epsilon.value);
  const auto found = ledger::Verify(*store_, ledger_->key(), [](std::uint64_t) {});
  ASSERT_TRUE(found);
  EXPECT_TRUE(found->ok()) << found->faults.front();
}

// Some may be computed side by side: then each has noise of its own, and is charged for it.
TEST_F(Exit, ChargesEachAnswerToEqualQuestionsAtOnce) {
  const std::string text = "SELECT count(*) FROM visits WHERE amount > 50";
  std::set<std::string> ids;
  for (const auto& each : Crowd([&](std::size_t) { return Ask(text, {.epsilon = 0.2}); })) {
    ASSERT_TRUE(each) << each.error().message;
    ids.insert(each->id);
  }
  EXPECT_EQ(Entries("answered"), ids.size());
  const double spent = Budgets().at(0).spent.value;
  const auto again = Ask(text, {.epsilon = 0.2});
  ASSERT_TRUE(again);
  EXPECT_TRUE(ids.contains(again->id));
  EXPECT_EQ(Budgets().at(0).spent.value, spent);
}

TEST_F(Exit, LetsEveryEndOfAQuestionOutOnTheGridOnly) {
  Open({.grid = Milliseconds{250}});
  const std::string text = "SELECT count(*) FROM visits";
  const struct {
    const char* name;
    std::string text;
    bool cancelled;
    const char* outcome;
  } cases[] = {{"answered", text, false, "answered"},
               {"stored", text, false, "answered"},
               {"cancelled", "SELECT avg(amount) FROM visits", true, "cancelled"},
               {"nobody's rows", "SELECT count(*) FROM visits WHERE amount > 100", false, "answered"}};
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    engine::Cancel cancel;
    if (c.cancelled) cancel.Request();
    const auto begin = std::chrono::steady_clock::now();
    const auto answer = release_->Ask({.analyst = "ana", .agreement = "heart-study", .way = "test"},
                                      {.text = c.text, .parameters = {}, .settings = {}}, cancel);
    EXPECT_GE(std::chrono::steady_clock::now() - begin, std::chrono::milliseconds(250));
    EXPECT_EQ(answer ? "answered" : answer.error().reason, c.outcome);
  }
}

// Cancels when the grid is about to be waited for: the engine is done by then.
class LateCancel final : public Clock {
 public:
  LateCancel(Time now, engine::Cancel& cancel) : now_(now), cancel_(cancel) {}
  Time Now() const override { return now_; }
  Milliseconds Elapsed() const override {
    if (++looks_ == 2) cancel_.Request();
    return {};
  }

 private:
  Time now_;
  engine::Cancel& cancel_;
  mutable int looks_ = 0;
};

TEST_F(Exit, TellsNobodyWhetherTheEngineWasDoneWhenTheCancelCame) {
  const std::string text = "SELECT count(*) FROM visits";
  const Caller caller{.analyst = "ana", .agreement = "heart-study", .way = "test"};
  engine::Cancel late;
  const LateCancel clock(agreement::At("2026-07-01"), late);
  const Parts parts{*ledger_, budgets_,  catalogue_, agreements_, subjects_,
                    pace_,    *sources_, noise_,     random_,     clock};
  Release release(parts, {.grid = Milliseconds{1}}, {});
  const auto after = release.Ask(caller, {.text = text, .parameters = {}, .settings = {}}, late);
  engine::Cancel early;
  early.Request();
  const auto before = release_->Ask(caller, {.text = text, .parameters = {}, .settings = {}}, early);
  ASSERT_FALSE(after);
  ASSERT_FALSE(before);
  EXPECT_EQ(after.error().reason, "cancelled");
  EXPECT_EQ(after.error().message, before.error().message);
  EXPECT_EQ(Entries("failed"), 2U);  // charged, and no answer is kept that a repetition would find
  ASSERT_TRUE(Ask(text));
  EXPECT_EQ(Entries("answered"), 1U);
}

TEST_F(Exit, ChargesNothingWhileAQuestionWaitsItsTurn) {
  Open({.grid = Milliseconds{1}, .at_once = 0});
  engine::Cancel cancel;
  cancel.Request();
  const auto waited =
      release_->Ask({.analyst = "ana", .agreement = "heart-study", .way = "test"},
                    {.text = "SELECT count(*) FROM visits", .parameters = {}, .settings = {}}, cancel);
  ASSERT_FALSE(waited);
  EXPECT_EQ(waited.error().reason, "cancelled");
  EXPECT_TRUE(Charged().empty());
}

// However many questions are under way: what is answered was on record before the agreement ended.
TEST_F(Exit, WarnsOfADeprecatedProductAndRefusesARetiredOne) {
  const auto take = [this](catalogue::LifeVerb verb, std::optional<Time> until = {}) {
    ASSERT_TRUE(
        *catalogue::Enter(*ledger_, catalogue_, {verb, "lewisham/visits", "sam", "see visits-2", until, {}}));
  };
  take(catalogue::LifeVerb::kDeprecate, agreement::At("2026-08-01"));
  const auto warned = Ask("SELECT count(*) FROM visits");
  ASSERT_TRUE(warned);
  EXPECT_NE(
      warned->notice.find("; lewisham/visits is deprecated: it is retired on 2026-08-01 (see visits-2)"),
      std::string::npos)
      << warned->notice;
  clock_.Set(agreement::At("2026-08-01"));
  EXPECT_EQ(Ask("SELECT count(*) FROM visits").error().reason, "product_retired");
  EXPECT_EQ(Entries("answered"), 1U);
}

TEST_F(Exit, LetsNoAnswerOutAfterTheProductWasRetired) {
  std::atomic<int> answered{0};
  std::vector<std::thread> analysts;
  for (int i = 0; i < 8; ++i) {
    analysts.emplace_back([&, i] {
      for (int j = 0;; ++j) {
        const auto answer = Ask(fmt::format("SELECT count(*) FROM visits WHERE amount > {}", i + j / 1000.0),
                                {.epsilon = 0.001});
        if (!answer) {
          EXPECT_EQ(answer.error().reason, "product_retired") << answer.error().message;
          return;
        }
        ++answered;
      }
    });
  }
  while (answered < 20) std::this_thread::yield();
  ASSERT_TRUE(*catalogue::Enter(*ledger_, catalogue_,
                                {catalogue::LifeVerb::kRetire, "lewisham/visits", "sam", "", {}, {}}));
  for (std::thread& analyst : analysts) analyst.join();
  const auto entries = *ledger_->Read(0, 100'000);
  const auto retired = std::find_if(entries.begin(), entries.end(), [](const ledger::Entry& entry) {
    return entry.kind == "product.retired";
  });
  ASSERT_NE(retired, entries.end());
  EXPECT_TRUE(std::none_of(retired, entries.end(), [](const ledger::Entry& entry) {
    return entry.kind == ledger::kind::kCharge ||
           (entry.kind == ledger::kind::kRelease && entry.body["outcome"] != "failed");
  }));
}

TEST_F(Exit, LetsNoAnswerOutAfterTheRevocation) {
  std::atomic<int> answered{0}, refused{0};
  std::vector<std::thread> analysts;
  for (int i = 0; i < 50; ++i) {
    analysts.emplace_back([&, i] {
      for (int j = 0;; ++j) {
        const auto answer = Ask(fmt::format("SELECT count(*) FROM visits WHERE amount > {}", i + j / 1000.0),
                                {.epsilon = 0.001});
        if (answer) {
          ++answered;
          continue;
        }
        EXPECT_EQ(answer.error().reason, "agreement_not_active") << answer.error().message;
        ++refused;
        return;
      }
    });
  }
  while (answered < 60) std::this_thread::yield();
  Revoke();
  for (std::thread& analyst : analysts) analyst.join();
  EXPECT_EQ(refused, 50);
  const auto entries = *ledger_->Read(0, 100'000);
  const auto revoked = std::find_if(entries.begin(), entries.end(), [](const ledger::Entry& entry) {
    return entry.kind == "agreement.revoked";
  });
  ASSERT_NE(revoked, entries.end());
  int before = 0, charged = 0;
  for (auto entry = entries.begin(); entry != entries.end(); ++entry) {
    const bool out = entry->kind == ledger::kind::kRelease && entry->body["outcome"] != "failed";
    if (entry < revoked) {
      before += out ? 1 : 0;
      continue;
    }
    EXPECT_FALSE(out) << entry->body.dump();
    charged += entry->kind == ledger::kind::kCharge ? 1 : 0;
  }
  EXPECT_EQ(before, answered);
  EXPECT_EQ(charged, 0);  // nothing new begins either
}

TEST_F(Exit, HoldsTheRateHoweverManyAskAtOnce) {
  Revoke();
  Agree(std::string(kAgreement) + "conditions: {questions_per_hour: 5}\n");
  std::atomic<int> answered{0};
  const auto ask_at_once = [&](double first) {
    std::vector<std::thread> analysts;
    for (int i = 0; i < 20; ++i) {
      analysts.emplace_back([&, i] {
        const auto answer =
            Ask(fmt::format("SELECT count(*) FROM visits WHERE amount > {}", i + first), {.epsilon = 0.01});
        if (answer) ++answered;
        if (!answer) EXPECT_EQ(answer.error().reason, "rate_exceeded");
      });
    }
    for (std::thread& analyst : analysts) analyst.join();
  };
  ask_at_once(0);
  EXPECT_EQ(answered, 5);
  clock_.Advance(Milliseconds(3'600'000));
  ask_at_once(0.5);
  EXPECT_EQ(answered, 10);
}

TEST_F(Exit, LeavesOutWhoObjected) {
  const std::string text = "SELECT region, count(*), avg(amount) FROM visits GROUP BY region ORDER BY region";
  const auto before = Ask(text);
  ASSERT_TRUE(before) << before.error().message;
  const auto take = [&](subject::Stand stand, const char* unit) {
    const auto entered = subject::Enter(*ledger_, subjects_, stand, "lewisham/visits", unit, "subject");
    EXPECT_TRUE(entered);
    return *entered ? "" : entered->error().reason;
  };
  EXPECT_EQ(take(subject::Stand::kWithdraw, "3"), "objection_unknown");
  for (const char* unit : {"1", "3", "4"}) EXPECT_EQ(take(subject::Stand::kObject, unit), "");
  EXPECT_EQ(take(subject::Stand::kObject, "3"), "objection_stands");
  const auto after = Ask(text);
  ASSERT_TRUE(after) << after.error().message;
  EXPECT_NE(after->id, before->id);  // the stored answer counts them, so it is given to nobody any more
  EXPECT_EQ(before->rows[0][1], Value(std::int64_t{50}));
  EXPECT_EQ(after->rows[0][1], Value(std::int64_t{48}));  // north: 1 and 3
  EXPECT_EQ(after->rows[1][1], Value(std::int64_t{49}));
  const auto people = Ask("SELECT count(DISTINCT id) FROM visits");
  ASSERT_TRUE(people) << people.error().message;
  EXPECT_EQ(Count(*people), 97);
  EXPECT_EQ(take(subject::Stand::kWithdraw, "4"), "");
  const auto back = Ask(text, {.epsilon = 0.5});
  ASSERT_TRUE(back) << back.error().message;
  EXPECT_EQ(back->rows[1][1], Value(std::int64_t{50}));
}

// From the objection's entry on, however many questions were on their way.
TEST_F(Exit, LeavesOutWhoObjectedWhileOthersAsk) {
  std::atomic<bool> done{false};
  std::vector<std::thread> analysts;
  for (int i = 0; i < 8; ++i) {
    analysts.emplace_back([&, i] {
      for (int j = 0; !done; ++j) {
        Ask(fmt::format("SELECT count(*) FROM visits WHERE amount < {}", 1000 + i + j / 1000.0),
            {.epsilon = 0.001});
      }
    });
  }
  while (Entries("answered") < 20) std::this_thread::yield();
  const auto objected =
      subject::Enter(*ledger_, subjects_, subject::Stand::kObject, "lewisham/visits", "7", "subject");
  const std::size_t answered = Entries("answered");
  while (Entries("answered") < answered + 40) std::this_thread::yield();
  done = true;
  for (std::thread& analyst : analysts) analyst.join();
  ASSERT_TRUE(objected && *objected);
  std::set<std::string> later;  // charged after the objection
  int with = 0, without = 0;
  const auto entries = *ledger_->Read(0, 100'000);
  for (const ledger::Entry& entry : entries) {
    const bool charge = entry.kind == ledger::kind::kCharge;
    if (charge && entry.index > (*objected)->index) later.insert(entry.body["question"]);
    if (entry.kind != ledger::kind::kRelease || entry.body["outcome"] != "answered") continue;
    const bool counts = (*entry.secret)["answer"]["rows"][0][0] == "100";
    EXPECT_EQ(counts, !later.contains(entry.body["question"])) << entry.index;
    ++(counts ? with : without);
  }
  EXPECT_GT(with, 0);
  EXPECT_GT(without, 0);
}

TEST_F(Exit, SealsWhatWasAskedWhereTheAgreementSaysSo) {
  Revoke();
  Agree(std::string(kAgreement) + "conditions: {sealed_days: 30}\n");
  ASSERT_TRUE(Ask("SELECT count(*) FROM visits"));
  const ledger::Entry entry = ledger_->Read(ledger_->Head().size - 1, 1)->front();
  ASSERT_EQ(entry.kind, ledger::kind::kRelease);
  EXPECT_EQ(ledger::Shown(entry, clock_.Now()), nullptr);
  EXPECT_EQ(ledger::Shown(entry, clock_.Now() + std::chrono::days(29)), nullptr);
  EXPECT_NE(ledger::Shown(entry, clock_.Now() + std::chrono::days(30)), nullptr);
  EXPECT_TRUE(Ask("SELECT count(*) FROM visits"));  // the analyst still has the stored answer
  EXPECT_EQ(Entries("answered"), 1U);
}

TEST_F(Exit, KeepsAnswersAsLongAsTheAgreementSays) {
  Retention retention(*ledger_, agreements_);
  const auto secrets = [&] {
    int count = 0;
    const auto entries = *ledger_->Read(0, 100'000);
    for (const ledger::Entry& entry : entries)
      count += entry.kind == ledger::kind::kRelease && entry.secret ? 1 : 0;
    return count;
  };
  const auto erased = [&] {
    const auto count = retention.Erase();
    EXPECT_TRUE(count) << count.error().message;
    return *count;
  };
  ASSERT_TRUE(Ask("SELECT count(*) FROM visits"));
  clock_.Advance(std::chrono::days(60));
  ASSERT_TRUE(Ask("SELECT avg(amount) FROM visits", {.epsilon = 0.5}));
  Revoke();
  Agree(std::string(kAgreement) + "conditions: {sealed_days: 40}\n");
  ASSERT_TRUE(Ask("SELECT count(*) FROM visits WHERE amount > 3", {.epsilon = 0.5}));
  clock_.Advance(std::chrono::days(30) - Milliseconds(1));
  EXPECT_EQ(erased(), 0U);
  clock_.Advance(Milliseconds(1));  // 90 days after the first
  EXPECT_EQ(erased(), 1U);
  EXPECT_EQ(erased(), 0U);
  EXPECT_EQ(secrets(), 2);
  clock_.Advance(std::chrono::days(60));
  EXPECT_EQ(erased(), 1U);
  clock_.Advance(std::chrono::days(40) - Milliseconds(1));  // sealed for 40 days, and kept for 90 more
  EXPECT_EQ(erased(), 0U);
  clock_.Advance(Milliseconds(1));
  EXPECT_EQ(erased(), 1U);
  EXPECT_EQ(secrets(), 0);
  const auto found = ledger::Verify(*store_, ledger_->key(), [](std::uint64_t) {});
  ASSERT_TRUE(found);
  EXPECT_TRUE(found->ok()) << found->faults.front();
}

TEST_F(Exit, ErasesManyAnswersABatchAtATime) {
  std::vector<std::thread> analysts;
  for (int i = 0; i < 8; ++i) {
    analysts.emplace_back([&, i] {
      for (int j = 0; j < 80; ++j)
        EXPECT_TRUE(Ask(fmt::format("SELECT count(*) FROM visits WHERE amount < {}", 500 + i + j / 1000.0),
                        {.epsilon = 0.001}));
    });
  }
  for (std::thread& analyst : analysts) analyst.join();
  clock_.Advance(std::chrono::days(90));
  Retention retention(*ledger_, agreements_);
  EXPECT_EQ(*retention.Erase(), 640U);
  EXPECT_EQ(*retention.Erase(), 0U);
}

TEST_F(Exit, ChargesNothingForARefusal) {
  for (const char* text :
       {"SELECT * FROM visits", "SELECT count(*) FROM others", "SELECT max(amount) FROM visits",
        "SELECT note FROM visits WHERE id = 3", "SELECT count(*"})
    EXPECT_FALSE(Ask(text)) << text;
  EXPECT_FALSE(Ask("SELECT count(*) FROM visits", {.epsilon = 2.0}));
  EXPECT_TRUE(Charged().empty());
}

TEST_F(Exit, AnswersFromThePublishedFilesOrNotAtAll) {
  ASSERT_TRUE(Ask("SELECT count(*) FROM visits"));
  std::ofstream(folder_ / "visits.csv", std::ios::app) << "x,\"secret\n";
  const auto failed = Ask("SELECT count(*) FROM visits WHERE note LIKE 'secret%'");
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().reason, "product_unavailable");
  const std::string all = failed.error().message + failed.error().hint;
  EXPECT_EQ(all.find("secret"), std::string::npos);
  EXPECT_EQ(all.find("visits.csv"), std::string::npos);
  EXPECT_EQ(Charged().size(), 1U);
}

}  // namespace
}  // namespace concordat::release
