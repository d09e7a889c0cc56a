// Student's and Welch's t-tests: one mean against a number, or two groups' means against each other.
// Source: Welch, "The generalization of 'Student's' problem" (1947); R's t.test.
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

struct Question {
  double mu = 0;        // the mean, or the difference of means, if nothing is found
  bool pooled = false;  // one variance for both groups
  std::string alternative;
  double level = 0.95;
};

struct Found {
  double estimate = 0;
  double error = 0;
  double df = 0;
};

class TTest final : public AroundMeans {
 public:
  TTest(Design design, const Rules& rules, Scale scale, Question question)
      : AroundMeans(std::move(design), rules), scale_(scale), question_(std::move(question)) {}

  std::vector<Output> Outputs() const override {
    return {{"term", Type::kText},         {"estimate", Type::kNumber}, {"standard_error", Type::kNumber},
            {"statistic", Type::kNumber},  {"df", Type::kNumber},       {"p_value", Type::kNumber},
            {"lower", Type::kNumber},      {"upper", Type::kNumber},    {"first_mean", Type::kNumber},
            {"second_mean", Type::kNumber}};
  }

 private:
  Eigen::Index Groups() const { return static_cast<Eigen::Index>(design().terms().size()); }
  // Rows and sums of each group, then squares of each, and fourth powers of all.
  Shape shape() const override {
    const auto groups = static_cast<std::size_t>(Groups());
    return {.first = 2 * groups, .second = 3 * groups + 1, .means = Groups()};
  }

  Eigen::VectorXd ScaledResponse(const Frame& frame) const {
    return (frame.y.array() - scale_.centre) / scale_.half;
  }

  void AddFirst(const Rows& /*rows*/, const Frame& frame, std::vector<double>& numbers) const override {
    Put(numbers, frame.x.colwise().sum().transpose());
    Put(numbers, frame.x.transpose() * ScaledResponse(frame));
  }

  void AddSecond(const Frame& frame, const Eigen::VectorXd& means,
                 std::vector<double>& numbers) const override {
    const Eigen::VectorXd rest = ScaledResponse(frame) - frame.x * means;
    Put(numbers, frame.x.colwise().sum().transpose());
    Put(numbers, frame.x.transpose() * rest);
    Put(numbers, frame.x.transpose() * rest.cwiseAbs2());
    numbers.push_back(rest.array().square().square().sum());
  }

  Outcome<void> Check(const Eigen::VectorXd& rows) const {
    TRY(CheckSize(rules(), rows.sum(), static_cast<double>(Groups())));
    for (Eigen::Index i = 0; i < Groups(); ++i) {
      if (rows[i] < rules().minimum_cell)
        return Refuse("cells_too_small",
                      fmt::format("fewer than {} rows are {}", rules().minimum_cell,
                                  design().terms()[static_cast<std::size_t>(i)]),
                      "ask for broader groups", "42501");
    }
    return {};
  }

  Outcome<Eigen::VectorXd> MeansOf(std::span<const double> totals) const override {
    Taker taker(totals);
    const Eigen::VectorXd rows = taker.Vector(Groups());
    TRY(Check(rows));
    return taker.Vector(Groups()).cwiseQuotient(rows);
  }

  Outcome<Fitted> FittedOf(const Eigen::VectorXd& means, std::span<const double> totals) const override {
    Taker taker(totals);
    const Eigen::VectorXd rows = taker.Vector(Groups());
    TRY(Check(rows));
    const Eigen::VectorXd shift = taker.Vector(Groups()).cwiseQuotient(rows);
    const Eigen::VectorXd squares = taker.Vector(Groups()) - rows.cwiseProduct(shift.cwiseAbs2());
    TRY(CheckLeverage(squares.sum(), taker.Number(), design().formula().response->text));
    const Eigen::VectorXd centres = (means + shift).array() * scale_.half + scale_.centre;
    return Show(centres, FoundOf(centres, rows, squares * scale_.half * scale_.half));
  }

  Found FoundOf(const Eigen::VectorXd& centres, const Eigen::VectorXd& rows,
                const Eigen::VectorXd& squares) const {
    const Eigen::ArrayXd free = rows.array() - 1;
    if (Groups() == 1) return {centres[0], std::sqrt(squares[0] / free[0] / rows[0]), free[0]};
    const double difference = centres[0] - centres[1];
    if (question_.pooled) {
      const double variance = squares.sum() / free.sum();
      return {difference, std::sqrt(variance * rows.cwiseInverse().sum()), free.sum()};
    }
    const Eigen::ArrayXd errors = squares.array() / free / rows.array();
    return {difference, std::sqrt(errors.sum()),
            errors.sum() * errors.sum() / (errors.square() / free).sum()};
  }

  Fitted Show(const Eigen::VectorXd& centres, const Found& found) const {
    const double statistic = (found.estimate - question_.mu) / found.error;
    const bool both = question_.alternative == "two.sided";
    const bool less = question_.alternative == "less";
    const double tail = TTail(less ? -statistic : statistic, found.df);
    const double p = both ? TTwoSided(statistic, found.df) : tail;
    const double reach =
        found.error * TQuantile(both ? (1 + question_.level) / 2 : question_.level, found.df);
    const double lower = less ? -INFINITY : found.estimate - reach;
    const double upper = both || less ? found.estimate + reach : INFINITY;
    const bool two = Groups() == 2;
    Fitted fitted;
    fitted.columns = Outputs();
    const auto& terms = design().terms();
    fitted.rows.push_back(
        {two ? fmt::format("{} - {}", terms[0], terms[1]) : design().formula().response->text, found.estimate,
         found.error, statistic, found.df, p, NumberOrNull(lower), NumberOrNull(upper), centres[0],
         two ? Value(centres[1]) : Value(Null())});
    return fitted;
  }

  Scale scale_;
  Question question_;
};

// "y ~ group" as a matrix of two indicators; "~ y" as one of ones.
Outcome<Formula> FormulaOf(const Call& call, const Schema& schema) {
  Formula formula = TRY(ParseFormula(call.formula));
  const bool one = formula.variables.size() == 1 && formula.terms.size() == 1 && IsPlain(formula);
  if (one && !formula.response && formula.variables[0].kind == Variable::Kind::kPlain &&
      !IsFactor(formula.variables[0], schema)) {
    formula.response = formula.variables[0];
    formula.variables.clear();
    formula.terms.clear();
    formula.intercept = true;
    return formula;
  }
  if (!one || !formula.response)
    return RefuseFormula(call, "write y ~ group, of two levels, or ~ y for one mean");
  formula.intercept = false;
  return formula;
}

}  // namespace

Made MakeTTest(const Call& call, const Schema& schema, const Rules& rules) {
  Options options(call);
  Question question;
  question.mu = TRY(options.Number("mu", 0, -1e300, 1e300));
  question.pooled = TRY(options.Flag("equal_variances", false));
  question.alternative = TRY(options.Choice("alternative", {"two.sided", "less", "greater"}));
  question.level = TRY(options.Number("level", 0.95, 0.5, 0.9999));
  TRY(options.End());
  Formula formula = TRY(FormulaOf(call, schema));
  Design design = TRY(Design::Bind(formula, schema));
  const bool grouped = !formula.variables.empty();
  if (!design.response_levels().empty() ||
      (grouped && (!IsFactor(formula.variables[0], schema) || design.terms().size() != 2)))
    return RefuseFormula(call, "write y ~ group, where y is a number and the group has two levels");
  const Scale scale = ScaleOf(RangeOf(formula.response->of, schema), true);
  return std::make_unique<TTest>(std::move(design), rules, scale, std::move(question));
}

}  // namespace concordat::learning
