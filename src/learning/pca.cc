// Principal components: two rounds, of means and of products around them, then the eigenvectors of the
// covariances or correlations. Source: Jolliffe, "Principal Component Analysis" (2002), 3.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "learning/components.h"
#include "learning/disclosure.h"
#include "learning/methods.h"
#include "learning/packing.h"
#include "learning/state.h"

namespace concordat::learning {
namespace {

// A variance needs two rows.
Rules AtLeastTwo(Rules rules) {
  rules.minimum_rows = std::max(2.0, rules.minimum_rows);
  return rules;
}

class Pca final : public ExactMethod {
 public:
  Pca(ComponentsCall asked, const Rules& rules) : asked_(std::move(asked)), rules_(AtLeastTwo(rules)) {}

  std::vector<Output> Outputs() const override { return ComponentColumns(); }
  std::vector<std::string> Columns() const override { return asked_.design.Columns(); }
  Json Start() const override { return Json{{"round", 0}}; }

  Result<std::size_t> Length(const Json& state) const override {
    const Eigen::VectorXd mean = TRY(MeanOf(state));
    return static_cast<std::size_t>(mean.size() == 0 ? 1 + Size() : 1 + TriangleSize(Size()) + Size());
  }

  Result<Sums> Add(const Rows& rows, const Json& state) const override {
    const Eigen::VectorXd mean = TRY(MeanOf(state));
    const Frame frame = asked_.design.Of(rows);
    Eigen::MatrixXd x = ScaledColumns(frame, asked_.scaling);
    Sums sums;
    sums.effective_rows = static_cast<double>(frame.size());
    sums.numbers.push_back(sums.effective_rows);
    if (mean.size() == 0) {
      Put(sums.numbers, x.colwise().sum().transpose());
    } else {
      x.rowwise() -= mean.transpose();
      Put(sums.numbers, Triangle(x.transpose() * x));
      Put(sums.numbers, x.array().square().square().colwise().sum().transpose());
    }
    for (const double number : sums.numbers)
      if (!(std::abs(number) < 1e15))
        return Fail(ErrorCode::kResourceExhausted, "a column left what a sum can hold",
                    "declare the columns' ranges");
    return sums;
  }

  Outcome<Step> Next(const Json& state, std::span<const double> totals) const override {
    TRY(CheckTotals(*this, state, totals));
    const Eigen::VectorXd mean = *MeanOf(state);
    Taker taker(totals);
    Spread spread{.rows = std::round(taker.Number())};
    TRY(CheckSize(rules_, spread.rows, static_cast<double>(Size())));
    if (mean.size() == 0)
      return Step{
          .state = Json{{"round", 1}, {"mean", ToJson(Eigen::VectorXd(taker.Vector(Size()) / spread.rows))}},
          .said = fmt::format("means of {:.0f} rows", spread.rows)};
    spread.mean = asked_.scaling.centre + mean.cwiseProduct(asked_.scaling.half);
    spread.covariance = FromTriangle(taker.Vector(TriangleSize(Size())), Size()) / (spread.rows - 1);
    TRY(CheckLeverage(spread, taker.Vector(Size())));
    Step step{.said = "products of the columns"};
    step.fitted = TRY(ShowComponents(asked_, spread));
    return step;
  }

 private:
  Eigen::Index Size() const { return asked_.size(); }

  // Empty in the first round.
  Result<Eigen::VectorXd> MeanOf(const Json& state) const {
    if (TRY(WholeOf(state, "round", {0, 1})) == 0) return Eigen::VectorXd();
    return VectorOf(state, "mean", Size(), {-1e15, 1e15});
  }

  // (sum of squares)^2 / sum of fourth powers is about how many rows decide a column's variance.
  Outcome<void> CheckLeverage(const Spread& spread, const Eigen::VectorXd& fourths) const {
    for (Eigen::Index j = 0; j < Size(); ++j) {
      const double squares = spread.covariance(j, j) * (spread.rows - 1);
      if (squares * squares < rules_.minimum_cell * fourths[j])
        return Refuse("leverage_too_high",
                      fmt::format("fewer than {} rows decide about {}", rules_.minimum_cell,
                                  asked_.terms[static_cast<std::size_t>(j)]),
                      "write its logarithm, or leave it out", "42501");
    }
    return {};
  }

  ComponentsCall asked_;
  Rules rules_;
};

}  // namespace

Made MakePca(const Call& call, const Schema& schema, const Rules& rules) {
  Options options(call);
  ComponentsCall asked = TRY(BindComponents(call, schema, options));
  TRY(options.End());
  return std::make_unique<Pca>(std::move(asked), rules);
}

}  // namespace concordat::learning
