// Principal components under noise: eigenvectors of noisy covariances. Argument: noisy_pca.proof.md.
#include <cmath>
#include <nlohmann/json.hpp>

#include "learning/components.h"
#include "learning/methods.h"
#include "learning/noisy_moments.h"

namespace concordat::learning {
namespace {

class NoisyPca final : public MomentsMethod {
 public:
  NoisyPca(ComponentsCall asked, const Rules& rules, double clip)
      : MomentsMethod(NoisyMoments(asked.design, asked.scaling, rules, clip)), asked_(std::move(asked)) {}

  std::vector<Output> Outputs() const override { return ComponentColumns(); }

 private:
  Outcome<Fitted> TableOf(const NoisySpread& found) const override {
    const auto back = found.deviation.asDiagonal();
    const Spread spread{.rows = found.rows,
                        .mean = asked_.scaling.centre + found.mean.cwiseProduct(asked_.scaling.half),
                        .covariance = back * found.covariance * back};
    Fitted fitted = TRY(ShowComponents(asked_, spread));
    fitted.model["noise"] = found.noise;
    return fitted;
  }

  ComponentsCall asked_;
};

}  // namespace

MadeNoisy MakeNoisyPca(const Call& call, const Schema& schema, const Rules& rules) {
  Options options(call);
  ComponentsCall asked = TRY(BindComponents(call, schema, options));
  const double clip = TRY(options.Number("clip", 2.5, 0.5, 1e6));
  TRY(options.End());
  TRY(asked.design.CheckBounded());
  return std::make_unique<NoisyPca>(std::move(asked), rules, clip);
}

}  // namespace concordat::learning
