// Whether a state follows from a total: what owners hold against the node that asks.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "base/check.h"
#include "crypto/canonical_json.h"
#include "release/fit.h"

namespace concordat::release {
namespace {

// Of a state's numbers, against 1 or their size. Members' machines may differ in the last digit of exp and
// log, and a solved system makes more of that; 53 bits of a number less 30 that a badly conditioned one
// takes.
constexpr double kTolerance = 0x1p-23;
constexpr double kMostWhole = 0x1p53;  // whole numbers below are exact, and told apart

bool Near(const Json& one, const Json& other) {
  const auto a = one.get<double>();
  const auto b = other.get<double>();
  const bool whole = one.is_number_integer() && other.is_number_integer() && std::abs(a) < kMostWhole;
  if (whole) return a == b;
  return std::abs(a - b) <= kTolerance * std::max({1.0, std::abs(a), std::abs(b)});
}

bool Alike(const Json& one, const Json& other) {
  if (one.is_number() && other.is_number()) return Near(one, other);
  if (one.type() != other.type() || one.size() != other.size()) return false;
  if (one.is_array()) return std::equal(one.begin(), one.end(), other.begin(), Alike);
  if (!one.is_object()) return one == other;
  return std::all_of(one.items().begin(), one.items().end(), [&](const auto& item) {
    return other.contains(item.key()) && Alike(item.value(), other[item.key()]);
  });
}

tl::unexpected<Refusal> Differs(const FitRound& next, const std::string& what) {
  return Refuse("state_differs",
                fmt::format("round {} comes with a state that does not follow from the round before: {}",
                            next.number, what),
                "do all members run the same version? if so, ask the operator of the asking node", "58000");
}

// Precondition: the state is one of the method's.
std::vector<double> NumbersOf(const learning::ExactMethod& method, const Json& state,
                              const std::vector<Int128>& sums) {
  const auto slots = method.SlotsOf(state);
  CHECK(slots);
  return learning::FromIntegers(*slots, sums);
}

}  // namespace

namespace {

Outcome<learning::Step> StepOf(const FitPlan& plan, const FitRound& round, const std::vector<Int128>& sums) {
  const auto state = plan.states->Read(round.state).json;
  CHECK(state != nullptr);
  if (!plan.noise) return plan.exact->Next(*state, NumbersOf(*plan.exact, *state, sums));
  std::vector<double> totals;
  totals.reserve(sums.size());
  const RoundNoise noise = TRY(NoiseOf(*plan.noise, *plan.states, round));
  for (const Int128 sum : sums) totals.push_back(static_cast<double>(sum) * noise.Step());
  return plan.noise->method->Next(*state, totals, noise.Sigma(plan.sharing.owners.size()));
}

}  // namespace

Outcome<learning::Step> NextOf(const FitPlan& plan, const FitRound& round, const std::vector<Int128>& sums) {
  learning::Step step = TRY(StepOf(plan, round, sums));
  if (step.fitted) Complete(*plan.method, *step.fitted);
  return step;
}

Outcome<void> CheckRest(const FitPlan& plan, const FitRound& round, const std::vector<Int128>& total,
                        const std::vector<Int128>& own) {
  const auto state = plan.states->Read(round.state).json;
  CHECK(state != nullptr);
  return plan.exact->member_counts()->CheckRest(*state, NumbersOf(*plan.exact, *state, total),
                                                NumbersOf(*plan.exact, *state, own));
}

Outcome<void> Follows(const FitPlan& plan, const FitRound& round, const std::vector<Int128>& total,
                      const FitRound& next) {
  if (next.number != round.number + 1) return Differs(next, "a round was left out");
  auto step = NextOf(plan, round, total);
  if (!step) return Differs(next, "the fit had ended (" + step.error().reason + ")");
  if (step->fitted) return Differs(next, "the fit had ended");
  const auto expected = crypto::CanonicalJson(step->state);
  if (expected && *expected == next.state) {
    plan.states->Take(next.state, std::move(step->state));
    return {};
  }
  const auto given = crypto::ParseJson(next.state);
  if (!given) return Differs(next, "it is not JSON");
  // Through text, as the other came: a whole number that is a double is one kind of number there.
  const auto parsed = expected ? crypto::ParseJson(*expected) : given;
  if (!parsed || !Alike(*parsed, *given)) return Differs(next, "numbers are others");
  return {};
}

}  // namespace concordat::release
