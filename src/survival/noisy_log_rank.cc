// Differences of observed and expected deaths are sums of functions of the noisy counts; their covariance is
// the hypergeometric one plus the noise's, by the delta method. Argument: noisy_kaplan_meier.proof.md.
#include "survival/noisy_log_rank.h"

#include <fmt/format.h>

#include <Eigen/Cholesky>
#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "learning/coefficients.h"
#include "learning/distribution.h"
#include "learning/options.h"
#include "survival/methods.h"

namespace concordat::survival {
namespace {

// A row a group, a column a step.
struct Tables {
  Eigen::MatrixXd at_risk, events;
  Eigen::ArrayXd all_at_risk, all_events;
};

Tables TablesOf(const std::vector<NoisyCounts>& counts, const std::vector<std::size_t>& places) {
  Eigen::Index steps = 0;
  for (const std::size_t place : places) steps = std::max(steps, counts[place].told);
  const auto size = static_cast<Eigen::Index>(places.size());
  Tables tables{.at_risk = Eigen::MatrixXd(size, steps), .events = Eigen::MatrixXd(size, steps)};
  for (Eigen::Index i = 0; i < size; ++i) {
    const NoisyCounts& group = counts[places[static_cast<std::size_t>(i)]];
    tables.at_risk.row(i) = group.at_risk.head(steps).transpose();
    tables.events.row(i) = group.events.head(steps).transpose();
  }
  tables.all_at_risk = tables.at_risk.colwise().sum().transpose().array();
  tables.all_events = tables.events.colwise().sum().transpose().array();
  return tables;
}

Eigen::MatrixXd ChanceOf(const Tables& tables) {
  const Eigen::Index size = tables.at_risk.rows();
  Eigen::MatrixXd variance = Eigen::MatrixXd::Zero(size, size);
  for (Eigen::Index step = 0; step < tables.at_risk.cols(); ++step) {
    const double risk = tables.all_at_risk[step], died = tables.all_events[step];
    if (!(risk > 1)) continue;
    const Eigen::VectorXd share = tables.at_risk.col(step) / risk;
    variance +=
        died * (risk - died) / (risk - 1) * (Eigen::MatrixXd(share.asDiagonal()) - share * share.transpose());
  }
  return variance;
}

// How the difference of group `of` depends on those of group `by` who leave at each step, by death or else,
// in the weights of the measured numbers.
Eigen::VectorXd WeightsOf(const NoisyEvents& events, const Tables& tables,
                          std::pair<Eigen::Index, Eigen::Index> of_by, bool by_death) {
  const auto [of, by] = of_by;
  const double same = of == by ? 1 : 0;
  const Eigen::Index steps = tables.at_risk.cols();
  const Eigen::ArrayXd share = tables.at_risk.row(of).transpose().array() / tables.all_at_risk;
  const Eigen::ArrayXd through_risk = -tables.all_events * (same - share) / tables.all_at_risk;
  Eigen::VectorXd slope(events.steps());
  double sum = 0;
  for (Eigen::Index step = 0; step < events.steps(); ++step) {
    if (step < steps) sum += through_risk[step];
    slope[step] = sum + (by_death && step < steps ? same - share[step] : 0);
  }
  return events.sums().Weigh(slope);
}

Eigen::MatrixXd NoiseOf(const NoisyEvents& events, const Tables& tables) {
  const Eigen::Index size = tables.at_risk.rows();
  Eigen::MatrixXd variance = Eigen::MatrixXd::Zero(size, size);
  for (Eigen::Index by = 0; by < size; ++by) {
    for (const bool by_death : {true, false}) {
      Eigen::MatrixXd weights(events.steps(), size);
      for (Eigen::Index of = 0; of < size; ++of)
        weights.col(of) = WeightsOf(events, tables, {of, by}, by_death);
      variance += weights.transpose() * weights;
    }
  }
  return variance;
}

class NoisyLogRankMethod final : public NoisyEventsMethod {
 public:
  using NoisyEventsMethod::NoisyEventsMethod;

  std::vector<learning::Output> Outputs() const override {
    return {{"group", Type::kText},      {"rows", Type::kInteger},     {"events", Type::kInteger},
            {"expected", Type::kNumber}, {"statistic", Type::kNumber}, {"df", Type::kInteger},
            {"p_value", Type::kNumber}};
  }

 private:
  Outcome<learning::Fitted> TableOf(const std::vector<NoisyCounts>& counts, double sigma) const override {
    const auto test = TestNoisyLogRank(events(), counts, sigma);
    if (!test)
      return Refuse(
          "noise_too_large",
          "fewer than two groups have more rows than noise makes of none, and than the agreement's minimum",
          "name a column whose groups are larger, or allow more epsilon", "22023");
    learning::Fitted fitted;
    fitted.columns = Outputs();
    for (std::size_t i = 0; i < test->places.size(); ++i) {
      const auto place = static_cast<Eigen::Index>(i);
      fitted.rows.push_back({events().groups().names[test->places[i]],
                             static_cast<std::int64_t>(std::llround(counts[test->places[i]].at_risk[0])),
                             static_cast<std::int64_t>(std::llround(test->events[place])),
                             test->expected[place], learning::NumberOrNull(test->statistic),
                             static_cast<std::int64_t>(test->df),
                             learning::NumberOrNull(learning::ChiSquaredTail(test->statistic, test->df))});
    }
    return fitted;
  }
};

}  // namespace

std::optional<NoisyLogRank> TestNoisyLogRank(const NoisyEvents& events,
                                             const std::vector<NoisyCounts>& counts, double sigma) {
  NoisyLogRank test;
  for (std::size_t group = 0; group < counts.size(); ++group)
    if (counts[group].told > 0) test.places.push_back(group);
  if (test.places.size() < 2) return std::nullopt;
  const Tables tables = TablesOf(counts, test.places);
  test.events = tables.events.rowwise().sum();
  test.expected = tables.at_risk * (tables.all_events / tables.all_at_risk).matrix();
  const Eigen::MatrixXd variance = ChanceOf(tables) + sigma * sigma * NoiseOf(events, tables);
  // One group's difference is the others' with the sign turned.
  const Eigen::Index free = tables.at_risk.rows() - 1;
  const Eigen::VectorXd differences = (test.events - test.expected).head(free);
  test.statistic = differences.dot(variance.topLeftCorner(free, free).ldlt().solve(differences));
  test.df = static_cast<double>(free);
  return test;
}

learning::MadeNoisy MakeNoisyLogRank(const learning::Call& call, const learning::Schema& schema,
                                     const learning::Rules& rules) {
  learning::Options options(call);
  const int steps = TRY(options.Whole("steps", 100, 2, NoisyEvents::kMostSteps));
  TRY(options.End());
  NoisyEvents events = TRY(NoisyEvents::Bind(call, schema, rules, steps));
  if (events.groups().names.size() < 2)
    return Refuse("groups_needed", "log_rank compares groups, and there is one",
                  "write Surv(time, status) ~ group", "42601");
  return std::make_unique<NoisyLogRankMethod>(std::move(events));
}

}  // namespace concordat::survival
