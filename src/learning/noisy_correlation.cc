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

std::vector<Output> CorrelationColumns() {
  return {{"first", Type::kText},       {"second", Type::kText}, {"correlation", Type::kNumber},
          {"statistic", Type::kNumber}, {"df", Type::kNumber},   {"p_value", Type::kNumber},
          {"lower", Type::kNumber},     {"upper", Type::kNumber}};
}

class NoisyCorrelation final : public MomentsMethod {
 public:
  NoisyCorrelation(NoisyMoments moments, double level)
      : MomentsMethod(std::move(moments)), terms_(NumericTerms(this->moments().design())), level_(level) {}

  std::vector<Output> Outputs() const override { return CorrelationColumns(); }

 private:
  Outcome<Fitted> TableOf(const NoisySpread& found) const override {
    Fitted fitted;
    fitted.columns = CorrelationColumns();
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
