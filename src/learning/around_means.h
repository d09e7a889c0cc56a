// Methods of two rounds: means first, then sums of squares and products around them, which lose no digits to
// where the columns lie.
#pragma once

#include <Eigen/Core>
#include <span>
#include <string>
#include <vector>

#include "learning/design.h"
#include "learning/method.h"

namespace concordat::learning {

class AroundMeans : public ExactMethod {
 public:
  AroundMeans(Design design, const Rules& rules) : design_(std::move(design)), rules_(rules) {}

  std::vector<std::string> Columns() const override { return design_.Columns(); }
  Json Start() const override;
  Result<std::size_t> Length(const Json& state) const override;
  Result<Sums> Add(const Rows& rows, const Json& state) const override;
  Outcome<Step> Next(const Json& state, std::span<const double> totals) const override;

 protected:
  const Design& design() const { return design_; }
  const Rules& rules() const { return rules_; }
  // Sums of squares and fourth powers around means: (sum of squares)^2 / sum of fourth powers is about how
  // many rows decide them. Refusals: constant_column, leverage_too_high.
  Outcome<void> CheckLeverage(double squares, double fourths, const std::string& name) const;

  // Numbers of both rounds, and means between them.
  struct Shape {
    std::size_t first = 0;
    std::size_t second = 0;
    Eigen::Index means = 0;
  };
  virtual Shape shape() const = 0;
  // Shape::first numbers.
  virtual void AddFirst(const Rows& rows, const Frame& frame, std::vector<double>& numbers) const = 0;
  // Shape::second numbers.
  virtual void AddSecond(const Frame& frame, const Eigen::VectorXd& means,
                         std::vector<double>& numbers) const = 0;
  // Refusals: those of the rules.
  virtual Outcome<Eigen::VectorXd> MeansOf(std::span<const double> totals) const = 0;
  virtual Outcome<Fitted> FittedOf(const Eigen::VectorXd& means, std::span<const double> totals) const = 0;

 private:
  Result<Eigen::VectorXd> Read(const Json& state) const;

  Design design_;
  Rules rules_;
};

// What the formula of a call should be instead. Reason: formula_not_supported.
tl::unexpected<Refusal> RefuseFormula(const Call& call, const std::string& instead);
// Whether it has a response of numbers, or none, and nothing of survival, strata, offsets and random
// intercepts.
bool IsPlain(const Formula& formula);

}  // namespace concordat::learning
