// Principal components: two rounds, of means and of products around them, then the eigenvectors of the
// covariances or correlations. Source: Jolliffe, "Principal Component Analysis" (2002), 3.
#include <fmt/format.h>

#include <Eigen/Eigenvalues>
#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "learning/disclosure.h"
#include "learning/methods.h"
#include "learning/numeric_columns.h"
#include "learning/options.h"
#include "learning/packing.h"
#include "learning/state.h"

namespace concordat::learning {
namespace {

constexpr double kNoVariance = 1e-24;  // a variance, in squares of what the declared range spans

struct Spread {
  double rows = 0;
  Eigen::VectorXd mean;
  Eigen::MatrixXd covariance;
};

struct Components {
  Eigen::VectorXd deviations;  // descending
  Eigen::MatrixXd loadings;    // a column a component; the largest loading of each is above zero
};

Components ComponentsOf(const Eigen::MatrixXd& covariance) {
  const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> solver(covariance);
  Components found{.deviations = solver.eigenvalues().reverse().cwiseMax(0).cwiseSqrt(),
                   .loadings = solver.eigenvectors().rowwise().reverse()};
  for (Eigen::Index k = 0; k < found.loadings.cols(); ++k) {
    Eigen::Index largest = 0;
    // The first of those that differ by rounding alone.
    for (Eigen::Index j = 1; j < found.loadings.rows(); ++j)
      if (std::abs(found.loadings(j, k)) > std::abs(found.loadings(largest, k)) + 1e-9) largest = j;
    if (found.loadings(largest, k) < 0) found.loadings.col(k) *= -1;
  }
  return found;
}

// A variance needs two rows.
Rules AtLeastTwo(Rules rules) {
  rules.minimum_rows = std::max(2.0, rules.minimum_rows);
  return rules;
}

class Pca final : public ExactMethod {
 public:
  Pca(Design design, const Rules& rules, int components, bool scale)
      : design_(std::move(design)),
        rules_(AtLeastTwo(rules)),
        scaling_(ScalesOf(design_)),
        terms_(NumericTerms(design_)),
        components_(components),
        scale_(scale) {}

  std::vector<Output> Outputs() const override {
    return {{"component", Type::kInteger},
            {"standard_deviation", Type::kNumber},
            {"variance_share", Type::kNumber},
            {"column", Type::kText},
            {"loading", Type::kNumber}};
  }
  std::vector<std::string> Columns() const override { return design_.Columns(); }
  Json Start() const override { return Json{{"round", 0}}; }

  Result<std::size_t> Length(const Json& state) const override {
    const Eigen::VectorXd mean = TRY(MeanOf(state));
    return static_cast<std::size_t>(mean.size() == 0 ? 1 + Size() : 1 + TriangleSize(Size()) + Size());
  }

  Result<Sums> Add(const Rows& rows, const Json& state) const override {
    const Eigen::VectorXd mean = TRY(MeanOf(state));
    const Frame frame = design_.Of(rows);
    Eigen::MatrixXd x = ScaledColumns(frame, scaling_);
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
    const auto length = Length(state);
    if (!length) return RefuseState(length.error());
    if (*length != totals.size()) return RefuseState({.message = "the totals are not those of the state"});
    const Eigen::VectorXd mean = *MeanOf(state);
    Taker taker(totals);
    Spread spread{.rows = std::round(taker.Number())};
    TRY(CheckSize(rules_, spread.rows, static_cast<double>(Size())));
    if (mean.size() == 0)
      return Step{
          .state = Json{{"round", 1}, {"mean", ToJson(Eigen::VectorXd(taker.Vector(Size()) / spread.rows))}},
          .said = fmt::format("means of {:.0f} rows", spread.rows)};
    spread.mean = scaling_.centre + mean.cwiseProduct(scaling_.half);
    spread.covariance = FromTriangle(taker.Vector(TriangleSize(Size())), Size()) / (spread.rows - 1);
    TRY(CheckLeverage(spread, taker.Vector(Size())));
    Step step{.said = "products of the columns"};
    step.fitted = TRY(TableOf(spread));
    return step;
  }

 private:
  Eigen::Index Size() const { return scaling_.half.size(); }

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
                                  terms_[static_cast<std::size_t>(j)]),
                      "write its logarithm, or leave it out", "42501");
    }
    return {};
  }

  Outcome<Fitted> TableOf(const Spread& spread) const {
    const Eigen::VectorXd variance = spread.covariance.diagonal();
    for (Eigen::Index j = 0; j < Size(); ++j)
      if (scale_ && !(variance[j] > kNoVariance))
        return Refuse("constant_column",
                      fmt::format("{} has one value only", terms_[static_cast<std::size_t>(j)]),
                      "leave it out, or write scale => false", "22023");
    const Eigen::VectorXd units =
        scale_ ? Eigen::VectorXd(variance.cwiseSqrt().cwiseInverse()) : scaling_.half;
    const Components found = ComponentsOf(units.asDiagonal() * spread.covariance * units.asDiagonal());
    Fitted fitted;
    fitted.columns = Outputs();
    const Eigen::Index shown = components_ == 0 ? Size() : std::min<Eigen::Index>(components_, Size());
    const double all = found.deviations.squaredNorm();
    for (Eigen::Index k = 0; k < shown; ++k)
      for (Eigen::Index j = 0; j < Size(); ++j)
        fitted.rows.push_back({static_cast<std::int64_t>(k + 1), found.deviations[k],
                               all > 0 ? found.deviations[k] * found.deviations[k] / all : 0,
                               terms_[static_cast<std::size_t>(j)], found.loadings(j, k)});
    const Eigen::VectorXd scales = scale_ ? Eigen::VectorXd(variance.cwiseSqrt().cwiseProduct(scaling_.half))
                                          : Eigen::VectorXd::Ones(Size());
    fitted.model = {{"method", "pca"},
                    {"formula", ToText(design_.formula())},
                    {"rows", spread.rows},
                    {"columns", terms_},
                    {"centre", ToJson(spread.mean)},
                    {"scale", ToJson(scales)},
                    {"standard_deviations", ToJson(Eigen::VectorXd(found.deviations.head(shown)))},
                    {"loadings", ToJson(Eigen::MatrixXd(found.loadings.leftCols(shown)))}};
    return fitted;
  }

  Design design_;
  Rules rules_;
  NumericScales scaling_;
  std::vector<std::string> terms_;
  Eigen::Index components_;
  bool scale_;
};

}  // namespace

Made MakePca(const Call& call, const Schema& schema, const Rules& rules) {
  Options options(call);
  const int components = TRY(options.Whole("components", 0, 0, 1000));  // 0: all
  const bool scale = TRY(options.Flag("scale", false));
  TRY(options.End());
  Design design = TRY(BindNumericColumns(call.formula, schema));
  return std::make_unique<Pca>(std::move(design), rules, components, scale);
}

}  // namespace concordat::learning
