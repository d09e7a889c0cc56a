// A contingency table of two factors, with Pearson's chi-squared test of whether they are independent.
// Source: Pearson, "On the criterion" (1900); Yates, "Contingency tables involving small numbers" (1934); R's
// chisq.test.
#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "learning/contingency.h"
#include "learning/disclosure.h"
#include "learning/methods.h"
#include "learning/options.h"
#include "learning/packing.h"
#include "learning/state.h"

namespace concordat::learning {
namespace {

class ChiSquare final : public ExactMethod {
 public:
  ChiSquare(TableCall asked, const Rules& rules, bool correct)
      : asked_(std::move(asked)), rules_(rules), correct_(correct) {}

  std::vector<Output> Outputs() const override { return TableColumns(); }
  std::vector<std::string> Columns() const override { return asked_.design.Columns(); }
  Json Start() const override { return Json{{"round", 0}}; }

  Result<std::size_t> Length(const Json& state) const override {
    TRY(WholeOf(state, "round", {0, 0}));
    return asked_.design.terms().size();
  }

  Result<Sums> Add(const Rows& rows, const Json& state) const override {
    TRY(Length(state));
    const Frame frame = asked_.design.Of(rows);
    Sums sums{.numbers = {}, .effective_rows = static_cast<double>(frame.size())};
    Put(sums.numbers, frame.x.colwise().sum().transpose());
    return sums;
  }

  Outcome<Step> Next(const Json& state, std::span<const double> totals) const override {
    TRY(CheckTotals(*this, state, totals));
    const Eigen::MatrixXd counts = asked_.Cells(totals);
    TRY(CheckSize(rules_, counts.sum(), 0));
    if (counts.minCoeff() < rules_.minimum_cell)
      return Refuse("cells_too_small",
                    fmt::format("a cell of {} and {} has fewer than {} rows", asked_.first.name,
                                asked_.second.name, rules_.minimum_cell),
                    "ask for broader levels", "42501");
    Step step{.state = nullptr, .said = "counts", .fitted = {}};
    step.fitted = FittedOf(counts);
    return step;
  }

 private:
  Fitted FittedOf(const Eigen::MatrixXd& counts) const {
    const Eigen::VectorXd of_first = counts.rowwise().sum();
    const Eigen::RowVectorXd of_second = counts.colwise().sum();
    TableTest test{.expected = of_first * of_second / counts.sum(),
                   .residual = {},
                   .df = static_cast<double>((counts.rows() - 1) * (counts.cols() - 1))};
    const Eigen::ArrayXXd apart = counts - test.expected;
    // Yates's correction, of tables of four cells alone, and no more than what there is to correct.
    const double less = correct_ && counts.size() == 4 ? std::min(0.5, apart.abs().minCoeff()) : 0;
    test.statistic = ((apart.abs() - less).square() / test.expected.array()).sum();
    test.residual = apart / test.expected.array().sqrt();
    return ShowTable(asked_, counts, test, rules_.minimum_cell);
  }

  TableCall asked_;
  Rules rules_;
  bool correct_;
};

}  // namespace

Made MakeChiSquare(const Call& call, const Schema& schema, const Rules& rules) {
  Options options(call);
  const bool correct = TRY(options.Flag("correct", true));
  TRY(options.End());
  return std::make_unique<ChiSquare>(TRY(BindTable(call, schema)), rules, correct);
}

}  // namespace concordat::learning
