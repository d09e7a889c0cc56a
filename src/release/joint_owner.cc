#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>
#include <set>

#include "dp/noise.h"
#include "ledger/name.h"
#include "release/charging.h"
#include "release/decide.h"
#include "release/entry.h"
#include "release/failure.h"
#include "release/joint_held.h"
#include "release/joint_prepare.h"
#include "release/joint_record.h"
#include "release/record.h"
#include "release/run.h"
#include "release/turn.h"

namespace concordat::release {
namespace {

constexpr std::size_t kMostKeys = dp::kMostCoordinates;

bool HasType(const Value& value, Type type) {
  if (IsNull(value)) return true;
  switch (type) {
    case Type::kBoolean:
      return std::holds_alternative<bool>(value);
    case Type::kInteger:
      return std::holds_alternative<std::int64_t>(value);
    case Type::kNumber:
      return std::holds_alternative<double>(value) && !std::isnan(std::get<double>(value));
    case Type::kText:
      return std::holds_alternative<std::string>(value);
    case Type::kDate:
      return std::holds_alternative<Date>(value);
    case Type::kTimestamp:
      return std::holds_alternative<Timestamp>(value);
  }
  return false;
}

// Keys come from the node that asks. Any would do no harm, for each gets its noise; but they must be keys,
// each once: what is there twice would get two draws.
Result<void> CheckKeys(const sql::Plan& plan, const std::vector<Row>& keys) {
  const auto wrong = [](const char* what) { return Fail(ErrorCode::kInvalidArgument, what); };
  if (plan.grouping.kind != sql::Grouping::Kind::kThreshold) {
    if (keys.empty()) return {};
    return wrong("keys are given for groups that are declared");
  }
  if (keys.size() > kMostKeys) return wrong("there are more keys than an answer may have");
  const auto& groups = plan.query->groups;
  for (const Row& key : keys) {
    if (key.size() != groups.size())
      return wrong("a key has another number of values than the question groups by");
    for (std::size_t i = 0; i < key.size(); ++i) {
      if (!HasType(key[i], groups[i].value.type))
        return wrong("a key has a value of another type than its group");
    }
  }
  if (std::set<Row>(keys.begin(), keys.end()).size() != keys.size()) return wrong("a key is given twice");
  return {};
}

std::vector<Int128> GroupByGroup(const sql::Groups& groups) {
  std::vector<Int128> numbers;
  numbers.reserve(groups.keys.size() * groups.sums.size());
  for (std::size_t group = 0; group < groups.keys.size(); ++group) {
    for (const std::vector<Int128>& sums : groups.sums) numbers.push_back(sums[group]);
  }
  return numbers;
}

auto OwnerBodies(const std::string& id, const JointPlan& plan) {
  return [&](const char* outcome) { return OwnerBody(id, outcome, *plan.prepared, plan.sharing); };
}

}  // namespace

JointOwner::JointOwner(const Parts& parts, const Timing& timing, std::counting_semaphore<>& turns,
                       Release::Log log)
    : parts_(parts), timing_(timing), turns_(turns), log_(std::move(log)) {}

Outcome<JointPlan> JointOwner::Prepare(const Visitor& visitor, const std::string& agreement,
                                       const Question& question) const {
  return PrepareJoint({parts_, nullptr}, CallerOf(parts_, visitor, agreement), question);
}

std::string JointOwner::Left(const JointPlan& plan) const {
  const auto lock = parts_.ledger.Share();
  return LeftText(parts_.budgets.Now(ChargeOf("", *plan.prepared)));
}

std::string JointOwner::LeftAfter(const JointPlan& plan) const {
  const auto lock = parts_.ledger.Share();
  const ledger::Charge charge = ChargeOf("", *plan.prepared);
  if (const auto fits = parts_.budgets.Check(charge); !fits) return "refused " + fits.error().message;
  return LeftText(parts_.budgets.After(charge));
}

Outcome<std::shared_ptr<Held>> JointOwner::Compute(const std::string& id, const Visitor& visitor,
                                                   const Question& question, const JointPlan& plan,
                                                   const engine::Cancel& cancel) {
  TRY(CheckNew(parts_, id));
  const Caller caller = CallerOf(parts_, visitor, plan.prepared->permit.agreement);
  const ledger::Charge charge = ChargeOf(id, *plan.prepared);
  Charged charged = TRY(EnterCharge({parts_, turns_, caller, question, "sql", cancel}, *plan.prepared,
                                    ledger::ChargeBody(charge),
                                    [&](const Prepared&) { return parts_.budgets.Check(charge); }));
  auto held = std::make_shared<Held>(std::move(charged.prepared), std::move(charged.engine));
  const auto ran = Run(*held, cancel);
  if (ran) return held;
  if (log_) log_(id, ran.error());
  return tl::unexpected(FailureOf(ran.error(), id));
}

Result<void> JointOwner::Run(Held& held, const engine::Cancel& cancel) {
  const sql::Plan& plan = held.prepared.plan;
  if (plan.grouping.kind == sql::Grouping::Kind::kThreshold) {
    return RunInner(parts_, *held.engine, held.prepared, timing_.engine_limit, cancel,
                    [&](const std::vector<Row>& rows) -> Result<void> {
                      for (Row& key : TRY(sql::SelectKeys(plan, rows, parts_.noise)))
                        held.selected.push_back(std::move(key));
                      if (held.selected.size() <= kMostKeys) return {};
                      return Fail(ErrorCode::kResourceExhausted, "more groups pass than an answer may have");
                    });
  }
  held.exact.emplace(plan, sql::DeclaredKeys(plan));
  return RunInner(parts_, *held.engine, held.prepared, timing_.engine_limit, cancel,
                  [&](const std::vector<Row>& rows) { return held.exact->Add(rows); });
}

Result<std::vector<Row>> JointOwner::Select(Held& held) const {
  std::vector<Row> keys = held.selected;
  std::sort(keys.begin(), keys.end());  // never in the engine's order, which depends on all rows
  return keys;
}

Result<std::vector<Int128>> JointOwner::Share(Held& held, const std::vector<Row>& keys,
                                              const engine::Cancel& cancel) {
  const sql::Plan& plan = held.prepared.plan;
  TRY(CheckKeys(plan, keys));
  if (std::exchange(held.shared, true))
    return Fail(ErrorCode::kFailedPrecondition, "this question's numbers were shared before");
  if (!held.exact) {
    const auto turn = Turn::Wait(turns_, cancel);
    if (!turn) return Fail(ErrorCode::kCancelled, turn.error().message);
    held.exact.emplace(plan, keys);
    TRY(RunInner(parts_, *held.engine, held.prepared, timing_.engine_limit, cancel,
                 [&](const std::vector<Row>& rows) { return held.exact->Add(rows); }));
  }
  sql::AddDraws(plan, held.exact->groups(), parts_.noise);
  std::vector<Int128> numbers = GroupByGroup(held.exact->groups());
  sql::Wipe(held.exact->groups());
  return numbers;
}

Outcome<void> JointOwner::RecordOpening(const std::string& id, const Visitor& visitor,
                                        const Question& question, const JointPlan& plan,
                                        const std::string& context) {
  const Caller caller = CallerOf(parts_, visitor, plan.prepared->permit.agreement);
  return EnterContribution({parts_, id, caller, question, *plan.prepared, OwnerBodies(id, plan), log_},
                           context);
}

Outcome<void> JointOwner::StillInForce(const JointPlan& plan) const {
  const auto lock = parts_.ledger.Share();
  return InForce(parts_, *plan.prepared);
}

void JointOwner::RecordFailure(const std::string& id, const Visitor& visitor, const Question& question,
                               const JointPlan& plan) {
  const Caller caller = CallerOf(parts_, visitor, plan.prepared->permit.agreement);
  static_cast<void>(
      EnterFailure({parts_, id, caller, question, *plan.prepared, OwnerBodies(id, plan), log_}));
}

}  // namespace concordat::release
