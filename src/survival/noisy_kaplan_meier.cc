// Survival curves under noise: Kaplan-Meier's product over noisy counts, with errors that are Greenwood's and
// the noise's together. Argument, and what coverage was found: noisy_kaplan_meier.proof.md.
#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "learning/coefficients.h"
#include "learning/disclosure.h"
#include "learning/options.h"
#include "learning/state.h"
#include "survival/interval.h"
#include "survival/methods.h"
#include "survival/noisy_counts.h"
#include "survival/noisy_log_rank.h"

namespace concordat::survival {
namespace {

constexpr double kRounding = 1e-4;  // of a person: a fall by less is no event

struct Curves {
  NoisyEvents events;
  std::string interval;
  double level = 0.95;
};

// The logarithm of survival at a step's end, and its variances.
struct CurvePoint {
  double log = 0;
  double greenwood = 0;
  double noise = 0;  // for noise of variance 1
};

// d log S(t) / d x_k, of deaths and of those who leave alive at each step k: who leaves at k was at risk
// until then.
double NoiseOf(const NoisyEvents& events, const NoisyCounts& counts, const Eigen::VectorXd& greenwood,
               Eigen::Index step) {
  Eigen::VectorXd leaving = Eigen::VectorXd::Constant(events.steps(), greenwood[step]);
  leaving.head(step + 1) = greenwood.head(step + 1);
  Eigen::VectorXd dying = leaving;
  dying.head(step + 1) -= (counts.at_risk.head(step + 1) - counts.events.head(step + 1)).cwiseInverse();
  return events.sums().Weigh(dying).squaredNorm() + events.sums().Weigh(leaving).squaredNorm();
}

// Of the steps that are told.
std::vector<CurvePoint> CurveOf(const NoisyEvents& events, const NoisyCounts& counts) {
  std::vector<CurvePoint> curve;
  Eigen::VectorXd greenwood = Eigen::VectorXd::Zero(events.steps());
  CurvePoint point;
  for (Eigen::Index step = 0; step < counts.told; ++step) {
    const double risk = counts.at_risk[step], died = counts.events[step];
    point.log += std::log1p(-died / risk);
    point.greenwood += died / (risk * (risk - died));
    greenwood[step] = point.greenwood;
    if (died > kRounding) point.noise = NoiseOf(events, counts, greenwood, step);
    curve.push_back(point);
  }
  return curve;
}

std::vector<learning::Output> TableColumns() {
  return {{"group", Type::kText},     {"time", Type::kNumber},     {"at_risk", Type::kInteger},
          {"events", Type::kInteger}, {"survival", Type::kNumber}, {"standard_error", Type::kNumber},
          {"lower", Type::kNumber},   {"upper", Type::kNumber}};
}

// Where the curve falls.
void ShowGroup(const Curves& curves, const std::string& name, const NoisyCounts& counts, double sigma,
               learning::Fitted* fitted) {
  const std::vector<CurvePoint> curve = CurveOf(curves.events, counts);
  double died = 0;
  std::int64_t shown = 0;
  for (Eigen::Index step = 0; step < counts.told; ++step) {
    if (!(counts.events[step] > kRounding)) continue;
    died += counts.events[step];
    const CurvePoint& point = curve[static_cast<std::size_t>(step)];
    const double error = std::sqrt(point.greenwood + sigma * sigma * point.noise);
    const double survival = std::exp(point.log);
    const auto [lower, upper] = SurvivalInterval(curves.interval, {survival, error}, curves.level);
    const std::int64_t so_far = std::llround(died);
    fitted->rows.push_back({name, curves.events.End(step),
                            static_cast<std::int64_t>(std::llround(counts.at_risk[step])), so_far - shown,
                            survival, learning::NumberOrNull(survival * error), learning::NumberOrNull(lower),
                            learning::NumberOrNull(upper)});
    shown = so_far;
  }
}

class NoisyKaplanMeier final : public learning::NoisyMethod {
 public:
  explicit NoisyKaplanMeier(Curves curves) : curves_(std::move(curves)) {}

  std::vector<learning::Output> Outputs() const override { return TableColumns(); }
  std::vector<std::string> Columns() const override { return curves_.events.groups().design.Columns(); }
  Json Start() const override { return Json{{"round", 0}}; }

  Result<std::size_t> Length(const Json& state) const override {
    TRY(learning::WholeOf(state, "round", {0, 0}));
    return curves_.events.length();
  }

  Result<learning::NoisyRound> Round(const Json& state) const override {
    TRY(Length(state));
    return learning::NoisyRound{.bound = curves_.events.bound(), .share = 1};
  }

  Result<std::vector<Int128>> Add(const learning::UnitRows& rows, const Json& state,
                                  std::uint64_t steps) const override {
    TRY(Length(state));
    return curves_.events.Add(rows, steps);
  }

  Outcome<learning::Step> Next(const Json& state, std::span<const double> totals,
                               double sigma) const override {
    const auto length = Length(state);
    if (!length) return learning::RefuseState(length.error());
    if (*length != totals.size())
      return learning::RefuseState({.message = "the totals are not those of the state"});
    learning::Step step{.said = "rows and events counted, with noise"};
    step.fitted = TRY(TableOf(curves_.events.Read(totals, sigma), sigma));
    return step;
  }

 private:
  Outcome<learning::Fitted> TableOf(const std::vector<NoisyCounts>& counts, double sigma) const {
    learning::Fitted fitted;
    fitted.columns = TableColumns();
    std::vector<std::string> untold;
    for (std::size_t group = 0; group < counts.size(); ++group) {
      const std::string& name = curves_.events.groups().names[group];
      if (counts[group].told == 0) untold.push_back(name);
      ShowGroup(curves_, name, counts[group], sigma, &fitted);
    }
    if (fitted.rows.empty())
      return Refuse(
          "noise_too_large",
          "no group has more events and rows than noise makes of none, and than the agreement's minimum",
          "leave out a column, so that groups are larger, or allow more epsilon", "22023");
    fitted.model = {{"method", "kaplan_meier"},
                    {"formula", learning::ToText(curves_.events.groups().design.formula())},
                    {"interval", curves_.interval},
                    {"steps", curves_.events.steps()},
                    {"groups_untold", untold},
                    {"noise", sigma}};
    if (const auto test = TestNoisyLogRank(curves_.events, counts, sigma))
      fitted.model["log_rank"] = learning::ChiSquaredTest(test->statistic, test->df);
    return fitted;
  }

  Curves curves_;
};

}  // namespace

learning::MadeNoisy MakeNoisyKaplanMeier(const learning::Call& call, const learning::Schema& schema,
                                         const learning::Rules& rules) {
  learning::Options options(call);
  const int steps = TRY(options.Whole("steps", 100, 2, NoisyEvents::kMostSteps));
  const std::string interval = TRY(options.Choice("interval", {"log", "log_log", "plain"}));
  const double level = TRY(options.Number("level", 0.95, 0.5, 0.999999));
  TRY(options.End());
  return std::make_unique<NoisyKaplanMeier>(Curves{
      .events = TRY(NoisyEvents::Bind(call, schema, rules, steps)), .interval = interval, .level = level});
}

}  // namespace concordat::survival
