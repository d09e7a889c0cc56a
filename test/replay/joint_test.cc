// A joint question at the one exit of each of its members: what is planned alike, charged, shared, recorded
// and answered; what each member refuses.
#include "release/joint.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>

#include "agreement/record.h"
#include "agreement/seal.h"
#include "agreement/testing_agreement.h"
#include "base/testing_random.h"
#include "catalogue/product_json.h"
#include "crypto/scram.h"
#include "dp/scale.h"
#include "dp/testing_noise.h"
#include "ledger/name.h"
#include "ledger/verify.h"
#include "release/joint_description.h"
#include "release/record.h"

namespace concordat::release {
namespace {

const std::vector<std::string> kOwners = {"budapest", "cleveland", "hungary"};
constexpr char kHome[] = "zurich";  // asks, and holds nothing

struct ContractTerms {
  std::string age = "[0, 120]";
  int rows = 1;
  std::string holdings = "overlapping";
};

std::string ContractOf(const std::string& member, const ContractTerms& terms) {
  return fmt::format(R"(apiVersion: v3.1.0
kind: DataContract
id: {}/heart
version: 1.0.0
status: active
servers: [{{server: files, type: local, path: heart.csv, format: csv}}]
schema:
  - name: heart
    properties:
      - {{name: id, logicalType: integer, required: true, customProperties: [{{property: concordat.unit, value: true}}]}}
      - {{name: sex, logicalType: string, customProperties: [{{property: concordat.domain, value: [f, m]}}]}}
      - {{name: age, logicalType: integer, customProperties: [{{property: concordat.range, value: {}}}]}}
      - {{name: note, logicalType: string}}
customProperties:
  - {{property: concordat.rows_per_unit, value: {}}}
  - {{property: concordat.holdings, value: {}}}
  - {{property: concordat.budget, value: {{epsilon: 10, delta: 1.0e-6}}}}
)",
                     member, terms.age, terms.rows, terms.holdings);
}

std::string DocumentOf(const std::string& extra) {
  std::string parties, products, approvals;
  for (const char* member : {"budapest", "cleveland", "hungary", "zurich"}) {
    const char* comma = parties.empty() ? "" : ", ";
    parties += fmt::format("{}{}: {}", comma, member, agreement::TestKey(member).verify_key().Text());
    approvals += fmt::format("{}{}: 1", comma, member);
    if (std::string(member) != kHome) products += fmt::format("{}{}/heart@1", comma, member);
  }
  return fmt::format(R"(concordat: agreement/1
name: heart-study
parties: {{{}}}
tables: {{patients: [{}], alone: [budapest/heart@1]}}
purpose: dpv:ScientificResearch
legal_basis: dpv-gdpr:A9-2-j
question: Does age predict disease alike in all?
analysts: [ana@zurich, bo@budapest]
allows: [sql]
needs: {{approvals: {{{}}}, training: [data-ethics]}}
valid: {{from: 2026-02-01, until: 2026-12-01}}
retention_days: 90
{}
)",
                     parties, products, approvals, extra);
}

constexpr char kProtection[] =
    "protection: {mode: dp, epsilon: 3, delta: 1.0e-6, per_query: 1, minimum_people: 5}";

// One member: a ledger, what is folded from it, and a folder with rows.
class Member {
 public:
  explicit Member(const std::string& name) : name_(name), agreements_(name) {
    std::string folder = (std::filesystem::temp_directory_path() / "concordat-joint-XXXXXX").string();
    folder_ = mkdtemp(folder.data());
    store_ = *store::Store::Open(folder_ / "store.db", ledger::LedgerMigrations());
    ledger_ = *ledger::Ledger::Open(*store_, agreement::TestKey(name), clock_, random_,
                                    {&catalogue_, &abroad_, &agreements_, &budgets_, &subjects_, &pace_});
    sources_ = *Sources::Open({.memory_mb = 256, .threads = 1});
    Open();
  }
  ~Member() {
    store_.reset();
    std::filesystem::remove_all(folder_);
  }
  void Open(const Timing& timing = {.grid = Milliseconds{1}}) {
    const Parts parts{*ledger_, budgets_,  catalogue_, agreements_, subjects_,
                      pace_,    *sources_, noise_,     random_,     clock_};
    owner_ = std::make_unique<JointOwner>(
        parts, timing, turns_, [this](const std::string&, const Error& error) { said_ = error.message; });
    asker_ = std::make_unique<JointAsker>(parts, abroad_);
  }
  // People `from` to `until`, all but those of an even number women.
  void Publish(int from, int until, const ContractTerms& terms = {}) {
    std::ofstream file(folder_ / "heart.csv");
    file << "id,sex,age,note\n";
    for (int i = from; i < until; ++i)
      file << fmt::format("{},{},{},note {}\n", i, i % 2 ? "f" : "m", i % 90, i % 3);
    file.close();
    const auto published = catalogue::Publish({ContractOf(name_, terms), folder_ / "heart.yaml", {}, name_},
                                              *ledger_, catalogue_, [](std::string_view) {});
    ASSERT_TRUE(published) << published.error().message;
  }
  template <class S>
  void Enter(const S& step) {
    const auto entered = agreement::Enter(*ledger_, agreements_, step);
    ASSERT_TRUE(entered) << entered.error().message;
    ASSERT_TRUE(*entered) << entered->error().message;
  }
  void Agree(const std::string& text) {
    auto read = agreement::ParseAgreement(text);
    ASSERT_TRUE(read) << read.error().message << read.error().remedy;
    const auto document = std::make_shared<const agreement::Agreement>(*std::move(read));
    const auto step = [&](agreement::Verb verb, const std::string& party) {
      agreement::Step made = agreement::SampleStep(verb, document, "sam");
      made.party = party;
      if (verb != agreement::Verb::kPropose)
        made.seal = agreement::Seal(agreement::NoteText(*document), agreement::TestKey(party));
      return made;
    };
    Enter(step(agreement::Verb::kPropose, name_));
    agreement::Step approve = step(agreement::Verb::kApprove, name_);
    approve.by = "lee";
    approve.signature = agreement::Seal(agreement::NoteText(*document), agreement::TestKey("lee@" + name_));
    Enter(approve);
    for (const auto& [party, key] : document->parties) {
      if (party != name_) Enter(step(agreement::Verb::kSign, party));
    }
  }
  void AddPeople() {
    Enter(agreement::PersonStep{.verb = agreement::PersonVerb::kAdd,
                                .person = "lee",
                                .member = name_,
                                .by = "ola",
                                .roles = {agreement::Role::kApprover},
                                .key = agreement::TestKey("lee@" + name_).verify_key().Text()});
  }
  void AddAnalyst(const std::string& analyst) {
    Enter(agreement::AnalystStep{.verb = agreement::AnalystVerb::kAdd,
                                 .analyst = analyst,
                                 .by = "sam",
                                 .trainings = {{"data-ethics", agreement::At("2026-03-01")}},
                                 .verifier = *crypto::MakeScramVerifier("correct horse", random_)});
  }
  void Suspend() {
    const auto held = agreements_.Find("heart-study", clock_.Now())->document;
    agreement::Step step = agreement::SampleStep(agreement::Verb::kSuspend, held, "sam");
    step.party = name_;
    step.number = 1;
    step.seal = agreement::Seal(agreement::StepText(step), agreement::TestKey(name_));
    Enter(step);
  }
  std::vector<std::string> Outcomes(const std::string& id) const {
    std::vector<std::string> outcomes;
    const auto entries = ledger_->Named(ledger::QuestionName(id));
    for (const ledger::Entry& entry : *entries)
      outcomes.push_back(entry.kind == ledger::kind::kCharge ? "charge" : entry.body.value("outcome", ""));
    return outcomes;
  }
  double Spent() const {
    const auto lock = ledger_->Share();
    return budgets_.Report(name_ + "/heart").at(0).spent.value;
  }

  std::string name_;
  std::filesystem::path folder_;
  ManualClock clock_{agreement::At("2026-07-01")};
  OsRandom random_;
  catalogue::Catalogue catalogue_;
  catalogue::Abroad abroad_;
  agreement::Registry agreements_;
  ledger::BudgetBook budgets_;
  subject::Subjects subjects_;
  Pace pace_;
  dp::NoNoise noise_;
  std::counting_semaphore<> turns_{8};
  std::unique_ptr<store::Store> store_;
  std::unique_ptr<ledger::Ledger> ledger_;
  std::unique_ptr<Sources> sources_;
  std::unique_ptr<JointOwner> owner_;
  std::unique_ptr<JointAsker> asker_;
  std::string said_;
};

class JointExit : public testing::Test {
 protected:
  void SetUp() override { Start({}, ""); }
  void Start(const ContractTerms& terms, const std::string& federation,
             const std::string& protection = kProtection) {
    members_.clear();
    for (const std::string& name : kOwners) {
      members_.emplace(name, std::make_unique<Member>(name));
      const int first = 100 * static_cast<int>(members_.size());
      At(name).Publish(first, first + 60, terms);
    }
    members_.emplace(kHome, std::make_unique<Member>(kHome));
    for (auto& [name, member] : members_) {
      member->AddPeople();
      member->Agree(DocumentOf(protection + "\n" + federation));
      Introduce(*member);
    }
    At(kHome).AddAnalyst("ana");
    At("budapest").AddAnalyst("bo");
  }
  // Every owner's product, as its ledger has it.
  void Introduce(Member& member) {
    for (const std::string& name : kOwners) {
      if (name == member.name_) continue;
      const auto published = At(name).catalogue_.Find("heart");
      ASSERT_TRUE(catalogue::EnterAbroad(*member.ledger_, member.abroad_, name,
                                         catalogue::ToJson(published->product)));
    }
  }
  Member& At(const std::string& name) { return *members_.at(name); }
  Member& Home() { return At(home_); }

  Question Asked(const std::string& text) const {
    return {.text = text, .parameters = {}, .settings = settings_};
  }
  Caller Who() const { return {.analyst = analyst_, .agreement = "heart-study", .way = "test"}; }
  Visitor Vouched() const {
    return {.analyst = analyst_, .home = home_, .trainings = {{"data-ethics", agreement::At("2026-03-01")}}};
  }
  // What a coordinator does, without any secrecy: owners contribute until there are `contributing` of them.
  Outcome<Answer> Ask(const std::string& text, const std::string& id, std::size_t contributing = 3) {
    const Question question = Asked(text);
    const JointPlan plan = TRY(Home().asker_->Plan(Who(), question));
    std::map<std::string, JointPlan> plans;
    std::map<std::string, std::string> revisions;
    for (const std::string& owner : plan.sharing.owners) {
      plans.emplace(owner, TRY(At(owner).owner_->Prepare(Vouched(), "heart-study", question)));
      const auto differences = DescriptionDifferences(owner, plans.at(owner).description, plan.description);
      if (!differences.empty()) return Refuse("plans_differ", differences.front(), "");
      EXPECT_EQ(plans.at(owner).description, plan.description);
      revisions[owner] = plans.at(owner).revision;
    }
    const std::string identity = JointAsker::Identity(plan, revisions);
    if (auto stored = TRY(Home().asker_->Repeat(plan, identity))) return *std::move(stored);
    std::map<std::string, std::shared_ptr<Held>> held;
    std::set<Row> found;
    for (const std::string& owner : plan.sharing.owners) {
      if (held.size() == contributing) break;
      held[owner] = TRY(At(owner).owner_->Compute(id, Vouched(), question, plans.at(owner), {}));
      const auto keys = At(owner).owner_->Select(*held[owner]);
      found.insert(keys->begin(), keys->end());
    }
    const std::vector<Row> keys(found.begin(), found.end());
    std::vector<Int128> sums;
    for (auto& [owner, sum] : held) {
      const auto share = At(owner).owner_->Share(*sum, keys, {});
      EXPECT_TRUE(share) << share.error().message;
      if (!share) return Refuse("failed", share.error().message, "");
      EXPECT_EQ(share->size(), (plan.finds_groups ? keys.size() : plan.declared) * plan.measured);
      sums.resize(share->size());
      for (std::size_t i = 0; i < sums.size(); ++i) sums[i] += (*share)[i];
    }
    for (auto& [owner, sum] : held)
      TRY(At(owner).owner_->RecordOpening(id, Vouched(), question, plans.at(owner), "c0ffee"));
    const Answer answer = TRY(Home().asker_->Assemble(id, plan, keys, sums, held.size()));
    TRY(Home().asker_->Record(Who(), question, plan, identity, answer, Json::object()));
    return answer;
  }

  std::map<std::string, std::unique_ptr<Member>> members_;
  std::string home_ = kHome, analyst_ = "ana";
  Settings settings_;
};

TEST_F(JointExit, AnswersWithTheSumOfAllOwners) {
  const auto answer =
      Ask("SELECT sex, count(*), avg(age) FROM patients GROUP BY sex ORDER BY sex", "00000000000000a1");
  ASSERT_TRUE(answer) << answer.error().message;
  ASSERT_EQ(answer->rows.size(), 3U);  // f, m, and nobody said
  EXPECT_EQ(std::get<std::int64_t>(answer->rows[0][1]), 90);
  EXPECT_EQ(std::get<std::int64_t>(answer->rows[1][1]), 90);
  EXPECT_TRUE(IsNull(answer->rows[2][1]));  // fewer than the minimum
  for (const std::string& owner : kOwners) {
    EXPECT_EQ(At(owner).Outcomes("00000000000000a1"), (std::vector<std::string>{"charge", "contributed"}));
    EXPECT_GT(At(owner).Spent(), 0.5);
    EXPECT_LE(At(owner).Spent(), 1);
    const auto found = ledger::Verify(*At(owner).store_, At(owner).ledger_->key(), [](std::uint64_t) {});
    ASSERT_TRUE(found);
    EXPECT_TRUE(found->ok());
  }
  EXPECT_EQ(Home().Outcomes("00000000000000a1"), std::vector<std::string>{"answered"});
  const auto record = FindRecord(*Home().ledger_, "00000000000000a1");  // though others were charged
  ASSERT_TRUE(record);
  EXPECT_EQ(record->outcome, "answered");
  EXPECT_EQ(record->product, "patients");
}

TEST_F(JointExit, AnswersTheSameQuestionOnceAndForAll) {
  const auto first = Ask("SELECT count(*) FROM patients", "00000000000000a1");
  ASSERT_TRUE(first) << first.error().message;
  const auto again = Ask("select COUNT( * ) from patients -- again", "00000000000000a2");
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_EQ(again->id, first->id);
  EXPECT_EQ(again->rows, first->rows);
  EXPECT_TRUE(At("cleveland").Outcomes("00000000000000a2").empty());
  At("hungary").Publish(300, 340);  // other rows: another question
  const auto later = Ask("SELECT count(*) FROM patients", "00000000000000a3");
  ASSERT_TRUE(later) << later.error().message;
  EXPECT_EQ(std::get<std::int64_t>(later->rows[0][0]), 160);
}

TEST_F(JointExit, FindsGroupsThatSomeOwnerHasEnoughOf) {
  settings_.epsilon = 1;
  const auto answer =
      Ask("SELECT note, count(*) FROM patients GROUP BY note ORDER BY note", "00000000000000a1");
  ASSERT_TRUE(answer) << answer.error().message;
  // Twenty people have each note at each owner, which is not enough at the epsilon that is left to choose by.
  EXPECT_TRUE(answer->rows.empty());
  ContractTerms terms;
  terms.holdings = "disjoint";
  Start(terms, "", "protection: {mode: dp, epsilon: 30, delta: 1.0e-6, per_query: 9, minimum_people: 5}");
  settings_.epsilon = 9;
  const auto more =
      Ask("SELECT note, count(*) FROM patients GROUP BY note ORDER BY note", "00000000000000a1");
  ASSERT_TRUE(more) << more.error().message;
  ASSERT_EQ(more->rows.size(), 3U);
  for (const Row& row : more->rows) EXPECT_EQ(std::get<std::int64_t>(row[1]), 60);
}

TEST_F(JointExit, TakesTheAnalystOfAnOwnerByItsOwnRecord) {
  home_ = "budapest";
  analyst_ = "bo";
  const auto answer = Ask("SELECT count(*) FROM patients", "00000000000000b1");
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(std::get<std::int64_t>(answer->rows[0][0]), 180);
  EXPECT_EQ(Home().Outcomes("00000000000000b1"),
            (std::vector<std::string>{"charge", "contributed", "answered"}));
  const auto own = FindRecord(*Home().ledger_, "00000000000000b1");
  ASSERT_TRUE(own);
  EXPECT_EQ(own->analyst, "bo");
  EXPECT_EQ(own->outcome, "answered");
  EXPECT_EQ(FindRecord(*At("hungary").ledger_, "00000000000000b1")->analyst, "bo@budapest");
}

TEST_F(JointExit, AsksOneOtherMemberForItsTable) {
  const auto answer = Ask("SELECT count(*) FROM alone", "00000000000000a1");
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(std::get<std::int64_t>(answer->rows[0][0]), 60);
  EXPECT_TRUE(At("cleveland").Outcomes("00000000000000a1").empty());
  EXPECT_EQ(At("budapest").Outcomes("00000000000000a1"), (std::vector<std::string>{"charge", "contributed"}));
  EXPECT_TRUE(*Home().asker_->IsJoint(Who(), Asked("SELECT count(*) FROM alone")));
  home_ = "budapest";
  analyst_ = "bo";
  EXPECT_FALSE(*Home().asker_->IsJoint(Who(), Asked("SELECT count(*) FROM alone")));
  EXPECT_TRUE(*Home().asker_->IsJoint(Who(), Asked("SELECT count(*) FROM patients")));
}

TEST_F(JointExit, NamesWhatAnOwnerPlansOtherwise) {
  At("cleveland").Publish(200, 260, {.age = "[0, 90]"});
  const auto refused = Ask("SELECT avg(age) FROM patients", "00000000000000a1");
  ASSERT_FALSE(refused);  // the agreement names version 1, and its bounds have changed
  EXPECT_EQ(refused.error().reason, "product_superseded");
  Start({}, "");
  members_.erase("cleveland");
  members_.emplace("cleveland", std::make_unique<Member>("cleveland"));
  At("cleveland").Publish(200, 260, {.age = "[0, 90]"});
  At("cleveland").AddPeople();
  At("cleveland").Agree(DocumentOf(kProtection));
  const auto differs = Ask("SELECT avg(age) FROM patients", "00000000000000a1");
  ASSERT_FALSE(differs);
  EXPECT_EQ(differs.error().message, "cleveland has column age range [0.0,90.0], here [0.0,120.0]");
  EXPECT_TRUE(At("budapest").Outcomes("00000000000000a1").empty());       // nothing was charged
  EXPECT_TRUE(Ask("SELECT count(*) FROM patients", "00000000000000a2"));  // which age has no part in
}

TEST_F(JointExit, DecidesAtEveryOwnerUnderItsOwnCopy) {
  const Question question = Asked("SELECT count(*) FROM patients");
  const auto reason = [&](const Visitor& visitor) {
    const auto plan = At("hungary").owner_->Prepare(visitor, "heart-study", question);
    return plan ? "" : plan.error().reason;
  };
  EXPECT_EQ(reason(Vouched()), "");
  EXPECT_EQ(reason({.analyst = "ana", .home = "zurich", .trainings = {}}), "training_missing");
  EXPECT_EQ(reason({.analyst = "eve", .home = "zurich", .trainings = Vouched().trainings}),
            "agreement_unknown");
  EXPECT_EQ(reason({.analyst = "ana", .home = "oslo", .trainings = Vouched().trainings}), "analyst_unknown");
  EXPECT_EQ(reason({.analyst = "ana", .home = "hungary", .trainings = Vouched().trainings}),
            "analyst_unknown");
  At("hungary").Suspend();
  EXPECT_EQ(reason(Vouched()), "agreement_not_active");
}

TEST_F(JointExit, ChargesOnceAndSharesOnceAndOpensOnce) {
  JointOwner& owner = *At("cleveland").owner_;
  const Question question = Asked("SELECT count(*) FROM patients");
  const auto plan = owner.Prepare(Vouched(), "heart-study", question);
  ASSERT_TRUE(plan) << plan.error().message;
  EXPECT_EQ(owner.Left(*plan), "3 of 3 left");
  const auto held = owner.Compute("00000000000000a1", Vouched(), question, *plan, {});
  ASSERT_TRUE(held) << held.error().message;
  const auto twice = owner.Compute("00000000000000a1", Vouched(), question, *plan, {});
  ASSERT_FALSE(twice);
  EXPECT_EQ(twice.error().reason, "question_known");
  EXPECT_NE(owner.Left(*plan), "3 of 3 left");
  ASSERT_TRUE(owner.Share(**held, {}, {}));
  EXPECT_EQ(owner.Share(**held, {}, {}).error().code, ErrorCode::kFailedPrecondition);
  ASSERT_TRUE(owner.RecordOpening("00000000000000a1", Vouched(), question, *plan, "c0ffee"));
  EXPECT_EQ(owner.RecordOpening("00000000000000a1", Vouched(), question, *plan, "c0ffee").error().reason,
            "opened_before");
}

TEST_F(JointExit, OpensNothingOnceTheAgreementHasEnded) {
  JointOwner& owner = *At("cleveland").owner_;
  const Question question = Asked("SELECT count(*) FROM patients");
  const auto plan = owner.Prepare(Vouched(), "heart-study", question);
  ASSERT_TRUE(plan) << plan.error().message;
  ASSERT_TRUE(owner.Compute("00000000000000a1", Vouched(), question, *plan, {}));
  EXPECT_TRUE(owner.StillInForce(*plan));
  At("cleveland").Suspend();
  EXPECT_EQ(owner.StillInForce(*plan).error().reason, "agreement_not_active");
  const auto opened = owner.RecordOpening("00000000000000a1", Vouched(), question, *plan, "");
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().reason, "agreement_not_active");
  EXPECT_EQ(At("cleveland").Outcomes("00000000000000a1"), (std::vector<std::string>{"charge", "failed"}));
  const auto late = owner.Compute("00000000000000a2", Vouched(), question, *plan, {});
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().reason, "agreement_not_active");
  EXPECT_TRUE(At("cleveland").Outcomes("00000000000000a2").empty());
}

TEST_F(JointExit, TakesNoKeysButThoseOfTheQuestion) {
  JointOwner& owner = *At("cleveland").owner_;
  const auto shared = [&](const std::string& text, const std::string& id, const std::vector<Row>& keys) {
    const Question question = Asked(text);
    const auto plan = owner.Prepare(Vouched(), "heart-study", question);
    EXPECT_TRUE(plan) << plan.error().message;
    const auto held = owner.Compute(id, Vouched(), question, *plan, {});
    EXPECT_TRUE(held) << held.error().message;
    const auto numbers = owner.Share(**held, keys, {});
    return numbers ? "" : numbers.error().message;
  };
  settings_.epsilon = 0.2;
  const std::string found = "SELECT note, count(*) FROM patients GROUP BY note";
  EXPECT_EQ(shared(found, "a1", {{Value("note 1")}, {Value("anything")}, {Value(Null())}}), "");
  EXPECT_NE(shared(found + " LIMIT 1", "a2", {{Value("note 1")}, {Value("note 1")}}), "");
  EXPECT_NE(shared(found + " LIMIT 2", "a3", {{Value(std::int64_t{1})}}), "");
  EXPECT_NE(shared(found + " LIMIT 3", "a4", {{Value("note 1"), Value("note 2")}}), "");
  EXPECT_NE(shared("SELECT count(*) FROM patients", "a5", {{}}), "");
}

TEST_F(JointExit, CountsEachOwnersQuestionsOfAVisitorTogether) {
  Start({}, "conditions: {questions_per_hour: 2}");
  settings_.epsilon = 0.1;
  for (int i = 0; i < 2; ++i) {
    const auto answer = Ask(fmt::format("SELECT count(*) FROM patients WHERE age > {}", i),
                            fmt::format("00000000000000a{}", i));
    ASSERT_TRUE(answer) << answer.error().message;
  }
  EXPECT_EQ(At("hungary")
                .owner_->Prepare(Vouched(), "heart-study", Asked("SELECT count(*) FROM patients"))
                .error()
                .reason,
            "rate_exceeded");
}

TEST_F(JointExit, RefusesWhatNoSumOfPartsAnswers) {
  ContractTerms terms;
  terms.rows = 2;
  Start(terms, "");
  const auto reason = [&](const std::string& text) {
    const auto plan = Home().asker_->Plan(Who(), Asked(text));
    return plan ? "" : plan.error().reason;
  };
  EXPECT_EQ(reason("SELECT count(DISTINCT id) FROM patients"), "people_overlap");
  EXPECT_EQ(reason("SELECT count(*) FROM patients"), "");
  EXPECT_EQ(reason("SELECT count(DISTINCT id) FROM alone"), "");
  EXPECT_EQ(reason("SELECT count(*) FROM wards"), "unknown_table");
  terms.holdings = "disjoint";
  Start(terms, "");
  EXPECT_EQ(reason("SELECT count(DISTINCT id) FROM patients"), "");
}

// What is said of noise, for people with one owner each and for people who may be with all of them.
TEST_F(JointExit, SaysWhoseNoiseIsCountedOn) {
  const auto explained = [&](const std::string& holdings, const std::string& federation, const char* mode,
                             bool pure = false) {
    ContractTerms terms;
    terms.holdings = holdings;
    Start(terms, federation,
          fmt::format("protection: {{mode: {}, epsilon: 3, delta: 1.0e-6, per_query: 1, minimum_people: 5}}",
                      mode));
    settings_.pure = pure;
    const auto plan = Home().asker_->Plan(Who(), Asked("SELECT count(*) FROM patients"));
    EXPECT_TRUE(plan) << plan.error().message;
    std::string lines;
    for (const std::string& line : Home().asker_->Explain(*plan)) lines += line + "\n";
    return lines;
  };
  EXPECT_EQ(explained("overlapping", "", "dp"),
            "table   patients of budapest, cleveland, hungary, unit id\n"
            "shared  at least 3 of 3 contribute; holds if 1 of them work together\n"
            "bound   heart by id to 1 row\n"
            "        at each owner\n"
            "people  may be with all 3 owners, and are counted for that\n"
            "noise   count: discrete_gaussian sigma 12.68 of 3 owners together, 7.319 of each\n"
            "minimum 5 people, noise included\n"
            "margin  count: ±24.85\n"
            "charge  epsilon 1 at delta 1e-06 (rho 0.028)\n");
  const struct {
    const char* holdings;
    const char* federation;
    const char* mode;
    bool pure;
    const char* line;
  } cases[] = {
      {"disjoint", "", "dp", false, "sigma 5.175 of 3 owners together, 4.226 counted on"},
      {"disjoint", "federation: {colluding: 0}", "dp", false,
       "sigma 4.226 of 3 owners together, 4.226 counted on"},
      {"disjoint", "federation: {quorum: 2}", "dp", false,
       "sigma 5.175 of 3 owners together, 4.226 counted on"},
      {"disjoint", "", "dp-local", false, "sigma 7.319 of 3 owners together, 4.226 counted on"},
      {"overlapping", "", "dp-local", false, "sigma 12.68 of 3 owners together, 7.319 of each"},
      {"overlapping", "", "dp", true, "discrete_laplace b 4.976 of 3 owners together, 3 of each"},
      {"disjoint", "", "dp", true, "discrete_laplace b 1.659 of 3 owners together, 1 counted on"},
  };
  for (const auto& c : cases) {
    const std::string lines = explained(c.holdings, c.federation, c.mode, c.pure);
    EXPECT_NE(lines.find(c.line), lines.npos) << c.line << "\n" << lines;
  }
}

}  // namespace
}  // namespace concordat::release
