// Student's and Welch's t-tests: one mean against a number, or two groups' means against each other.
// Source: Welch, "The generalization of 'Student's' problem" (1947); R's t.test.
#include <fmt/format.h>

#include <cmath>

#include "learning/around_means.h"
#include "learning/disclosure.h"
#include "learning/mean_difference.h"
#include "learning/methods.h"
#include "learning/packing.h"

namespace concordat::learning {
namespace {

class TTest final : public AroundMeans {
 public:
  TTest(TTestCall asked, const Rules& rules) : AroundMeans(asked.design, rules), asked_(std::move(asked)) {}

  std::vector<Output> Outputs() const override { return TTestColumns(); }

 private:
  Eigen::Index Groups() const { return asked_.groups(); }
  // Rows and sums of each group, then squares of each, and fourth powers of all.
  Shape shape() const override {
    const auto groups = static_cast<std::size_t>(Groups());
    return {.first = 2 * groups, .second = 3 * groups + 1, .means = Groups()};
  }

  Eigen::VectorXd ScaledResponse(const Frame& frame) const {
    return (frame.y.array() - asked_.scale.centre) / asked_.scale.half;
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
    const Eigen::VectorXd centres = (means + shift).array() * asked_.scale.half + asked_.scale.centre;
    return ShowTTest(asked_, centres,
                     FoundOf(centres, rows, squares * asked_.scale.half * asked_.scale.half));
  }

  TTestFound FoundOf(const Eigen::VectorXd& centres, const Eigen::VectorXd& rows,
                     const Eigen::VectorXd& squares) const {
    const Eigen::ArrayXd free = rows.array() - 1;
    if (Groups() == 1) return {centres[0], std::sqrt(squares[0] / free[0] / rows[0]), free[0]};
    const double difference = centres[0] - centres[1];
    if (asked_.pooled) {
      const double variance = squares.sum() / free.sum();
      return {difference, std::sqrt(variance * rows.cwiseInverse().sum()), free.sum()};
    }
    const Eigen::ArrayXd errors = squares.array() / free / rows.array();
    return {difference, std::sqrt(errors.sum()),
            errors.sum() * errors.sum() / (errors.square() / free).sum()};
  }

  TTestCall asked_;
};

}  // namespace

Made MakeTTest(const Call& call, const Schema& schema, const Rules& rules) {
  return std::make_unique<TTest>(TRY(BindTTest(call, schema)), rules);
}

}  // namespace concordat::learning
