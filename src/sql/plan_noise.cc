#include "sql/plan_noise.h"

#include <algorithm>
#include <cmath>

#include "base/check.h"
#include "base/mutation.h"
#include "dp/accounting.h"
#include "dp/rounding.h"
#include "dp/scale.h"
#include "dp/shares.h"
#include "dp/threshold.h"

namespace concordat::sql {
namespace {

using Kind = Measured::Kind;

dp::Mechanism MechanismOf(const Terms& terms) {
  return terms.pure ? dp::Mechanism::kDiscreteLaplace : dp::Mechanism::kDiscreteGaussian;
}

// `seen`: each owner's numbers are, and not their sum alone.
dp::NoiseShare NoiseOf(const Terms& terms, bool seen) {
  const dp::Mechanism mechanism = MechanismOf(terms);
  if (!terms.joint) return dp::ShareOf(mechanism, {});
  const Joint& joint = *terms.joint;
  return dp::ShareOf(mechanism, {.all = static_cast<std::uint64_t>(joint.owners),
                                 .honest = static_cast<std::uint64_t>(joint.honest),
                                 .disjoint = joint.disjoint,
                                 .seen = seen});
}

// Whole numbers are added up as they are, each worth a whole number of steps, where that wastes little.
bool CalibrateWhole(Measured& sum) {
  constexpr double kLeastFactor = 64;
  constexpr double kMostWhole = 4503599627370496.0;  // 2^52: the ends are exact
  const catalogue::Range& range = *sum.argument->range;
  const double factor = std::floor(static_cast<double>(sum.steps) / sum.range);
  sum.whole = sum.argument->type == Type::kInteger && factor >= kLeastFactor && range.low > -kMostWhole &&
              range.high < kMostWhole && std::floor(range.low) == range.low &&
              std::floor(range.high) == range.high;
  if (!sum.whole) return false;
  sum.low = static_cast<std::int64_t>(range.low);
  sum.high = static_cast<std::int64_t>(range.high);
  sum.factor = static_cast<std::int64_t>(factor);
  sum.steps = sum.factor * (sum.high - sum.low);
  sum.unit = 0.5 / factor;
  sum.centre = range.low / 2 + range.high / 2;
  return true;
}

// Sums of whole doubles are exact, in whatever order they are added, while they stay below 2^53: here for
// 2^32 values. Adding doubles up is faster than making integers of them first, and rounding down than to the
// nearest; what that loses is won back by cutting each grid step into as many parts as there is room for.
void ChooseParts(Measured& sum) {
  constexpr double kMost = 1 << 21;
  const catalogue::Range& range = *sum.argument->range;
  double most = std::max(std::abs(range.low - sum.shift), std::abs(range.high - sum.shift)) * sum.scale + 1;
  sum.parts = 1;
  sum.as_doubles = !sum.clips && most <= kMost;
  if (!sum.as_doubles) return;
  for (; most * 2 <= kMost; most *= 2) sum.parts *= 2;
  sum.scale *= static_cast<double>(sum.parts);
}

// Other numbers are rounded to so many steps that the range takes `steps` of them, less a few for roundings.
void CalibrateReal(Measured& sum) {
  constexpr std::int64_t kRoundings = 4;
  constexpr std::int64_t kFewest = 16;
  if (sum.steps < kFewest) {
    sum.steps = 0;
    return;
  }
  const catalogue::Range& range = *sum.argument->range;
  sum.scale = static_cast<double>(sum.steps - 2 * kRoundings) / sum.range;
  // Values must fit 32 bits: those far from zero are moved there first.
  constexpr double kMost = 1 << 30;
  const bool far = std::max(std::abs(range.low), std::abs(range.high)) * sum.scale > kMost;
  sum.shift = far ? range.low / 2 + range.high / 2 : 0;
  ChooseParts(sum);
  const auto rounded = [&](double x) {
    const double v = (x - sum.shift) * sum.scale;
    return static_cast<std::int64_t>(sum.as_doubles ? std::floor(v) : std::nearbyint(v));
  };
  sum.low = rounded(range.low);
  sum.high = rounded(range.high);
  CHECK(sum.high - sum.low <= sum.parts * (sum.steps - kRoundings));
  sum.factor = 1;
  const double unit = 0.5 / sum.scale;  // of 2v
  sum.unit = unit * static_cast<double>(sum.parts);
  // What was rounded down stands for the middle of its step.
  const auto middle = static_cast<double>(sum.low + sum.high + (sum.as_doubles ? 1 : 0));
  sum.centre = sum.shift + middle * unit;
}

// The most that each row, value or unit adds, and the sensitivity that follows. Argument: plan.proof.md.
// `steps` is what a unit may move by what one owner has of it. What one owner's rows were proven to be is no
// matter of a joint plan, which all must have alike.
void Calibrate(Measured& measured, const Plan& plan, const dp::NoiseShare& noise, std::uint64_t steps) {
  const dp::Mechanism mechanism = MechanismOf(plan.terms);
  const Bounding& bounding = plan.bounding;
  const auto rows = static_cast<std::uint64_t>(bounding.rows);
  // In how many groups a unit counts in full, and how often in each.
  const bool by_people = measured.kind == Kind::kPeople;
  const bool unproven = !bounding.rows_proven || plan.terms.joint.has_value();
  const bool several = (by_people || unproven) && !Mutated("groups_not_charged");
  const auto groups = static_cast<std::uint64_t>(several ? bounding.groups : 1);
  const std::uint64_t often = by_people ? 1 : rows;
  measured.steps = static_cast<std::int64_t>(dp::StepsForEach(mechanism, steps, groups) / often);
  if (measured.kind != Kind::kSum) {
    measured.factor = measured.steps;
    measured.unit = 1 / static_cast<double>(measured.steps);
  } else if (!CalibrateWhole(measured)) {
    CalibrateReal(measured);
  }
  const auto each = static_cast<std::uint64_t>(measured.steps) * often;
  measured.measurement = {.mechanism = mechanism,
                          .sensitivity = noise.OfAll(dp::SensitivityOf(mechanism, each, groups)),
                          .scale = noise.scale,
                          .times = 1,
                          .delta = {}};
}

// The owners' own choice of groups: each one's is seen alone, so each has all the noise that it needs.
// Returns false where no grid step fits.
bool CalibrateSelection(Plan& plan, const dp::NoiseShare& noise, std::uint64_t steps) {
  Measured people = plan.measured[*plan.people];
  Calibrate(people, plan, noise, steps);
  if (people.steps == 0) return false;
  const dp::GroupCounts counts{
      .mechanism = MechanismOf(plan.terms),
      .steps_a_unit = static_cast<std::uint64_t>(people.steps),
      .max_groups = static_cast<std::uint64_t>(plan.bounding.groups),
      .delta = {dp::Down(plan.terms.threshold.value / static_cast<double>(noise.owners))}};
  const auto threshold = dp::ReleaseThreshold(counts);
  if (!threshold) return false;
  people.measurement.delta = plan.terms.threshold;
  plan.grouping.threshold = *threshold;
  plan.grouping.threshold_people = static_cast<double>(*threshold) / static_cast<double>(people.steps);
  plan.grouping.selection_steps = people.steps;
  plan.measurements.push_back(people.measurement);
  return true;
}

// The threshold for groups that one owner finds. False where there is none.
bool CalibrateThreshold(Plan& plan) {
  Measured& people = plan.measured[*plan.people];
  const dp::GroupCounts counts{.mechanism = MechanismOf(plan.terms),
                               .steps_a_unit = static_cast<std::uint64_t>(people.steps),
                               .max_groups = static_cast<std::uint64_t>(plan.bounding.groups),
                               .delta = plan.terms.threshold};
  const auto threshold = dp::ReleaseThreshold(counts);
  if (!threshold) return false;
  people.measurement.delta = plan.terms.threshold;
  plan.grouping.threshold = Mutated("threshold_off") ? people.steps : *threshold;
  plan.grouping.threshold_people =
      static_cast<double>(plan.grouping.threshold) / static_cast<double>(people.steps);
  return true;
}

// What a column may cost pays for so many steps of a unit, under noise of a scale.
std::uint64_t StepsFor(const Plan& plan, const PrivacyBudget& budget, double columns, std::uint64_t scale) {
  return plan.terms.pure ? dp::StepsFor(Epsilon{budget.epsilon.value / columns})
                         : dp::StepsFor(Rho{dp::RhoFor(budget).value / columns}, scale);
}

}  // namespace

bool Spend(Plan& plan, const PrivacyBudget& budget) {
  plan.measurements.clear();
  const bool finds = plan.grouping.kind == Grouping::Kind::kThreshold;
  const bool selects = finds && plan.terms.joint;
  const auto columns =
      static_cast<double>(std::max<std::size_t>(plan.measured.size() + (selects ? 1 : 0), 1));
  const dp::NoiseShare noise = NoiseOf(plan.terms, plan.terms.joint && plan.terms.joint->local);
  const std::uint64_t steps = noise.OfOne(StepsFor(plan, budget, columns, noise.scale));
  for (Measured& measured : plan.measured) {
    Calibrate(measured, plan, noise, steps);
    if (measured.steps == 0) return false;
    measured.draws = static_cast<std::int64_t>(noise.draws);
  }
  if (finds && !selects && !CalibrateThreshold(plan)) return false;
  for (const Measured& measured : plan.measured) plan.measurements.push_back(measured.measurement);
  const dp::NoiseShare alone = NoiseOf(plan.terms, true);
  if (selects && !CalibrateSelection(plan, alone, alone.OfOne(StepsFor(plan, budget, columns, alone.scale))))
    return false;
  dp::Composition composition;
  composition.Add(plan.measurements);
  plan.rho = {};
  for (const dp::Measurement& measurement : plan.measurements) plan.rho = plan.rho + dp::RhoOf(measurement);
  plan.epsilon = composition.ToEpsilon(budget.delta);
  return true;
}

}  // namespace concordat::sql
