// Analysis of variance of a linear model: what each term explains beyond those before it (type I), as R's
// anova(lm).
//
// Cholesky's factor of the products of all columns and the response, in the order of the terms, has in its
// last row what each column explains. Source: Golub and Van Loan, "Matrix Computations" (2013), 5.3.
#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "learning/around_means.h"
#include "learning/coefficients.h"
#include "learning/distribution.h"
#include "learning/methods.h"
#include "learning/options.h"
#include "learning/packing.h"
#include "learning/survey.h"

namespace concordat::learning {
namespace {

// A column of which those before it leave less than this share of its square explains nothing more.
constexpr double kDependent = 1e-11;

struct Explained {
  Eigen::VectorXd squares;  // of each column but the last
  Eigen::VectorXd free;     // 1, or 0 where a column depends on those before it
  double rest = 0;
};

// `products` of the columns, the response last.
Explained Explain(Eigen::MatrixXd products) {
  const Eigen::Index last = products.cols() - 1;
  const Eigen::VectorXd whole = products.diagonal();
  Explained explained{.squares = Eigen::VectorXd::Zero(last), .free = Eigen::VectorXd::Zero(last)};
  for (Eigen::Index i = 0; i < last; ++i) {
    const double left = products(i, i);
    if (!(left > kDependent * whole[i])) continue;
    const Eigen::VectorXd column = products.col(i);
    explained.free[i] = 1;
    explained.squares[i] = column[last] * column[last] / left;
    products -= column * (column / left).transpose();
  }
  explained.rest = products(last, last);
  return explained;
}

class Anova final : public AroundMeans {
 public:
  Anova(Design design, Survey survey, const Rules& rules, Scale scale)
      : AroundMeans(std::move(design), rules), survey_(std::move(survey)), scale_(scale) {}

  std::vector<Output> Outputs() const override {
    return {{"term", Type::kText},          {"df", Type::kNumber},        {"sum_of_squares", Type::kNumber},
            {"mean_square", Type::kNumber}, {"statistic", Type::kNumber}, {"p_value", Type::kNumber}};
  }

 private:
  Eigen::Index Size() const { return static_cast<Eigen::Index>(design().terms().size()) + 1; }
  Shape shape() const override {
    return {.first = survey_.length() + 1 + static_cast<std::size_t>(Size()),
            .second = 2 + static_cast<std::size_t>(TriangleSize(Size())),
            .means = Size()};
  }

  // The scaled matrix and response side by side.
  Eigen::MatrixXd All(const Frame& frame) const {
    Eigen::MatrixXd all(frame.size(), Size());
    all.leftCols(Size() - 1) = design().Scaled(frame.x);
    all.rightCols(1) = (frame.y.array() - scale_.centre) / scale_.half;
    return all;
  }

  void AddFirst(const Rows& rows, const Frame& frame, std::vector<double>& numbers) const override {
    const Eigen::MatrixXd all = All(frame);
    survey_.Add(rows, frame, all.leftCols(Size() - 1), numbers);
    numbers.push_back(static_cast<double>(frame.size()));
    Put(numbers, all.colwise().sum().transpose());
  }

  void AddSecond(const Frame& frame, const Eigen::VectorXd& means,
                 std::vector<double>& numbers) const override {
    const Eigen::MatrixXd all = All(frame).rowwise() - means.transpose();
    numbers.push_back(static_cast<double>(frame.size()));
    Put(numbers, Triangle(all.transpose() * all));
    numbers.push_back(all.rightCols(1).array().square().square().sum());
  }

  // Beside an intercept all columns are centred, which takes the intercept's own away; without one none is.
  Outcome<Eigen::VectorXd> MeansOf(std::span<const double> totals) const override {
    Taker taker(totals);
    TRY(survey_.Check(taker.Part(survey_.length())));
    const double rows = taker.Number();
    const Eigen::VectorXd sums = taker.Vector(Size());
    if (!design().formula().intercept) return Eigen::VectorXd::Zero(Size());
    return sums / rows;
  }

  Outcome<Fitted> FittedOf(const Eigen::VectorXd& /*means*/, std::span<const double> totals) const override {
    Taker taker(totals);
    const double rows = taker.Number();
    const Eigen::MatrixXd products = FromTriangle(taker.Vector(TriangleSize(Size())), Size());
    TRY(CheckLeverage(products(Size() - 1, Size() - 1), taker.Number(), design().formula().response->text));
    const Explained explained = Explain(products);
    const double intercept = design().formula().intercept ? 1 : 0;
    return TableOf(explained, rows - intercept - explained.free.sum());
  }

  Fitted TableOf(const Explained& explained, double df) const {
    Fitted fitted;
    fitted.columns = Outputs();
    const double square = scale_.half * scale_.half;
    const double rest = std::fmax(explained.rest, 0) * square;
    for (std::size_t term = 0; term < design().labels().size(); ++term) {
      double sum = 0, free = 0;
      for (std::size_t i = 0; i < design().assign().size(); ++i) {
        if (design().assign()[i] != term + 1) continue;
        sum += explained.squares[static_cast<Eigen::Index>(i)] * square;
        free += explained.free[static_cast<Eigen::Index>(i)];
      }
      if (free == 0) continue;  // as R, which lists no term that others make up
      const double ratio = (sum / free) / (rest / df);
      fitted.rows.push_back({design().labels()[term], free, sum, sum / free, NumberOrNull(ratio),
                             NumberOrNull(FTail(ratio, free, df))});
    }
    fitted.rows.push_back({"Residuals", df, rest, rest / df, Null(), Null()});
    return fitted;
  }

  Survey survey_;
  Scale scale_;
};

}  // namespace

Made MakeAnova(const Call& call, const Schema& schema, const Rules& rules) {
  Options options(call);
  TRY(options.End());
  Formula formula = TRY(ParseFormula(call.formula));
  if (!formula.response || !IsPlain(formula) || formula.terms.empty() || IsFactor(*formula.response, schema))
    return RefuseFormula(call, "write y ~ a + b, where y is a number");
  const bool intercept = formula.intercept;
  const Variable response = *formula.response;
  Design design = TRY(Design::Bind(std::move(formula), schema));
  Survey survey = TRY(Survey::Make(design, schema, rules, {}));
  const Scale scale = ScaleOf(RangeOf(response.of, schema), intercept);
  return std::make_unique<Anova>(std::move(design), std::move(survey), rules, scale);
}

}  // namespace concordat::learning
