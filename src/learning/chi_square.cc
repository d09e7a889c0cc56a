// A contingency table of two factors, with Pearson's chi-squared test of whether they are independent.
// Source: Pearson, "On the criterion" (1900); Yates, "Contingency tables involving small numbers" (1934); R's
// chisq.test.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "learning/around_means.h"
#include "learning/disclosure.h"
#include "learning/distribution.h"
#include "learning/methods.h"
#include "learning/options.h"
#include "learning/packing.h"
#include "learning/state.h"

namespace concordat::learning {
namespace {

class ChiSquare final : public ExactMethod {
 public:
  ChiSquare(Design design, std::vector<const Field*> factors, const Rules& rules, bool correct)
      : design_(std::move(design)),
        first_(*factors[0]),
        second_(*factors[1]),
        rules_(rules),
        correct_(correct) {}

  std::vector<Output> Outputs() const override {
    return {{"first", Type::kText},      {"second", Type::kText},     {"count", Type::kNumber},
            {"expected", Type::kNumber}, {"residual", Type::kNumber}, {"statistic", Type::kNumber},
            {"df", Type::kNumber},       {"p_value", Type::kNumber}};
  }
  std::vector<std::string> Columns() const override { return design_.Columns(); }
  Json Start() const override { return Json{{"round", 0}}; }

  Result<std::size_t> Length(const Json& state) const override {
    TRY(WholeOf(state, "round", {0, 0}));
    return design_.terms().size();
  }

  Result<Sums> Add(const Rows& rows, const Json& state) const override {
    TRY(Length(state));
    const Frame frame = design_.Of(rows);
    Sums sums{.numbers = {}, .effective_rows = static_cast<double>(frame.size())};
    Put(sums.numbers, frame.x.colwise().sum().transpose());
    return sums;
  }

  Outcome<Step> Next(const Json& state, std::span<const double> totals) const override {
    const auto length = Length(state);
    if (!length) return RefuseState(length.error());
    if (*length != totals.size())
      return RefuseState({.message = "the totals are not those of the state", .remedy = {}});
    // Cells of the first factor change fastest.
    const Eigen::MatrixXd counts =
        Eigen::Map<const Eigen::MatrixXd>(totals.data(), static_cast<Eigen::Index>(first_.levels.size()),
                                          static_cast<Eigen::Index>(second_.levels.size()));
    TRY(CheckSize(rules_, counts.sum(), 0));
    if (counts.minCoeff() < rules_.minimum_cell)
      return Refuse("cells_too_small",
                    fmt::format("a cell of {} and {} has fewer than {} rows", first_.name, second_.name,
                                rules_.minimum_cell),
                    "ask for broader levels", "42501");
    Step step{.state = nullptr, .said = "counts", .fitted = {}};
    step.fitted = FittedOf(counts);
    return step;
  }

 private:
  Fitted FittedOf(const Eigen::MatrixXd& counts) const {
    const Eigen::VectorXd of_first = counts.rowwise().sum();
    const Eigen::RowVectorXd of_second = counts.colwise().sum();
    const Eigen::MatrixXd expected = of_first * of_second / counts.sum();
    const Eigen::ArrayXXd apart = counts - expected;
    // Yates's correction, of tables of four cells alone, and no more than what there is to correct.
    const double less = correct_ && counts.size() == 4 ? std::min(0.5, apart.abs().minCoeff()) : 0;
    const double statistic = ((apart.abs() - less).square() / expected.array()).sum();
    const double df = static_cast<double>((counts.rows() - 1) * (counts.cols() - 1));
    const double p = ChiSquaredTail(statistic, df);
    Fitted fitted;
    fitted.columns = Outputs();
    for (Eigen::Index i = 0; i < counts.rows(); ++i)
      for (Eigen::Index j = 0; j < counts.cols(); ++j)
        fitted.rows.push_back({first_.levels[static_cast<std::size_t>(i)],
                               second_.levels[static_cast<std::size_t>(j)], counts(i, j), expected(i, j),
                               apart(i, j) / std::sqrt(expected(i, j)), statistic, df, p});
    return fitted;
  }

  Design design_;  // an indicator a cell
  Field first_, second_;
  Rules rules_;
  bool correct_;
};

}  // namespace

Made MakeChiSquare(const Call& call, const Schema& schema, const Rules& rules) {
  Options options(call);
  const bool correct = TRY(options.Flag("correct", true));
  TRY(options.End());
  Formula formula = TRY(ParseFormula(call.formula));
  TRY(Design::Bind(formula, schema));
  std::vector<const Field*> factors;
  for (const Variable& variable : formula.variables)
    if (IsFactor(variable, schema)) factors.push_back(Find(schema, variable.of.name));
  const bool two = factors.size() == 2 && formula.terms == std::vector<std::vector<std::size_t>>{{0}, {1}};
  if (!two || !IsPlain(formula) || formula.response || factors[0]->levels.size() < 2 ||
      factors[1]->levels.size() < 2)
    return RefuseFormula(call, "write ~ a + b, two columns of at least two declared levels each");
  formula.terms = {{0, 1}};
  formula.intercept = false;
  Design design = TRY(Design::Bind(std::move(formula), schema));
  return std::make_unique<ChiSquare>(std::move(design), std::move(factors), rules, correct);
}

}  // namespace concordat::learning
