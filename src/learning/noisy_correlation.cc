// Correlations under noise: of the noisy covariances of noisy_moments.h. Fisher's interval and the t-test
// count the noise by the delta method. Argument: noisy_tests.proof.md.
#include <cmath>
#include <nlohmann/json.hpp>

#include "learning/around_means.h"
#include "learning/coefficients.h"
#include "learning/distribution.h"
#include "learning/methods.h"
#include "learning/noisy_moments.h"
#include "learning/options.h"

namespace concordat::learning {
namespace {

std::vector<Output> TableColumns() {
  return {{"first", Type::kText},       {"second", Type::kText}, {"correlation", Type::kNumber},
          {"statistic", Type::kNumber}, {"df", Type::kNumber},   {"p_value", Type::kNumber},
          {"lower", Type::kNumber},     {"upper", Type::kNumber}};
}

class NoisyCorrelation final : public NoisyMethod {
 public:
  NoisyCorrelation(NoisyMoments moments, double level)
      : moments_(std::move(moments)), terms_(NumericTerms(moments_.design())), level_(level) {}

  std::vector<Output> Outputs() const override { return TableColumns(); }
  std::vector<std::string> Columns() const override { return moments_.design().Columns(); }
  Json Start() const override { return moments_.Start(); }
  Result<std::size_t> Length(const Json& state) const override { return moments_.Length(state); }
  Result<NoisyRound> Round(const Json& state) const override { return moments_.Round(state); }
  Result<std::vector<Int128>> Add(const UnitRows& rows, const Json& state,
                                  std::uint64_t steps) const override {
    return moments_.Add(rows, state, steps);
  }

  Outcome<Step> Next(const Json& state, std::span<const double> totals, double sigma) const override {
    auto next = TRY(moments_.Next(state, totals, sigma));
    if (auto* first = std::get_if<Step>(&next)) return std::move(*first);
    Step step{.said = "products of the columns, with noise"};
    step.fitted = TRY(TableOf(std::get<NoisySpread>(next)));
    return step;
  }

 private:
  Outcome<Fitted> TableOf(const NoisySpread& found) const {
    Fitted fitted;
    fitted.columns = TableColumns();
    for (Eigen::Index i = 0; i < found.covariance.cols(); ++i)
      for (Eigen::Index j = i + 1; j < found.covariance.cols(); ++j)
        fitted.rows.push_back(TRY(RowOf(found, i, j)));
    return fitted;
  }

  // r = c_ij / sqrt(c_ii c_jj): how its noise follows from that of the three.
  Outcome<Row> RowOf(const NoisySpread& found, Eigen::Index i, Eigen::Index j) const {
    const double first = found.covariance(i, i), second = found.covariance(j, j);
    const std::string& name = terms_[static_cast<std::size_t>(i)];
    const std::string& other = terms_[static_cast<std::size_t>(j)];
    if (!(std::min(first, second) > kFew * found.noise))
      return Refuse("noise_too_large", "a variance is no larger than noise makes of none",
                    "leave out columns that hardly vary within their declared ranges, or allow more epsilon",
                    "22023");
    const double r = found.covariance(i, j) / std::sqrt(first * second);
    const double noise = found.noise * found.noise *
                         (1 / (first * second) + r * r / 2 * (1 / (first * first) + 1 / (second * second)));
    const double rest = (1 - r) * (1 + r), df = found.rows - 2;
    const double statistic = r / std::sqrt(rest / df + noise);
    const double reach =
        NormalQuantile((1 + level_) / 2) * std::sqrt(1 / (found.rows - 3) + noise / (rest * rest));
    return Row{name,
               other,
               r,
               NumberOrNull(statistic),
               df,
               NumberOrNull(TTwoSided(statistic, df)),
               NumberOrNull(std::tanh(std::atanh(r) - reach)),
               NumberOrNull(std::tanh(std::atanh(r) + reach))};
  }

  static constexpr double kFew = 3;  // of the noise of a variance

  NoisyMoments moments_;
  std::vector<std::string> terms_;
  double level_;
};

}  // namespace

MadeNoisy MakeNoisyCorrelation(const Call& call, const Schema& schema, const Rules& rules) {
  Options options(call);
  const double level = TRY(options.Number("level", 0.95, 0.5, 0.9999));
  const double clip = TRY(options.Number("clip", 2.5, 0.5, 1e6));
  TRY(options.End());
  Design design = TRY(BindNumericColumns(call.formula, schema));
  if (design.terms().size() < 3) return RefuseFormula(call, "write ~ a + b + c, columns of numbers");
  TRY(design.CheckBounded());
  NumericScales scales = ScalesOf(design);
  return std::make_unique<NoisyCorrelation>(NoisyMoments(std::move(design), std::move(scales), rules, clip),
                                            level);
}

}  // namespace concordat::learning
