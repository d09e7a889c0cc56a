#include "survival/log_rank.h"

#include <fmt/format.h>

#include <Eigen/Cholesky>
#include <nlohmann/json.hpp>

#include "learning/coefficients.h"
#include "learning/disclosure.h"
#include "learning/distribution.h"
#include "learning/options.h"
#include "learning/state.h"
#include "survival/methods.h"

namespace concordat::survival {
namespace {

// At one time: of each group who is at risk; and how many die in all.
struct Deaths {
  Eigen::VectorXd at_risk;
  double died = 0;
};

// Of one stratum, whose counts stand at `at`.
Deaths DeathsAt(const std::vector<EventCounts>& counts, const std::vector<std::size_t>& at,
                std::size_t time) {
  Deaths deaths{.at_risk = Eigen::VectorXd(static_cast<Eigen::Index>(at.size()))};
  for (std::size_t i = 0; i < at.size(); ++i) {
    deaths.at_risk[static_cast<Eigen::Index>(i)] = counts[at[i]].at_risk[time];
    deaths.died += counts[at[i]].events[time];
  }
  return deaths;
}

// The hypergeometric covariance of who dies.
Eigen::MatrixXd VarianceOf(const Deaths& deaths) {
  const double risk = deaths.at_risk.sum();
  if (risk <= 1) return Eigen::MatrixXd::Zero(deaths.at_risk.size(), deaths.at_risk.size());
  const Eigen::VectorXd share = deaths.at_risk / risk;
  const double factor = deaths.died * (risk - deaths.died) / (risk - 1);
  return factor * (Eigen::MatrixXd(share.asDiagonal()) - share * share.transpose());
}

}  // namespace

LogRank TestLogRank(const std::vector<EventCounts>& counts, const std::vector<std::size_t>& places,
                    std::size_t strata) {
  const auto size = static_cast<Eigen::Index>(places.size());
  Eigen::VectorXd events = Eigen::VectorXd::Zero(size);
  Eigen::VectorXd expected = events;
  Eigen::MatrixXd variance = Eigen::MatrixXd::Zero(size, size);
  for (std::size_t stratum = 0; stratum < strata; ++stratum) {
    std::vector<std::size_t> at;
    for (const std::size_t place : places) at.push_back(place * strata + stratum);
    for (std::size_t time = 0; time < counts[at[0]].rows.size(); ++time) {
      const Deaths deaths = DeathsAt(counts, at, time);
      if (deaths.died <= 0) continue;
      for (Eigen::Index i = 0; i < size; ++i)
        events[i] += counts[at[static_cast<std::size_t>(i)]].events[time];
      expected += deaths.died * deaths.at_risk / deaths.at_risk.sum();
      variance += VarianceOf(deaths);
    }
  }
  // One group's difference is the others' with the sign turned.
  const Eigen::VectorXd differences = (events - expected).head(size - 1);
  LogRank test;
  test.statistic = differences.dot(variance.topLeftCorner(size - 1, size - 1).ldlt().solve(differences));
  test.df = static_cast<double>(size - 1);
  test.p = learning::ChiSquaredTail(test.statistic, test.df);
  test.events.assign(events.begin(), events.end());
  test.expected.assign(expected.begin(), expected.end());
  return test;
}

Json ToJson(const LogRank& test) {
  Json json = learning::ChiSquaredTest(test.statistic, test.df);
  json["events"] = test.events;
  json["expected"] = test.expected;
  return json;
}

namespace {

class LogRankMethod final : public learning::ExactMethod {
 public:
  // `compared` are the groups with all strata together.
  LogRankMethod(EventGroups groups, EventGroups compared, const learning::Rules& rules)
      : groups_(std::move(groups)),
        compared_(std::move(compared)),
        strata_(groups_.names.size() / compared_.names.size()),
        rules_(rules) {}

  std::vector<learning::Output> Outputs() const override {
    return {{"group", Type::kText},      {"rows", Type::kInteger},     {"events", Type::kInteger},
            {"expected", Type::kNumber}, {"statistic", Type::kNumber}, {"df", Type::kInteger},
            {"p_value", Type::kNumber}};
  }
  std::vector<std::string> Columns() const override { return groups_.design.Columns(); }
  Json Start() const override { return Json{{"round", 0}}; }

  Result<std::size_t> Length(const Json& state) const override {
    TRY(learning::WholeOf(state, "round", {0, 0}));
    return CountsLength(groups_);
  }

  Result<learning::Sums> Add(const learning::Rows& rows, const Json& state) const override {
    TRY(Length(state));
    return CountEvents(groups_, rows);
  }

  Outcome<learning::Step> Next(const Json& state, std::span<const double> totals) const override {
    TRY(learning::CheckTotals(*this, state, totals));
    learning::Step step{.said = "rows and events counted"};
    step.fitted = TRY(TableOf(ReadCounts(groups_, totals)));
    return step;
  }

 private:
  // Rows of each group in all strata. Refuses strata of some but too few rows.
  Outcome<std::vector<EventCounts>> Together(const std::vector<EventCounts>& counts) const {
    std::vector<EventCounts> together(compared_.names.size());
    for (std::size_t stratum = 0; stratum < strata_; ++stratum) {
      double rows = 0;
      for (std::size_t group = 0; group < together.size(); ++group) {
        together[group].size += counts[group * strata_ + stratum].size;
        rows += counts[group * strata_ + stratum].size;
      }
      if (rows > 0 && rows < rules_.minimum_rows)
        return Refuse(
            "too_few_rows",
            fmt::format("a stratum has fewer rows than the agreement's minimum of {}", rules_.minimum_rows),
            "leave out a column of strata()", "42501");
    }
    return together;
  }

  Outcome<learning::Fitted> TableOf(const std::vector<EventCounts>& counts) const {
    const auto together = TRY(Together(counts));
    const auto shown = TRY(ShownGroups(compared_, together, rules_));
    if (shown.size() < 2)
      return Refuse("groups_needed", "only one group has rows", "name a column by whose levels rows differ",
                    "22023");
    const LogRank test = TestLogRank(counts, shown, strata_);
    learning::Fitted fitted;
    fitted.columns = Outputs();
    for (std::size_t i = 0; i < shown.size(); ++i) {
      const std::string& name = compared_.names[shown[i]];
      if (test.events[i] < rules_.minimum_cell)
        return Refuse("too_few_events", fmt::format("{} has fewer than {} events", name, rules_.minimum_cell),
                      "ask for a table with more rows, or for fewer groups", "42501");
      fitted.rows.push_back({name, static_cast<std::int64_t>(together[shown[i]].size),
                             static_cast<std::int64_t>(test.events[i]), test.expected[i],
                             learning::NumberOrNull(test.statistic), static_cast<std::int64_t>(test.df),
                             learning::NumberOrNull(test.p)});
    }
    return fitted;
  }

  EventGroups groups_, compared_;
  std::size_t strata_;
  learning::Rules rules_;
};

}  // namespace

learning::Made MakeLogRank(const learning::Call& call, const learning::Schema& schema,
                           const learning::Rules& rules) {
  learning::Options options(call);
  const double resolution = TRY(options.Number("resolution", 1, 1e-9, 1e9));
  TRY(options.End());
  EventGroups groups = TRY(BindEventGroups(call, schema, resolution));
  learning::Formula formula = TRY(learning::ParseFormula(call.formula));
  formula.strata.clear();
  learning::Call unstratified = call;
  unstratified.formula = learning::ToText(formula);
  EventGroups compared = TRY(BindEventGroups(unstratified, schema, resolution));
  if (compared.names.size() < 2)
    return Refuse("groups_needed", "log_rank compares groups, and there is one",
                  "write Surv(time, status) ~ group", "42601");
  return std::make_unique<LogRankMethod>(std::move(groups), std::move(compared), rules);
}

}  // namespace concordat::survival
