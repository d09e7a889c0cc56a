// Survival curves under noise: Kaplan-Meier's product over noisy counts, with errors that are Greenwood's and
// the noise's together. Argument, and what coverage was found: noisy_kaplan_meier.proof.md.
#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "learning/coefficients.h"
#include "learning/options.h"
#include "survival/interval.h"
#include "survival/methods.h"
#include "survival/noisy_counts.h"
#include "survival/noisy_log_rank.h"

namespace concordat::survival {
namespace {

constexpr double kRounding = 1e-4;  // of a person: a fall by less is no event

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

class NoisyKaplanMeier final : public NoisyEventsMethod {
 public:
  NoisyKaplanMeier(NoisyEvents events, std::string interval, double level)
      : NoisyEventsMethod(std::move(events)), interval_(std::move(interval)), level_(level) {}

  std::vector<learning::Output> Outputs() const override { return TableColumns(); }

 private:
  Outcome<learning::Fitted> TableOf(const std::vector<NoisyCounts>& counts, double sigma) const override {
    learning::Fitted fitted;
    fitted.columns = TableColumns();
    std::vector<std::string> untold;
    for (std::size_t group = 0; group < counts.size(); ++group) {
      const std::string& name = events().groups().names[group];
      if (counts[group].told == 0) untold.push_back(name);
      ShowGroup(name, counts[group], sigma, &fitted);
    }
    if (fitted.rows.empty())
      return Refuse(
          "noise_too_large",
          "no group has more events and rows than noise makes of none, and than the agreement's minimum",
          "leave out a column, so that groups are larger, or allow more epsilon", "22023");
    fitted.model = {
        {"method", "kaplan_meier"}, {"formula", learning::ToText(events().groups().design.formula())},
        {"interval", interval_},    {"steps", events().steps()},
        {"groups_untold", untold},  {"noise", sigma}};
    if (const auto test = TestNoisyLogRank(events(), counts, sigma))
      fitted.model["log_rank"] = learning::ChiSquaredTest(test->statistic, test->df);
    return fitted;
  }

  // Where the curve falls.
  void ShowGroup(const std::string& name, const NoisyCounts& counts, double sigma,
                 learning::Fitted* fitted) const {
    const std::vector<CurvePoint> curve = CurveOf(events(), counts);
    double died = 0;
    std::int64_t shown = 0;
    for (Eigen::Index step = 0; step < counts.told; ++step) {
      if (!(counts.events[step] > kRounding)) continue;
      died += counts.events[step];
      const CurvePoint& point = curve[static_cast<std::size_t>(step)];
      const double error = std::sqrt(point.greenwood + sigma * sigma * point.noise);
      const double survival = std::exp(point.log);
      const auto [lower, upper] = SurvivalInterval(interval_, {survival, error}, level_);
      const std::int64_t so_far = std::llround(died);
      fitted->rows.push_back({name, events().End(step),
                              static_cast<std::int64_t>(std::llround(counts.at_risk[step])), so_far - shown,
                              survival, learning::NumberOrNull(survival * error),
                              learning::NumberOrNull(lower), learning::NumberOrNull(upper)});
      shown = so_far;
    }
  }

  std::string interval_;
  double level_;
};

}  // namespace

learning::MadeNoisy MakeNoisyKaplanMeier(const learning::Call& call, const learning::Schema& schema,
                                         const learning::Rules& rules) {
  learning::Options options(call);
  const int steps = TRY(options.Whole("steps", 100, 2, NoisyEvents::kMostSteps));
  const std::string interval = TRY(options.Choice("interval", {"log", "log_log", "plain"}));
  const double level = TRY(options.Number("level", 0.95, 0.5, 0.999999));
  TRY(options.End());
  return std::make_unique<NoisyKaplanMeier>(TRY(NoisyEvents::Bind(call, schema, rules, steps)), interval,
                                            level);
}

}  // namespace concordat::survival
