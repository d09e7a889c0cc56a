#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "crypto/canonical_json.h"
#include "crypto/hash.h"
#include "release/answer_json.h"
#include "release/decide.h"
#include "release/entry.h"
#include "release/failure.h"
#include "release/joint_prepare.h"
#include "release/joint_record.h"
#include "release/repeat.h"
#include "release/run.h"
#include "sql/explain.h"
#include "sql/statement.h"

namespace concordat::release {
namespace {

// Of failures: an answer's has an identity too.
auto AskerBodies(const std::string& id, const JointPlan& plan) {
  return [&](const char* outcome) { return AskerBody(id, outcome, *plan.prepared, plan.sharing, ""); };
}

// Group by group, as owners sent them.
Result<sql::Groups> GroupsOf(const sql::Plan& plan, std::vector<Row> keys,
                             const std::vector<Int128>& numbers) {
  const std::size_t columns = plan.measured.size();
  if (numbers.size() != keys.size() * columns)
    return Fail(ErrorCode::kInvalidArgument, "the sums are not as many as groups and columns");
  sql::Groups groups{.keys = std::move(keys), .sums = {}};
  groups.sums.assign(columns, std::vector<Int128>(groups.keys.size()));
  for (std::size_t group = 0; group < groups.keys.size(); ++group) {
    for (std::size_t i = 0; i < columns; ++i) groups.sums[i][group] = numbers[group * columns + i];
  }
  return groups;
}

}  // namespace

std::shared_ptr<const agreement::Agreement> JointAsker::Find(const std::string& agreement) const {
  const auto lock = parts_.ledger.Share();
  const auto* standing = parts_.agreements.Find(agreement, parts_.ledger.Now());
  return standing == nullptr ? nullptr : standing->document;
}

bool JointAsker::IsJoint(const std::string& agreement, const std::string& question) const {
  const auto document = Find(agreement);
  if (!document || document->TablesOf(parts_.agreements.member()).size() == document->tables.size())
    return false;
  const auto asked = sql::ParseQuestion(question);
  if (!asked) return false;
  const std::vector<std::string> tables = sql::TablesOf(*asked);
  const auto lock = parts_.ledger.Share();
  return !std::all_of(tables.begin(), tables.end(), [&](const std::string& table) {
    return IsAnsweredHere({parts_, &abroad_}, *document, table);
  });
}

sql::Scope JointAsker::Tables(const std::string& agreement) const {
  const auto document = Find(agreement);
  const auto lock = parts_.ledger.Share();
  return document ? KnownTables({parts_, &abroad_}, *document) : sql::Scope{};
}

Outcome<Description> JointAsker::Describe(const Caller& caller, const Question& question) const {
  const JointBound joint = TRY(BindJoint({parts_, &abroad_}, caller, question));
  return Description{ColumnsOf(*joint.bound.query, question.settings.margins), joint.bound.query->parameters};
}

Outcome<JointPlan> JointAsker::Plan(const Caller& caller, const Question& question) const {
  return PrepareJoint({parts_, &abroad_}, caller, question);
}

std::vector<std::string> JointAsker::Explain(const JointPlan& plan) const {
  std::vector<std::string> lines = sql::Explain(plan.prepared->plan);
  const catalogue::Product& product = *plan.prepared->plan.product;
  lines.front() =
      fmt::format("table   {} of {}, unit {}", plan.sharing.table, fmt::join(plan.sharing.owners, ", "),
                  product.unit() == nullptr ? "row" : product.unit()->name);
  lines.insert(lines.begin() + 1, SharedLine(plan.sharing));
  return lines;
}

std::string JointAsker::Identity(const JointPlan& plan, const std::map<std::string, std::string>& revisions) {
  const Json identity = {{"plan", plan.description}, {"revisions", revisions}};
  return crypto::Sha256Hex(*crypto::CanonicalJson(identity));
}

Outcome<std::optional<Answer>> JointAsker::Repeat(const JointPlan& plan, const std::string& identity) const {
  return RepeatAnswer(parts_, *plan.prepared, identity, [&](const std::string& id) {
    return AskerBody(id, "repeated", *plan.prepared, plan.sharing, identity);
  });
}

Outcome<Answer> JointAsker::Assemble(const std::string& id, const JointPlan& plan,
                                     const std::vector<Row>& keys, const std::vector<Int128>& sums,
                                     std::size_t contributed) const {
  Prepared prepared = *plan.prepared;
  for (sql::Measured& measured : prepared.plan.measured)
    measured.draws = static_cast<std::int64_t>(contributed);
  auto groups = GroupsOf(prepared.plan, plan.finds_groups ? keys : sql::DeclaredKeys(prepared.plan), sums);
  if (!groups) return tl::unexpected(FailureOf(groups.error(), id));
  auto rows = RunOuter(parts_, prepared, sql::NoisyRows(prepared.plan, *groups), kOuterLimit, {});
  if (!rows) return tl::unexpected(FailureOf(rows.error(), id));
  return Answer{.id = id,
                .columns = ColumnsOf(*prepared.query, prepared.plan.terms.margins),
                .rows = *std::move(rows),
                .notice = {}};
}

Outcome<void> JointAsker::Record(const Caller& caller, const Question& question, const JointPlan& plan,
                                 const std::string& identity, const Answer& answer,
                                 const Json& receipts) const {
  Json secret = SecretOf(caller, question, *plan.prepared, &answer);
  secret["receipts"] = receipts;
  return EnterInForce({parts_, answer.id, caller, question, *plan.prepared, AskerBodies(answer.id, plan)},
                      AskerBody(answer.id, "answered", *plan.prepared, plan.sharing, identity),
                      std::move(secret));
}

Result<void> JointAsker::RecordFailure(const std::string& id, const Caller& caller, const Question& question,
                                       const JointPlan& plan) const {
  return EnterFailure({parts_, id, caller, question, *plan.prepared, AskerBodies(id, plan)});
}

}  // namespace concordat::release
