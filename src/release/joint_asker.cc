#include <fmt/format.h>
#include <fmt/ranges.h>

#include <nlohmann/json.hpp>

#include "crypto/canonical_json.h"
#include "crypto/hash.h"
#include "release/answer_json.h"
#include "release/decide.h"
#include "release/entry.h"
#include "release/failure.h"
#include "release/joint_prepare.h"
#include "release/repeat.h"
#include "release/run.h"
#include "sql/explain.h"

namespace concordat::release {
namespace {

constexpr Milliseconds kOuterLimit{60'000};  // for the statement over released values

// An entry about all owners' parts together, on the asker's ledger.
Json AskerBody(const std::string& id, const char* outcome, const JointPlan& plan,
               const std::string& identity) {
  Json body = ReleaseBody(id, outcome, *plan.prepared);
  body.erase("product");
  body.erase("revision");
  body["identity"] = identity;
  body["table"] = plan.sharing.table;
  body["owners"] = plan.sharing.owners;
  body["analyst"] = plan.prepared->permit.analyst;
  return body;
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

std::string SharedLine(const Sharing& sharing) {
  if (sharing.owners.size() == 1) return "shared  its owner alone adds the noise";
  if (sharing.local)
    return fmt::format("shared  at least {} of {} contribute, each with the whole noise", sharing.quorum,
                       sharing.owners.size());
  return fmt::format("shared  at least {} of {} contribute; holds if {} of them work together",
                     sharing.quorum, sharing.owners.size(), sharing.colluding);
}

}  // namespace

Outcome<bool> JointAsker::IsJoint(const Caller& caller, const Question& question) const {
  const JointBound joint = TRY(BindJoint({parts_, &abroad_}, caller, question));
  if (joint.sharing.owners.size() == 1 && joint.bound.published->product.is_public)
    return false;  // from here, or from a copy that is here
  return joint.sharing.owners != std::vector<std::string>{parts_.agreements.member()};
}

Outcome<sql::Scope> JointAsker::Tables(const Caller& caller) const {
  const auto lock = parts_.ledger.Share();
  const agreement::Permit permit = TRY(DecideOn(parts_, caller, {}));
  return JointScope({parts_, &abroad_}, permit);
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
  return ToHex(crypto::Sha256(AsBytes(*crypto::CanonicalJson(identity))));
}

Outcome<std::optional<Answer>> JointAsker::Repeat(const JointPlan& plan, const std::string& identity) const {
  return RepeatAnswer(parts_, *plan.prepared, identity,
                      [&](const std::string& id) { return AskerBody(id, "repeated", plan, identity); });
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
  const auto recorded =
      parts_.ledger.AppendIf(RecordOf(AskerBody(answer.id, "answered", plan, identity), std::move(secret),
                                      *plan.prepared, parts_.ledger.Now()),
                             [&] { return InForce(parts_, *plan.prepared); });
  if (recorded && *recorded) return {};
  (void)RecordFailure(answer.id, caller, question, plan);
  return tl::unexpected(recorded ? WithReceipt(recorded->error(), answer.id)
                                 : FailureOf(recorded.error(), answer.id));
}

Result<void> JointAsker::RecordFailure(const std::string& id, const Caller& caller, const Question& question,
                                       const JointPlan& plan) const {
  TRY(parts_.ledger.Append(RecordOf(AskerBody(id, "failed", plan, ""),
                                    SecretOf(caller, question, *plan.prepared, nullptr), *plan.prepared,
                                    parts_.ledger.Now())));
  return {};
}

}  // namespace concordat::release
