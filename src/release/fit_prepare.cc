#include "release/fit_prepare.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "base/check.h"
#include "base/name.h"
#include "crypto/canonical_json.h"
#include "crypto/hash.h"
#include "dp/noise.h"
#include "release/fit_rows.h"
#include "release/joint_description.h"

namespace concordat::release {
namespace {

Json OptionJson(const Value& value) {
  if (const auto* truth = std::get_if<bool>(&value)) return *truth;
  if (const auto* whole = std::get_if<std::int64_t>(&value)) return *whole;
  if (const auto* number = std::get_if<double>(&value)) return *number;
  return ToText(value);
}

Json CallJson(const sql::FitCall& call) {
  Json options = Json::object();
  for (const auto& [name, value] : call.options) options[name] = OptionJson(value);
  return {{"method", call.method}, {"formula", call.formula}, {"options", std::move(options)}};
}

Json RulesJson(const learning::Rules& rules) {
  return {{"minimum_rows", rules.minimum_rows},
          {"minimum_cell", rules.minimum_cell},
          {"parameters_share", rules.parameters_share}};
}

// What all must have alike of how the fit is protected.
Json NoiseJson(const FitNoise& noise) {
  return {{"epsilon", noise.budget.epsilon.value},
          {"delta", noise.budget.delta.value},
          {"sensitivity", noise.whole.sensitivity},
          {"scale", noise.whole.scale},
          {"owners", noise.share.owners}};
}

Json Describe(const FitBound& bound) {
  const catalogue::Product& product = bound.published->product;
  std::set<std::size_t> read;
  for (const std::size_t index : PlacesOf(product, bound.method->Columns())) read.insert(index);
  Json description = {{"concordat", "joint-fit/1"},        {"agreement", bound.permit.agreement_id},
                      {"table", bound.sharing.table},      {"call", CallJson(bound.question.call)},
                      {"rules", RulesJson(bound.rules)},   {"sharing", SharingJson(bound.sharing)},
                      {"contract", ContractJson(product)}, {"columns", ColumnsJson(product, read)}};
  if (bound.noise) description["noise"] = NoiseJson(*bound.noise);
  return description;
}

bool IsExact(const agreement::Agreement& document) {
  return document.protection.mode == agreement::Mode::kThreshold;
}

// Under noise: what a noisy count can be held to.
learning::Rules RulesOf(const agreement::Agreement& document) {
  const auto people = static_cast<double>(document.protection.minimum_people);
  if (!IsExact(document)) return {.minimum_rows = people, .minimum_cell = people};
  const agreement::Disclosure& disclosure = document.protection.disclosure;
  return {.minimum_rows = static_cast<double>(disclosure.minimum_rows),
          .minimum_cell = static_cast<double>(disclosure.minimum_cell),
          .parameters_share = disclosure.parameters_share};
}

// Exact totals over two sets of owners differ by somebody's own numbers: all take part, or nothing is summed.
Sharing OfAll(Sharing sharing) {
  sharing.quorum = sharing.owners.size();
  return sharing;
}

Outcome<sql::Scope::const_iterator> FindTable(const sql::Scope& scope, const std::string& table) {
  const auto found = scope.find(table);
  if (found != scope.end()) return found;
  std::vector<std::string> names;
  for (const auto& [name, unused] : scope) names.push_back(name);
  const std::string nearest = NearestName(table, names);
  return Refuse("unknown_table", fmt::format("there is no table {} under this agreement", table),
                nearest.empty() ? "\\d lists the tables" : "did you mean " + nearest + "?", "42P01");
}

std::vector<sql::FittedColumn> ColumnsOf(const learning::Method& method) {
  std::vector<sql::FittedColumn> columns;
  for (const learning::Output& output : method.Outputs()) columns.push_back({output.name, output.type});
  return columns;
}

// The byte of the statement that is a byte of the formula within it; none where the literal is no plain one.
std::optional<int> PlaceInText(const std::string& text, std::optional<int> literal, int byte) {
  auto place = static_cast<std::size_t>(literal.value_or(0));
  if (!literal || place >= text.size() || text[place] != '\'') return std::nullopt;
  ++place;
  for (int i = 0; i < byte && place < text.size(); ++i) place += text[place] == '\'' ? 2 : 1;
  return place < text.size() ? std::optional(static_cast<int>(place)) : std::nullopt;
}

// Methods count in the formula, or in an option; the analyst sees the statement.
Refusal InStatement(Refusal refusal, const sql::FitQuestion& question, const std::string& text) {
  if (refusal.position && refusal.reason == "formula_syntax")
    refusal.position = PlaceInText(text, question.formula_at, *refusal.position);
  else
    refusal.position.reset();
  return refusal;
}

Outcome<void> BindMethod(FitBound& bound, const MethodMaker& make, const catalogue::Product& product,
                         const Settings& settings) {
  const sql::FitCall& written = bound.question.call;
  const learning::Call call{written.method, written.formula, written.table, written.options};
  const learning::Schema schema = SchemaOf(product, bound.sharing.owners);
  if (IsExact(*bound.permit.document)) {
    bound.exact = TRY(make.exact(call, schema, bound.rules));
    bound.method = bound.exact;
    return {};
  }
  std::shared_ptr<const learning::NoisyMethod> noisy = TRY(make.noisy(call, schema, bound.rules));
  bound.method = noisy;
  bound.noise = TRY(FitNoiseFor(std::move(noisy), product, bound.sharing, bound.permit, settings));
  return {};
}

Prepared PreparedOf(FitBound& bound, Row parameters) {
  return {.permit = std::move(bound.permit),
          .published = std::move(bound.published),
          .joined = {},
          .models = {},
          .query = bound.rest.query,
          .plan = std::move(bound.rest),
          .parameters = std::move(parameters),
          .asked = {},
          .identity = {}};
}

}  // namespace

Outcome<FitBound> BindFit(const Planner& planner, const MethodMaker& make, const Caller& caller,
                          const Question& question) {
  auto read = TRY(sql::ReadFit(question.text));
  if (!read) return Refuse("fit_not_alone", "the statement calls no method", "ask it as a question", "42601");
  if (!read->open.empty())
    return Refuse("fit_arguments", fmt::format("{} of a fit has no value", read->open[0].name),
                  "send the parameter's value with the statement, or write it out", "22023");
  const auto lock = planner.parts.ledger.Share();
  FitBound bound;
  bound.question = *std::move(read);
  const sql::FitCall& call = bound.question.call;
  bound.analysis = AnalysisFor(planner.parts, caller.agreement, call.method);
  bound.permit = TRY(DecideOn(planner.parts, caller, question, bound.analysis));
  const sql::Scope scope = TRY(JointScope(planner, *bound.permit.document));
  const auto table = FindTable(scope, call.table);
  if (!table) return tl::unexpected(WithUnknownTables(table.error(), scope, bound.permit));
  const catalogue::Product& product = *(*table)->second;
  bound.published = PublishedHere(planner.parts, product);
  auto sharing = SharingOf(*bound.permit.document, call.table);
  CHECK(sharing);
  bound.sharing = OfAll(*std::move(sharing));
  bound.rules = RulesOf(*bound.permit.document);
  if (auto made = BindMethod(bound, make, product, question.settings); !made)
    return tl::unexpected(InStatement(std::move(made).error(), bound.question, question.text));
  if (bound.exact && bound.exact->member_counts() != nullptr)
    TRY(DecideOn(planner.parts, caller, question, learning::MemberCounts::kAllowedAs));
  bound.rest = TRY(sql::PlanFitted(bound.question, ColumnsOf(*bound.method)));
  return bound;
}

Outcome<FitPlan> PrepareFit(const Planner& planner, const MethodMaker& make, const Caller& caller,
                            const Question& question) {
  FitBound bound = TRY(BindFit(planner, make, caller, question));
  Row parameters = TRY(TypedParameters(*bound.rest.query, question.parameters));
  FitPlan plan;
  plan.description = Describe(bound);
  plan.model = crypto::Sha256Hex(*crypto::CanonicalJson(plan.description));
  plan.method = bound.method;
  plan.exact = bound.exact;
  plan.noise = bound.noise;
  plan.called = bound.question.call.method;
  plan.rules = bound.rules;
  plan.sharing = bound.sharing;
  plan.analysis = bound.analysis;
  const std::string rest = bound.question.normal;
  Prepared prepared = PreparedOf(bound, std::move(parameters));
  plan.revision = TakeRevision(planner, crypto::Sha256Hex(plan.model + rest), prepared);
  plan.prepared = std::make_shared<const Prepared>(std::move(prepared));
  return plan;
}

Outcome<bool> AsksForFit(const std::string& text) { return TRY(sql::ReadFit(text)).has_value(); }

std::string StartOf(const FitPlan& plan) { return *crypto::CanonicalJson(plan.method->Start()); }

Outcome<std::size_t> LengthOf(const FitPlan& plan, const FitRound& round) {
  const auto invalid = [&](const std::string& what) {
    return Refuse("state_invalid", fmt::format("round {} comes with a state that {}", round.number, what),
                  "do all members run the same version?", "58000");
  };
  const States::State state = plan.states->Read(round.state);
  if (state.json == nullptr) return invalid("is not JSON");
  if (!state.canonical) return invalid("is not in canonical form");
  if (round.number == 0 || (round.number == 1 && round.state != StartOf(plan)))
    return invalid("does not follow from the call");
  const auto numbers = plan.method->Length(*state.json);
  const auto slots = plan.exact ? plan.exact->SlotsOf(*state.json) : learning::Slots();
  if (!numbers || !slots)
    return invalid("is none of the method: " + (numbers ? slots.error() : numbers.error()).message);
  const std::size_t length = learning::IntegersOf(*slots, *numbers);
  const std::size_t most = plan.noise ? dp::kMostCoordinates : kMostNumbers;
  if (length == 0 || length > most) return invalid("asks for too many numbers");
  return length;
}

Outcome<dp::Measurements> CostOf(const FitPlan& plan, const FitRound& round) {
  if (!plan.noise) return dp::Measurements{};
  return dp::Measurements{TRY(NoiseOf(*plan.noise, *plan.states, round)).measurement};
}

Json FitJson(const FitPlan& plan, const FitRound& round) {
  return {{"method", plan.called},
          {"model", plan.model},
          {"round", round.number},
          {"state", crypto::Sha256Hex(round.state)}};
}

}  // namespace concordat::release
