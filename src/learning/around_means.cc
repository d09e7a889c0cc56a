#include "learning/around_means.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "learning/disclosure.h"
#include "learning/state.h"

namespace concordat::learning {
namespace {

constexpr double kLargest = 1e15;  // what a sum can hold, with room for members
// Sums are multiples of 2^-64: of fourth powers below this, too few digits are left to tell whose they are.
constexpr double kFinest = 1e-14;

}  // namespace

Json AroundMeans::Start() const { return Json{{"round", 0}}; }

// Empty in the first round.
Result<Eigen::VectorXd> AroundMeans::Read(const Json& state) const {
  if (TRY(WholeOf(state, "round", {0, 1})) == 0) return Eigen::VectorXd();
  return VectorOf(state, "means", shape().means, {-kLargest, kLargest});
}

Result<std::size_t> AroundMeans::Length(const Json& state) const {
  return TRY(Read(state)).size() == 0 ? shape().first : shape().second;
}

Result<Sums> AroundMeans::Add(const Rows& rows, const Json& state) const {
  const Eigen::VectorXd means = TRY(Read(state));
  const Frame frame = design_.Of(rows);
  Sums sums{.numbers = {}, .effective_rows = static_cast<double>(frame.size())};
  if (means.size() == 0) {
    AddFirst(rows, frame, sums.numbers);
  } else {
    AddSecond(frame, means, sums.numbers);
  }
  if (std::any_of(sums.numbers.begin(), sums.numbers.end(),
                  [](double each) { return !(std::fabs(each) < kLargest); }))
    return Fail(ErrorCode::kResourceExhausted, "a column left what a sum can hold",
                "declare the columns' ranges");
  return sums;
}

Outcome<Step> AroundMeans::Next(const Json& state, std::span<const double> totals) const {
  const auto means = Read(state);
  if (!means) return RefuseState(means.error());
  const bool first = means->size() == 0;
  TRY(CheckTotals(totals, first ? shape().first : shape().second));
  Step step;
  if (first) {
    const Eigen::VectorXd found = TRY(MeansOf(totals));
    step.state = {{"round", 1}, {"means", ToJson(found)}};
    step.said = "round 1: means";
  } else {
    step.fitted = TRY(FittedOf(*means, totals));
    step.said = "round 2: sums of squares";
  }
  return step;
}

Outcome<void> AroundMeans::CheckLeverage(double squares, double fourths, const std::string& name) const {
  if (!(fourths > kFinest))
    return Refuse("constant_column",
                  fmt::format("{} is the same in every row, or nearly so for its range", name),
                  "leave it out, or stretch it: I(1000 * x)", "22023");
  if (squares * squares < rules_.minimum_cell * fourths)
    return Refuse("leverage_too_high",
                  fmt::format("fewer than {} rows decide about {}", rules_.minimum_cell, name),
                  "write its logarithm, or leave it out", "42501");
  return {};
}

tl::unexpected<Refusal> RefuseFormula(const Call& call, const std::string& instead) {
  return Refuse("formula_not_supported", fmt::format("{} does not take '{}'", call.method, call.formula),
                instead, "0A000");
}

bool IsPlain(const Formula& formula) {
  return !formula.status && formula.strata.empty() && formula.offsets.empty() && !formula.grouping;
}

}  // namespace concordat::learning
