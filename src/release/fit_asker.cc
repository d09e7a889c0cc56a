#include <fmt/format.h>
#include <fmt/ranges.h>

#include <nlohmann/json.hpp>

#include "crypto/canonical_json.h"
#include "crypto/hash.h"
#include "release/decide.h"
#include "release/entry.h"
#include "release/failure.h"
#include "release/fit_prepare.h"
#include "release/fit_progress.h"
#include "release/joint_record.h"
#include "release/repeat.h"
#include "release/run.h"
#include "sql/signature.h"

namespace concordat::release {
namespace {

auto AskerBodies(const std::string& id, const FitPlan& plan, const FitRound& round) {
  return [&](const char* outcome) {
    Json body = AskerBody(id, outcome, *plan.prepared, plan.sharing, "");
    body["fit"] = FitJson(plan, round);
    body["fit"]["job"] = JobOf(plan);
    return body;
  };
}

// Of a call whose values are still to come: by what is known of the method alone.
Outcome<Description> DescribeOpen(const Parts& parts, const MethodMaker& make, const sql::FitQuestion& asked,
                                  const Caller& caller, const Question& question) {
  const sql::Signature* signature = sql::FindSignature(asked.call.method);
  if (signature == nullptr) {
    TRY(make.exact({.method = asked.call.method, .formula = {}, .table = {}, .options = {}}, {}, {}));
    return Refuse("fit_arguments", fmt::format("{} takes no parameters", asked.call.method),
                  "write its arguments out", "22023");
  }
  const auto lock = parts.ledger.Share();
  const auto permit =
      TRY(DecideOn(parts, caller, question, AnalysisFor(parts, caller.agreement, asked.call.method)));
  const bool noisy = permit.document->protection.mode != agreement::Mode::kThreshold;
  const sql::Plan rest = TRY(sql::PlanFitted(asked, sql::ColumnsOf(*signature, asked, noisy)));
  Description description{ColumnsOf(*rest.query, false), rest.query->parameters};
  for (const sql::OpenArgument& argument : asked.open) {
    auto& types = description.parameters;
    if (types.size() <= argument.index) types.resize(argument.index + 1, Type::kText);
    types[argument.index] = argument.cast.value_or(sql::ArgumentType(*signature, argument.name));
  }
  return description;
}

}  // namespace

Outcome<Description> FitAsker::Describe(const Caller& caller, const Question& question) const {
  const auto read = TRY(sql::ReadFit(question.text));
  if (read && !read->open.empty()) return DescribeOpen(parts_, make_, *read, caller, question);
  const FitBound bound = TRY(BindFit({parts_, &abroad_}, make_, caller, question));
  return Description{ColumnsOf(*bound.rest.query, false), bound.rest.query->parameters};
}

Outcome<FitPlan> FitAsker::Plan(const Caller& caller, const Question& question) const {
  return PrepareFit({parts_, &abroad_}, make_, caller, question);
}

Outcome<Job> FitAsker::JobFor(const Caller& caller, const Question& question) const {
  const FitPlan plan = TRY(Plan(caller, question));
  Job job;
  job.id = JobOf(plan);
  job.agreement = plan.prepared->permit.agreement;
  job.analyst = plan.prepared->permit.analyst;
  job.method = plan.called;
  job.formula = plan.description.at("call").at("formula");
  job.table = plan.sharing.table;
  job.text = question.text;
  for (const Value& value : plan.prepared->parameters) job.parameters.push_back(ToText(value));
  if (plan.noise) job.asked = plan.noise->budget.epsilon.value;
  return job;
}

std::vector<std::string> FitAsker::Explain(const FitPlan& plan) const {
  std::vector<std::string> lines = {
      fmt::format("table   {} of {}", plan.sharing.table, fmt::join(plan.sharing.owners, ", ")),
      fmt::format("fit     {} reads {}", plan.called, fmt::join(plan.method->Columns(), ", "))};
  if (plan.noise) {
    for (std::string& line : LinesOf(*plan.noise, plan.sharing)) lines.push_back(std::move(line));
  } else {
    lines.emplace_back("shared  every round is an exact sum of all owners, opened once");
    lines.push_back(fmt::format("rules   at least {} rows, {} in a cell, {} parameters a row at most",
                                plan.rules.minimum_rows, plan.rules.minimum_cell,
                                plan.rules.parameters_share));
    if (plan.exact->member_counts() != nullptr)
      lines.push_back(fmt::format("counts  members too, as the agreement allows by {}",
                                  learning::MemberCounts::kAllowedAs));
  }
  lines.push_back("model   " + plan.model);
  return lines;
}

std::string FitAsker::Identity(const FitPlan& plan, const std::map<std::string, std::string>& revisions) {
  Json parameters = Json::array();
  for (const Value& value : plan.prepared->parameters)
    parameters.push_back(IsNull(value) ? Json() : Json(ToText(value)));
  const std::string& asked = plan.prepared->asked;
  const Json identity = {{"fit", asked.substr(0, asked.find('.'))},
                         {"parameters", std::move(parameters)},
                         {"revisions", revisions}};
  return crypto::Sha256Hex(*crypto::CanonicalJson(identity));
}

Outcome<std::optional<Answer>> FitAsker::Repeat(const FitPlan& plan,
                                                const std::map<std::string, std::string>& revisions) const {
  const std::string identity = Identity(plan, revisions);
  const auto repeated = [&](const std::string& id) {
    return AskerBody(id, "repeated", *plan.prepared, plan.sharing, identity);
  };
  if (auto stored = TRY(RepeatAnswer(parts_, *plan.prepared, identity, repeated))) return stored;
  const auto before = StoredFitOf(parts_.ledger, plan, RowsOf(revisions));
  if (!before) return tl::unexpected(UnavailableOf(before.error()));
  if (!*before) return std::nullopt;
  const StoredFit& fit = **before;
  Answer answer = TRY(Show(fit.answer, plan, fit.fitted));
  return TRY(GiveAgain(parts_, *plan.prepared, std::move(answer), "fit", fit.when, repeated(fit.answer)));
}

Outcome<Answer> FitAsker::Show(const std::string& id, const FitPlan& plan,
                               const learning::Fitted& fitted) const {
  const std::size_t columns = plan.method->Outputs().size();
  for (const Row& row : fitted.rows) {
    if (row.size() != columns)
      return tl::unexpected(
          FailureOf({ErrorCode::kInternal, plan.called + " tells of other columns than it fits", ""}, id));
  }
  auto rows = RunOuter(parts_, *plan.prepared, fitted.rows, kOuterLimit, {});
  if (!rows) return tl::unexpected(FailureOf(rows.error(), id));
  return Answer{
      .id = id, .columns = ColumnsOf(*plan.prepared->query, false), .rows = *std::move(rows), .notice = {}};
}

Outcome<void> FitAsker::Record(const Caller& caller, const Question& question, const FitPlan& plan,
                               const FitRound& round, const FitOutcome& outcome) const {
  const auto bodies = AskerBodies(outcome.id, plan, round);
  const Json kept = KeptOf(plan, outcome.spent, outcome.session);
  Json body = bodies(outcome.answer == nullptr ? "opened" : "answered");
  body["identity"] = Identity(plan, outcome.revisions);
  body["fit"]["rows"] = RowsOf(outcome.revisions);
  Json secret = SecretOf(caller, question, *plan.prepared, outcome.answer);
  AddTo(secret, plan, round, outcome);
  return EnterInForce({parts_, outcome.id, caller, question, *plan.prepared, bodies, {}, kept},
                      std::move(body), std::move(secret));
}

Outcome<void> FitAsker::Begin(const std::string& id, const Caller& caller, const Question& question,
                              const FitPlan& plan, const FitRound& round, const FitOutcome& so_far) const {
  const auto bodies = AskerBodies(id, plan, round);
  Json secret = SecretOf(caller, question, *plan.prepared, nullptr);
  secret.update(KeptOf(plan, so_far.spent, so_far.session));
  secret["began"] = FormatTime(so_far.began);
  return EnterInForce({parts_, id, caller, question, *plan.prepared, bodies}, bodies(kBegun),
                      std::move(secret));
}

Outcome<FitResumed> FitAsker::Resume(const FitPlan& plan,
                                     const std::map<std::string, std::string>& revisions) const {
  auto resumed = ResumedOf(parts_.ledger, plan, RowsOf(revisions));
  if (!resumed) return tl::unexpected(UnavailableOf(resumed.error()));
  if (resumed->round.number > 1 && !LengthOf(plan, resumed->round)) resumed->round = {1, StartOf(plan)};
  return *std::move(resumed);
}

Result<void> FitAsker::RecordFailure(const std::string& id, const Caller& caller, const Question& question,
                                     const FitPlan& plan, const FitRound& round,
                                     const FitOutcome& so_far) const {
  return EnterFailure({parts_,
                       id,
                       caller,
                       question,
                       *plan.prepared,
                       AskerBodies(id, plan, round),
                       {},
                       KeptOf(plan, so_far.spent, so_far.session)});
}

}  // namespace concordat::release
