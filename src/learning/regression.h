// What linear, generalised linear and penalised models share: a call bound to columns, and its rounds' sums.
#pragma once

#include <string>

#include "learning/coefficient_table.h"
#include "learning/glm_sums.h"
#include "learning/method.h"
#include "learning/options.h"

namespace concordat::learning {

struct Regression {
  Call call;
  Json columns;  // that the model reads, as declared
  Rules rules;
  GlmSums sums;
  int max_rounds = 25;
};

struct FamilyChoice {
  Family family;
  bool shifts = false;  // responses in the first round, by the middle of their range
};
// Reads the formula and the option `weights`. Refusals: those of ParseFormula, Design::Bind and Options;
// response_missing; formula_not_supported for strata, survival, random intercepts, and cbind of another
// family than binomial.
Outcome<Regression> BindRegression(const Call& call, const Schema& schema, const Rules& rules,
                                   const FamilyChoice& choice, Options& options);
// Reads the options family, link and theta. Refusals: unknown_family, unknown_link, option_invalid,
// theta_missing.
Outcome<Family> FamilyOf(Options& options);

// The first round's totals, held to the rules. Refusals: those of Survey::Check and CheckResponse;
// response_out_of_range, no_valid_start.
Outcome<GlmState> FirstState(const Regression& regression, const GlmTotals& totals);

// A method whose rounds are those of a regression; what they lead to is its own.
class RegressionMethod : public ExactMethod {
 public:
  explicit RegressionMethod(Regression regression) : regression_(std::move(regression)) {}

  std::vector<Output> Outputs() const override { return CoefficientColumns(); }
  std::vector<std::string> Columns() const override { return regression_.sums.design().Columns(); }
  Json Start() const override { return ToJson(GlmState()); }
  Result<std::size_t> Length(const Json& state) const override;
  Result<Sums> Add(const Rows& rows, const Json& state) const override;
  // Refusals: state_invalid, those of FirstState and of Next below.
  Outcome<Step> Next(const Json& state, std::span<const double> totals) const override;

 protected:
  const Regression& regression() const { return regression_; }
  virtual Outcome<Step> NextOf(GlmState state, const GlmTotals& totals) const = 0;

 private:
  Result<GlmState> Read(const Json& state) const;

  Regression regression_;
};

}  // namespace concordat::learning
