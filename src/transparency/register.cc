#include "transparency/register.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "transparency/words.h"

namespace concordat::transparency {
namespace {

using agreement::Agreement;
using agreement::Standing;
using agreement::State;

std::string SayInWords(const agreement::Overseer& overseer) {
  switch (overseer.say) {
    case agreement::Say::kApproves:
      return "must approve it";
    case agreement::Say::kObjects:
      return fmt::format("may object within {} days", overseer.days);
    case agreement::Say::kWatches:
      return "watches it";
  }
  return "";
}

std::vector<std::string> BodiesOf(const Agreement& document) {
  std::set<std::string> bodies;
  for (const std::string& analyst : document.analysts) bodies.insert(analyst.substr(analyst.find('@') + 1));
  return {bodies.begin(), bodies.end()};
}

std::optional<ledger::LevelState> BudgetOf(const ledger::BudgetBook& budgets, const std::string& product,
                                           const std::string& agreement) {
  for (const ledger::LevelState& state : budgets.Report(product)) {
    if (state.level.agreement == agreement && state.level.analyst.empty()) return state;
  }
  return std::nullopt;
}

std::vector<std::string> OthersIn(const std::vector<agreement::ProductVersion>& products,
                                  const std::string& member) {
  std::set<std::string> others;
  for (const agreement::ProductVersion& product : products) others.emplace(product.Member());
  others.erase(member);
  return {others.begin(), others.end()};
}

std::vector<UsedTable> TablesOf(const Sources& sources, const Agreement& document) {
  std::vector<UsedTable> tables;
  for (const auto& [name, products] : document.tables) {
    for (const agreement::ProductVersion& product : products) {
      UsedTable table{.name = name, .product = product.Name()};
      if (product.Member() == sources.agreements.member()) {
        const auto published = sources.catalogue.Find(table.product);
        if (published) table.about = published->product.description;
        table.budget = BudgetOf(sources.budgets, product.product, document.name);
        table.together = OthersIn(products, sources.agreements.member());
      }
      tables.push_back(std::move(table));
    }
  }
  return tables;
}

Use UseOf(const Sources& sources, const Standing& standing, Time now) {
  const Agreement& document = *standing.document;
  Use use{.document = standing.document,
          .state = agreement::Name(standing.At(now)),
          .bodies = BodiesOf(document),
          .tables = TablesOf(sources, document),
          .overseers = {},
          .counts = sources.tally.Of(document.id),
          .signed_at = {}};
  for (const auto& [name, overseer] : document.oversight)
    use.overseers.push_back({name, SayInWords(overseer)});
  if (standing.signed_at != Time{}) use.signed_at = standing.signed_at;
  return use;
}

bool IsPast(State state) {
  return state == State::kRevoked || state == State::kExpired || state == State::kSuperseded;
}

// A draft is nobody's business yet: it is only its author's.
void Place(Register& all, Use use, State state) {
  if (state == State::kDraft) return;
  if (IsPast(state)) {
    all.past.push_back(std::move(use));
  } else if (state == State::kActive || state == State::kSuspended) {
    all.in_force.push_back(std::move(use));
  } else {
    all.coming.push_back(std::move(use));
  }
}

// What was spent stands under an agreement's name, whatever amended it: it is counted once.
using Counted = std::set<std::pair<std::string, std::string>>;

void Add(std::vector<Total>& totals, Counted& counted, const std::string& of, const Use& use) {
  auto place = std::find_if(totals.begin(), totals.end(), [&](const Total& total) { return total.of == of; });
  if (place == totals.end()) place = totals.insert(totals.end(), Total{.of = of});
  ++place->agreements;
  place->asked += use.counts.asked;
  if (counted.emplace(of, use.document->name).second) place->spent += use.spent();
}

void AddUp(Register& all) {
  Counted purposes, bodies, stages;
  for (const auto* uses : {&all.in_force, &all.past}) {
    for (const Use& use : *uses) {
      Add(all.by_purpose, purposes, PurposeInWords(use.document->purpose), use);
      for (const std::string& body : use.bodies) Add(all.by_body, bodies, body, use);
      if (use.document->programme) Add(all.by_stage, stages, use.document->programme->stage, use);
    }
  }
  for (auto* totals : {&all.by_purpose, &all.by_body, &all.by_stage}) {
    std::sort(totals->begin(), totals->end(), [](const Total& a, const Total& b) {
      return std::pair(b.asked, a.of) < std::pair(a.asked, b.of);
    });
  }
}

Json ToJson(const std::vector<Total>& totals) {
  Json list = Json::array();
  for (const Total& total : totals) {
    list.push_back({{"of", total.of},
                    {"agreements", total.agreements},
                    {"asked", total.asked},
                    {"epsilon_spent", total.spent}});
  }
  return list;
}

Json ToJson(const std::vector<Use>& uses) {
  Json list = Json::array();
  for (const Use& use : uses) list.push_back(ToJson(use));
  return list;
}

Json ToJson(const UsedTable& table) {
  Json json = {{"name", table.name}, {"product", table.product}};
  if (!table.about.empty()) json["about"] = table.about;
  if (table.budget) {
    json["epsilon"] = table.budget->limit.epsilon.value;
    json["epsilon_spent"] = table.budget->spent.value;
  }
  if (!table.together.empty()) json["together"] = table.together;
  return json;
}

}  // namespace

double Use::spent() const {
  double sum = 0;
  for (const UsedTable& table : tables) sum += table.budget ? table.budget->spent.value : 0;
  return sum;
}

std::vector<std::string> Use::together() const {
  std::set<std::string> members;
  for (const UsedTable& table : tables) members.insert(table.together.begin(), table.together.end());
  return {members.begin(), members.end()};
}

const Use* Register::Find(std::string_view id) const {
  for (const auto* uses : {&in_force, &coming, &past}) {
    for (const Use& use : *uses) {
      if (use.document->id == id) return &use;
    }
  }
  return nullptr;
}

Register MakeRegister(const Sources& sources, Time now) {
  Register all{.member = sources.agreements.member()};
  for (const auto& [name, first] : sources.agreements.agreements()) {
    const Standing* standing = sources.agreements.Find(name, now);
    if (standing != nullptr) Place(all, UseOf(sources, *standing, now), standing->At(now));
    // An amendment whose time has come, while no entry after that moment has moved it yet.
    if (standing != &first) {
      Use superseded = UseOf(sources, first, now);
      superseded.state = agreement::Name(State::kSuperseded);
      all.past.push_back(std::move(superseded));
    }
    if (const Standing* amendment = sources.agreements.FindAmendment(name, now))
      Place(all, UseOf(sources, *amendment, now), amendment->At(now));
  }
  for (const Standing& standing : sources.agreements.past())
    Place(all, UseOf(sources, standing, now), standing.At(now));
  AddUp(all);
  return all;
}

Json ToJson(const Use& use) {
  const Agreement& document = *use.document;
  Json json = {
      {"name", document.name},
      {"id", document.id},
      {"state", use.state},
      {"question", document.question},
      {"purpose", {{"term", document.purpose}, {"words", PurposeInWords(document.purpose)}}},
      {"legal_basis", {{"term", document.legal_basis}, {"words", BasisInWords(document.legal_basis)}}},
      {"parties", Json::array()},
      {"oversight", Json::object()},
      {"bodies", use.bodies},
      {"tables", Json::array()},
      {"valid", {{"from", FormatTime(document.from)}, {"until", FormatTime(document.until)}}},
      {"counts",
       {{"asked", use.counts.asked},
        {"answered", use.counts.answered},
        {"together", use.counts.together},
        {"failed", use.counts.failed},
        {"repeated", use.counts.repeated}}},
      {"epsilon_spent", use.spent()}};
  for (const auto& [party, key] : document.parties) json["parties"].push_back(party);
  for (const Overseen& overseer : use.overseers) json["oversight"][overseer.name] = overseer.say;
  for (const UsedTable& table : use.tables) json["tables"].push_back(ToJson(table));
  if (use.counts.last) json["counts"]["last"] = FormatTime(*use.counts.last);
  if (use.signed_at) json["signed"] = FormatTime(*use.signed_at);
  if (!document.needs.assessment.empty()) json["assessment"] = document.needs.assessment;
  if (document.conditions.sealed_days > 0) json["sealed_days"] = document.conditions.sealed_days;
  if (document.programme) {
    json["programme"] = {{"stage", document.programme->stage},
                         {"benefit", document.programme->benefit},
                         {"measure", document.programme->measure}};
  }
  return json;
}

Json ToJson(const Register& all) {
  return {{"member", all.member},
          {"in_force", ToJson(all.in_force)},
          {"coming", ToJson(all.coming)},
          {"past", ToJson(all.past)},
          {"totals",
           {{"by_purpose", ToJson(all.by_purpose)},
            {"by_body", ToJson(all.by_body)},
            {"by_stage", ToJson(all.by_stage)}}}};
}

}  // namespace concordat::transparency
