// T-tests under noise: of noisy rows, sums and squares of each group in one round. Errors count the noise of
// the means beside that of chance. Argument: noisy_tests.proof.md.
#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "learning/disclosure.h"
#include "learning/mean_difference.h"
#include "learning/methods.h"
#include "learning/packing.h"
#include "learning/state.h"
#include "learning/unit_means.h"

namespace concordat::learning {
namespace {

const double kBound = std::sqrt(3.0);  // of (1, y, y^2), y from -1 to 1

// Of groups, the response scaled.
struct Groups {
  Eigen::ArrayXd rows, mean;
  Eigen::ArrayXd squares;  // around the means
  Eigen::ArrayXd noise;    // variances of the means by noise alone
};

class NoisyTTest final : public NoisyMethod {
 public:
  NoisyTTest(TTestCall asked, const Rules& rules) : asked_(std::move(asked)), rules_(rules) {}

  std::vector<Output> Outputs() const override { return TTestColumns(); }
  std::vector<std::string> Columns() const override { return asked_.design.Columns(); }
  Json Start() const override { return Json{{"round", 0}}; }

  Result<std::size_t> Length(const Json& state) const override {
    TRY(WholeOf(state, "round", {0, 0}));
    return static_cast<std::size_t>(3 * asked_.groups());
  }

  Result<NoisyRound> Round(const Json& state) const override {
    TRY(Length(state));
    return NoisyRound{.bound = kBound, .share = 1};
  }

  Result<std::vector<Int128>> Add(const UnitRows& rows, const Json& state,
                                  std::uint64_t steps) const override {
    TRY(Length(state));
    const Frame frame = asked_.design.Of(rows.rows);
    return SumUnitMeans(
        rows, frame, 3 * asked_.groups(), {.bound = kBound, .steps = steps},
        [&](Eigen::Index row, double weight, Eigen::VectorXd& numbers) {
          const Scale& scale = asked_.scale;
          const double y = std::fmin(std::fmax((frame.y[row] - scale.centre) / scale.half, -1), 1);
          for (Eigen::Index group = 0; group < asked_.groups(); ++group)
            numbers.segment<3>(3 * group) += weight * frame.x(row, group) * Eigen::Vector3d(1, y, y * y);
        });
  }

  Outcome<Step> Next(const Json& state, std::span<const double> totals, double sigma) const override {
    TRY(CheckTotals(*this, state, totals));
    const Groups groups = TRY(Read(totals, sigma));
    Step step{.said = "rows, sums and squares, with noise"};
    const Eigen::VectorXd centres = groups.mean * asked_.scale.half + asked_.scale.centre;
    step.fitted = ShowTTest(asked_, centres, FoundOf(groups, centres));
    return step;
  }

 private:
  Outcome<Groups> Read(std::span<const double> totals, double sigma) const {
    const Eigen::Index size = asked_.groups();
    Groups groups{Eigen::ArrayXd(size), Eigen::ArrayXd(size), Eigen::ArrayXd(size), Eigen::ArrayXd(size)};
    Taker taker(totals);
    for (Eigen::Index i = 0; i < size; ++i) {
      const Eigen::VectorXd sums = taker.Vector(3);
      const double rows = std::round(sums[0]);
      if (rows < std::max({2.0, rules_.minimum_cell, kFewRows * sigma}))
        return Refuse(
            "noise_too_large",
            fmt::format("{} has no more rows than noise makes of none, or than the agreement's minimum",
                        asked_.design.terms()[static_cast<std::size_t>(i)]),
            "ask for broader groups, or allow more epsilon", "22023");
      const double mean = sums[1] / rows, square = mean * mean;
      groups.rows[i] = rows;
      groups.mean[i] = mean;
      groups.noise[i] = sigma * sigma * (1 + square) / (rows * rows);
      // Squares are no less than their own noise: errors are rather too large.
      groups.squares[i] =
          std::max(sums[2] - rows * square, sigma * std::sqrt(1 + 4 * square + square * square));
    }
    return groups;
  }

  // As without noise, whose degrees of freedom are without end.
  TTestFound FoundOf(const Groups& groups, const Eigen::VectorXd& centres) const {
    const double unit = asked_.scale.half * asked_.scale.half;
    const Eigen::ArrayXd free = groups.rows - 1;
    const double noise = unit * groups.noise.sum();
    const double estimate = asked_.groups() == 1 ? centres[0] : centres[0] - centres[1];
    Eigen::ArrayXd errors = unit * groups.squares / free / groups.rows;
    double wander = (errors.square() / free).sum();
    if (asked_.groups() == 2 && asked_.pooled) {
      const double pooled = unit * groups.squares.sum() / free.sum();
      errors = pooled / groups.rows;
      wander = errors.sum() * errors.sum() / free.sum();
    }
    const double variance = errors.sum() + noise;
    return {estimate, std::sqrt(variance), variance * variance / wander};
  }

  TTestCall asked_;
  Rules rules_;
};

}  // namespace

MadeNoisy MakeNoisyTTest(const Call& call, const Schema& schema, const Rules& rules) {
  TTestCall asked = TRY(BindTTest(call, schema));
  TRY(asked.design.CheckBounded());
  return std::make_unique<NoisyTTest>(std::move(asked), rules);
}

}  // namespace concordat::learning
