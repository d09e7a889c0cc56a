// Pearson's correlations of all pairs of columns, over rows in which none is missing, with Fisher's
// intervals. Source: Fisher, "On the 'probable error' of a coefficient of correlation" (1921); R's cor.test.
#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "learning/around_means.h"
#include "learning/coefficients.h"
#include "learning/disclosure.h"
#include "learning/distribution.h"
#include "learning/methods.h"
#include "learning/options.h"
#include "learning/packing.h"

namespace concordat::learning {
namespace {

class Correlation final : public AroundMeans {
 public:
  Correlation(Design design, const Rules& rules, std::vector<Scale> scales, double level)
      : AroundMeans(std::move(design), rules), scales_(std::move(scales)), level_(level) {}

  std::vector<Output> Outputs() const override {
    return {{"first", Type::kText},       {"second", Type::kText}, {"correlation", Type::kNumber},
            {"statistic", Type::kNumber}, {"df", Type::kNumber},   {"p_value", Type::kNumber},
            {"lower", Type::kNumber},     {"upper", Type::kNumber}};
  }

 private:
  Eigen::Index Size() const { return static_cast<Eigen::Index>(scales_.size()); }
  Shape shape() const override {
    return {.first = 1 + scales_.size(),
            .second = 1 + static_cast<std::size_t>(TriangleSize(Size()) + Size()),
            .means = Size()};
  }

  Eigen::MatrixXd Scaled(const Frame& frame) const {
    Eigen::MatrixXd x = frame.x;
    for (Eigen::Index i = 0; i < Size(); ++i) {
      const Scale& scale = scales_[static_cast<std::size_t>(i)];
      x.col(i).array() = (x.col(i).array() - scale.centre) / scale.half;
    }
    return x;
  }

  void AddFirst(const Rows& /*rows*/, const Frame& frame, std::vector<double>& numbers) const override {
    numbers.push_back(static_cast<double>(frame.size()));
    Put(numbers, Scaled(frame).colwise().sum().transpose());
  }

  void AddSecond(const Frame& frame, const Eigen::VectorXd& means,
                 std::vector<double>& numbers) const override {
    const Eigen::MatrixXd x = Scaled(frame).rowwise() - means.transpose();
    numbers.push_back(static_cast<double>(frame.size()));
    Put(numbers, Triangle(x.transpose() * x));
    Put(numbers, x.array().square().square().colwise().sum().transpose());
  }

  Outcome<Eigen::VectorXd> MeansOf(std::span<const double> totals) const override {
    Taker taker(totals);
    const double rows = taker.Number();
    TRY(CheckSize(rules(), rows, static_cast<double>(Size())));
    return taker.Vector(Size()) / rows;
  }

  Outcome<Fitted> FittedOf(const Eigen::VectorXd& /*means*/, std::span<const double> totals) const override {
    Taker taker(totals);
    const double rows = taker.Number();
    TRY(CheckSize(rules(), rows, static_cast<double>(Size())));
    const Eigen::MatrixXd products = FromTriangle(taker.Vector(TriangleSize(Size())), Size());
    for (Eigen::Index i = 0; i < Size(); ++i)
      TRY(CheckLeverage(products(i, i), taker.Number(), design().terms()[static_cast<std::size_t>(i)]));
    Fitted fitted;
    fitted.columns = Outputs();
    for (Eigen::Index i = 0; i < Size(); ++i)
      for (Eigen::Index j = i + 1; j < Size(); ++j)
        fitted.rows.push_back(RowOf(i, j, products(i, j) / std::sqrt(products(i, i) * products(j, j)), rows));
    return fitted;
  }

  Row RowOf(Eigen::Index i, Eigen::Index j, double r, double rows) const {
    const double df = rows - 2;
    const double statistic = r * std::sqrt(df / ((1 - r) * (1 + r)));
    const double reach = NormalQuantile((1 + level_) / 2) / std::sqrt(rows - 3);
    const auto& terms = design().terms();
    return {terms[static_cast<std::size_t>(i)],
            terms[static_cast<std::size_t>(j)],
            r,
            NumberOrNull(statistic),
            df,
            NumberOrNull(TTwoSided(statistic, df)),
            NumberOrNull(std::tanh(std::atanh(r) - reach)),
            NumberOrNull(std::tanh(std::atanh(r) + reach))};
  }

  std::vector<Scale> scales_;
  double level_;
};

}  // namespace

Made MakeCorrelation(const Call& call, const Schema& schema, const Rules& rules) {
  Options options(call);
  const double level = TRY(options.Number("level", 0.95, 0.5, 0.9999));
  TRY(options.End());
  Formula formula = TRY(ParseFormula(call.formula));
  formula.intercept = false;
  std::vector<Scale> scales;
  bool numbers = IsPlain(formula) && !formula.response && formula.terms.size() >= 2;
  for (const auto& term : formula.terms) {
    const Variable& variable = formula.variables[term[0]];
    numbers =
        numbers && term.size() == 1 && variable.kind == Variable::Kind::kPlain && !IsFactor(variable, schema);
    scales.push_back(ScaleOf(RangeOf(variable.of, schema), true));
  }
  if (!numbers) return RefuseFormula(call, "write ~ a + b + c, columns of numbers");
  Design design = TRY(Design::Bind(std::move(formula), schema));
  return std::make_unique<Correlation>(std::move(design), rules, std::move(scales), level);
}

}  // namespace concordat::learning
