#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/check.h"
#include "dp/noise.h"
#include "release/charging.h"
#include "release/decide.h"
#include "release/entry.h"
#include "release/failure.h"
#include "release/fit_prepare.h"
#include "release/fit_rows.h"
#include "release/joint_record.h"

namespace concordat::release {
namespace {

auto EntryBodies(const std::string& id, const FitPlan& plan, const FitRound& round) {
  return [&](const char* outcome) {
    Json body = OwnerBody(id, outcome, *plan.prepared, plan.sharing);
    body["fit"] = FitJson(plan, round);
    return body;
  };
}

std::size_t PlaceOf(const std::string& member, const std::vector<std::string>& owners) {
  const auto place = std::find(owners.begin(), owners.end(), member);
  CHECK(place != owners.end());
  return static_cast<std::size_t>(place - owners.begin());
}

// Totals of rounds are of the same rows, or what had changed would be the difference. The ledger's condition.
Outcome<void> SameRows(const Parts& parts, const FitPlan& plan, const Prepared& now) {
  const catalogue::Product& product = plan.prepared->published->product;
  const auto published = parts.catalogue.Find(product.Reference());
  const bool same = now.identity == plan.prepared->identity &&
                    (published == nullptr || published->product.revision == product.revision);
  if (same) return {};
  return Refuse("rows_changed", fmt::format("the rows of {} changed during the fit", product.id), "fit again",
                "58000");
}

// Each unit with a chance of `rate` / dp::kEveryone, drawn afresh (Poisson sampling): nobody is told who, nor
// how many.
learning::UnitRows Sampled(const learning::UnitRows& units, std::uint64_t rate, RandomSource& random) {
  static_assert(dp::kEveryone == std::uint64_t{1} << 32);
  learning::UnitRows sampled;
  for (const auto& column : units.rows.columns) sampled.rows.columns.push_back({column.name, {}});
  for (std::size_t unit = 0; unit < units.starts.size(); ++unit) {
    if ((random.NextU64() >> 32) >= rate) continue;
    const std::size_t begin = units.starts[unit];
    const std::size_t end = unit + 1 < units.starts.size() ? units.starts[unit + 1] : units.rows.size();
    sampled.starts.push_back(sampled.rows.size());
    for (std::size_t i = 0; i < units.rows.columns.size(); ++i) {
      const auto& values = units.rows.columns[i].values;
      auto& taken = sampled.rows.columns[i].values;
      taken.insert(taken.end(), values.begin() + static_cast<std::ptrdiff_t>(begin),
                   values.begin() + static_cast<std::ptrdiff_t>(end));
    }
  }
  return sampled;
}

// How many is not said: only that they are too few.
tl::unexpected<Refusal> TooFew(const FitPlan& plan, const FitRound& round) {
  return Refuse(
      "too_few_rows",
      fmt::format("round {} rests on fewer than {} of the rows here", round.number, plan.rules.minimum_cell),
      "fit fewer terms; leave out columns that are mostly missing, or hold a term that tells the response "
      "without fail: ridge => 0.01",
      "42501");
}

Result<std::shared_ptr<const Json>> ReadState(const FitPlan& plan, const FitRound& round) {
  auto state = plan.states->Read(round.state).json;
  if (state == nullptr) return Fail(ErrorCode::kInvalidArgument, "the state is not JSON");
  return state;
}

Result<std::vector<Int128>> AddExactly(const FitPlan& plan, const FitRound& round, KeptRows& kept,
                                       RandomSource& random, double& effective_rows) {
  const auto state = TRY(ReadState(plan, round));
  learning::Sums sums = TRY(plan.exact->AddAgain(kept.rows().rows, *state, kept.prepared()));
  if (const auto* counts = plan.exact->member_counts()) counts->Scatter(*state, sums.numbers, random);
  effective_rows = sums.effective_rows;
  return learning::ToIntegers(TRY(plan.exact->SlotsOf(*state)), sums.numbers);
}

}  // namespace

FitOwner::FitOwner(const Parts& parts, const Timing& timing, std::counting_semaphore<>& turns,
                   Release::Log log, MethodMaker make)
    : parts_(parts), timing_(timing), turns_(turns), log_(std::move(log)), make_(std::move(make)) {}

Outcome<FitPlan> FitOwner::Prepare(const Visitor& visitor, const std::string& agreement,
                                   const Question& question) const {
  return PrepareFit({parts_, nullptr}, make_, CallerOf(parts_, visitor, agreement), question);
}

std::string FitOwner::Left(const FitPlan& plan) const {
  if (!plan.noise) return {};
  const auto lock = parts_.ledger.Share();
  return LeftText(parts_.budgets.Now(ChargeOf("", *plan.prepared)));
}

std::string FitOwner::LeftAfter(const FitPlan& plan, const FitRound& round) const {
  if (!plan.noise) return "nothing is charged";
  ledger::Charge charge = ChargeOf("", *plan.prepared);
  const auto cost = CostOf(plan, round);
  if (!cost) return "refused " + cost.error().message;
  charge.measurements = round.number == 1 ? dp::Measurements{plan.noise->whole} : *cost;
  const auto lock = parts_.ledger.Share();
  if (const auto fits = parts_.budgets.Check(charge); !fits) return "refused " + fits.error().message;
  return LeftText(parts_.budgets.After(charge));
}

// The first round is taken only where the others can be.
Outcome<void> FitOwner::CheckBudget(const ledger::Charge& charge, const FitPlan& plan,
                                    const FitRound& round) const {
  if (plan.noise && round.number == 1) {
    ledger::Charge all = charge;
    all.measurements = {plan.noise->whole};
    TRY(parts_.budgets.Check(all));
  }
  return parts_.budgets.Check(charge);
}

Outcome<std::vector<Int128>> FitOwner::Compute(const std::string& id, const Visitor& visitor,
                                               const Question& question, const FitPlan& plan,
                                               const FitRound& round, KeptRows& kept,
                                               const engine::Cancel& cancel) {
  TRY(CheckNew(parts_, id));
  const Caller caller = CallerOf(parts_, visitor, plan.prepared->permit.agreement);
  ledger::Charge charge = ChargeOf(id, *plan.prepared);
  charge.measurements = TRY(CostOf(plan, round));
  Json body = ledger::ChargeBody(charge);
  body["fit"] = FitJson(plan, round);
  const Charged charged =
      TRY(EnterCharge({parts_, turns_, caller, question, plan.analysis, cancel}, *plan.prepared,
                      std::move(body), [&](const Prepared& now) -> Outcome<void> {
                        TRY(SameRows(parts_, plan, now));
                        return CheckBudget(charge, plan, round);
                      }));
  if (const auto read = Read(charged.prepared, plan, *charged.engine, kept, cancel); !read)
    return Failed(id, read.error());
  double effective_rows = 0;
  auto numbers = plan.noise ? AddNoisily(plan, round, kept)
                            : AddExactly(plan, round, kept, parts_.random, effective_rows);
  kept.Settle();
  if (!numbers) return Failed(id, numbers.error());
  if (effective_rows > 0 && effective_rows < plan.rules.minimum_cell) return TooFew(plan, round);
  return *std::move(numbers);
}

tl::unexpected<Refusal> FitOwner::Failed(const std::string& id, const Error& error) const {
  if (log_) log_(id, error);
  return tl::unexpected(FailureOf(error, id));
}

Result<void> FitOwner::Read(const Prepared& prepared, const FitPlan& plan, engine::Engine& engine,
                            KeptRows& kept, const engine::Cancel& cancel) const {
  const catalogue::Published& published = *prepared.published;
  if (kept.held()) return engine::CheckUnchanged(published.product.source, published.files);
  const std::size_t site = PlaceOf(parts_.agreements.member(), plan.sharing.owners);
  const auto columns = plan.method->Columns();
  if (plan.noise) {
    kept.Take(TRY(ReadUnitRows(engine, prepared, columns, site, timing_.engine_limit, cancel)));
  } else {
    kept.Take({TRY(ReadRows(engine, prepared, columns, site, timing_.engine_limit, cancel)), {}});
  }
  return {};
}

// What one row is, no part of this tells: the numbers of a state are as many, and the draws too.
Result<std::vector<Int128>> FitOwner::AddNoisily(const FitPlan& plan, const FitRound& round,
                                                 const KeptRows& kept) const {
  const auto state = TRY(ReadState(plan, round));
  const auto noise = NoiseOf(*plan.noise, *plan.states, round);
  if (!noise) return Fail(ErrorCode::kInvalidArgument, noise.error().message);
  const bool all = noise->rate == dp::kEveryone;
  auto numbers = TRY(plan.noise->method->Add(
      all ? kept.rows() : Sampled(kept.rows(), noise->rate, parts_.random), *state, noise->steps));
  if (numbers.size() != TRY(plan.method->Length(*state)))
    return Fail(ErrorCode::kInternal, "the method added up another number of numbers");
  dp::AddNoise(plan.noise->share.mechanism, numbers, parts_.noise);
  return numbers;
}

Outcome<void> FitOwner::RecordOpening(const std::string& id, const Visitor& visitor, const Question& question,
                                      const FitPlan& plan, const FitRound& round,
                                      const std::string& context) {
  const Caller caller = CallerOf(parts_, visitor, plan.prepared->permit.agreement);
  return EnterContribution({parts_, id, caller, question, *plan.prepared, EntryBodies(id, plan, round), log_},
                           context);
}

void FitOwner::RecordInterruption(const std::string& id, const Visitor& visitor, const Question& question,
                                  const FitPlan& plan, const FitRound& round) {
  const Caller caller = CallerOf(parts_, visitor, plan.prepared->permit.agreement);
  const auto entered = parts_.ledger.Append(RecordOf(EntryBodies(id, plan, round)("opened"),
                                                     SecretOf(caller, question, *plan.prepared, nullptr),
                                                     *plan.prepared, parts_.ledger.Now()));
  if (!entered && log_) log_(id, entered.error());
}

Outcome<void> FitOwner::StillInForce(const FitPlan& plan) const {
  const auto lock = parts_.ledger.Share();
  return InForce(parts_, *plan.prepared);
}

void FitOwner::RecordFailure(const std::string& id, const Visitor& visitor, const Question& question,
                             const FitPlan& plan, const FitRound& round) {
  const Caller caller = CallerOf(parts_, visitor, plan.prepared->permit.agreement);
  static_cast<void>(
      EnterFailure({parts_, id, caller, question, *plan.prepared, EntryBodies(id, plan, round), log_}));
}

}  // namespace concordat::release
