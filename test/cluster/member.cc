#include "cluster/member.h"

#include <fmt/format.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "agreement/seal.h"
#include "agreement/testing_agreement.h"
#include "base/check.h"
#include "catalogue/product_json.h"
#include "crypto/scram.h"
#include "ledger/name.h"

namespace concordat::cluster {
namespace {

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
  - {{property: concordat.budget, value: {{epsilon: 64, delta: 1.0e-6}}}}
)",
                     member, terms.age, terms.rows, terms.holdings);
}

agreement::Step StepOf(agreement::Verb verb, const std::shared_ptr<const agreement::Agreement>& document,
                       const std::string& party) {
  agreement::Step step = agreement::SampleStep(verb, document, "sam");
  step.party = party;
  if (verb != agreement::Verb::kPropose)
    step.seal = agreement::Seal(agreement::NoteText(*document), agreement::TestKey(party));
  return step;
}

}  // namespace

std::shared_ptr<const agreement::Agreement> HeartStudy(const std::string& terms, const std::string& allows) {
  std::string parties, products, approvals;
  for (const char* member : {"budapest", "cleveland", "hungary", "zurich"}) {
    const char* comma = parties.empty() ? "" : ", ";
    parties += fmt::format("{}{}: {}", comma, member, agreement::TestKey(member).verify_key().Text());
    approvals += fmt::format("{}{}: 1", comma, member);
    if (std::string(member) != "zurich") products += fmt::format("{}{}/heart@1", comma, member);
  }
  auto read = agreement::ParseAgreement(fmt::format(R"(concordat: agreement/1
name: heart-study
parties: {{{}}}
tables: {{patients: [{}], alone: [budapest/heart@1]}}
purpose: dpv:ScientificResearch
legal_basis: dpv-gdpr:A9-2-j
question: Does age predict disease alike in all?
analysts: [ana@zurich, bo@budapest]
allows: [{}]
needs: {{approvals: {{{}}}, training: [data-ethics]}}
valid: {{from: 2026-02-01, until: 2026-12-01}}
retention_days: 90
{}
)",
                                                    parties, products, allows, approvals, terms));
  CHECK(read.has_value());
  return std::make_shared<const agreement::Agreement>(*std::move(read));
}

Member::Member(const std::string& name, release::MethodMaker make)
    : name_(name), clock_(agreement::At("2026-07-01")), agreements_(name), make_(std::move(make)) {
  std::string folder = (std::filesystem::temp_directory_path() / "concordat-cluster-XXXXXX").string();
  folder_ = mkdtemp(folder.data());
  Open();
  Enter(agreement::PersonStep{.verb = agreement::PersonVerb::kAdd,
                              .person = "lee",
                              .member = name_,
                              .by = "ola",
                              .roles = {agreement::Role::kApprover},
                              .key = agreement::TestKey("lee@" + name_).verify_key().Text()});
}

Member::~Member() {
  Close();
  std::filesystem::remove_all(folder_);
}

void Member::Open() {
  store_ = *store::Store::Open(folder_ / "store.db", ledger::LedgerMigrations());
  ledger_ = *ledger::Ledger::Open(*store_, agreement::TestKey(name_), clock_, random_,
                                  {&catalogue_, &abroad_, &agreements_, &budgets_, &subjects_, &pace_});
  sources_ = *release::Sources::Open({.memory_mb = 256, .threads = 1});
  owner_ = std::make_unique<release::JointOwner>(parts(), release::Timing{.grid = Milliseconds{1}}, turns_,
                                                 nullptr);
  asker_ = std::make_unique<release::JointAsker>(parts(), abroad_);
  fit_owner_ = std::make_unique<release::FitOwner>(parts(), release::Timing{.grid = Milliseconds{1}}, turns_,
                                                   nullptr, make_);
  fit_asker_ = std::make_unique<release::FitAsker>(parts(), abroad_, make_);
}

void Member::Close() {
  fit_asker_.reset();
  fit_owner_.reset();
  asker_.reset();
  owner_.reset();
  sources_.reset();
  ledger_.reset();
  store_.reset();
}

void Member::Reopen() {
  Close();
  Open();
}

release::Parts Member::parts() {
  return {*ledger_, budgets_, catalogue_, agreements_, subjects_, pace_, *sources_, noise_, random_, clock_};
}

template <class S>
void Member::Enter(const S& step) {
  const auto entered = agreement::Enter(*ledger_, agreements_, step);
  CHECK(entered.has_value() && entered->has_value());
}

void Member::Publish(int from, int until, const ContractTerms& terms) {
  std::ofstream file(folder_ / "heart.csv");
  file << "id,sex,age,note\n";
  for (int i = from; i < until; ++i)
    file << i << ','
         << (terms.row ? terms.row(i) : fmt::format("{},{},note {}", i % 2 ? "f" : "m", i % 90, i % 3))
         << '\n';
  file.close();
  const auto published = catalogue::Publish({ContractOf(name_, terms), folder_ / "heart.yaml", {}, name_},
                                            *ledger_, catalogue_, [](std::string_view) {});
  CHECK(published.has_value());
}

void Member::Agree(const std::shared_ptr<const agreement::Agreement>& document) {
  Enter(StepOf(agreement::Verb::kPropose, document, name_));
  agreement::Step approve = StepOf(agreement::Verb::kApprove, document, name_);
  approve.by = "lee";
  approve.signature = agreement::Seal(agreement::NoteText(*document), agreement::TestKey("lee@" + name_));
  Enter(approve);
  for (const auto& [party, key] : document->parties) {
    if (party != name_) Enter(StepOf(agreement::Verb::kSign, document, party));
  }
}

void Member::Suspend() {
  agreement::Step step = agreement::SampleStep(
      agreement::Verb::kSuspend, agreements_.Find("heart-study", clock_.Now())->document, "sam");
  step.party = name_;
  step.number = 1;
  step.seal = agreement::Seal(agreement::StepText(step), agreement::TestKey(name_));
  Enter(step);
}

void Member::AddAnalyst(const std::string& analyst) {
  Enter(agreement::AnalystStep{.verb = agreement::AnalystVerb::kAdd,
                               .analyst = analyst,
                               .by = "sam",
                               .trainings = {{"data-ethics", agreement::At("2026-03-01")}},
                               .verifier = *crypto::MakeScramVerifier("correct horse", random_)});
}

void Member::Meet(const Member& other) {
  const auto published = other.catalogue_.Find("heart");
  CHECK(catalogue::EnterAbroad(*ledger_, abroad_, other.name_, catalogue::ToJson(published->product))
            .has_value());
}

std::vector<std::string> Member::Outcomes(const std::string& id) const {
  std::vector<std::string> outcomes;
  const auto entries = ledger_->Named(ledger::QuestionName(id));
  for (const ledger::Entry& entry : *entries)
    outcomes.push_back(entry.kind == ledger::kind::kCharge ? "charge" : entry.body.value("outcome", ""));
  return outcomes;
}

double Member::Spent() const {
  const auto lock = ledger_->Share();
  return budgets_.Report(name_ + "/heart").at(0).spent.value;
}

}  // namespace concordat::cluster
