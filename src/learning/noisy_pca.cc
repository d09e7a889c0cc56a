// Principal components under noise: eigenvectors of noisy covariances. Argument: noisy_pca.proof.md.
#include <cmath>
#include <nlohmann/json.hpp>

#include "learning/components.h"
#include "learning/methods.h"
#include "learning/noisy_moments.h"

namespace concordat::learning {
namespace {

class NoisyPca final : public NoisyMethod {
 public:
  NoisyPca(ComponentsCall asked, const Rules& rules, double clip)
      : asked_(std::move(asked)), moments_(asked_.design, asked_.scaling, rules, clip) {}

  std::vector<Output> Outputs() const override { return ComponentColumns(); }
  std::vector<std::string> Columns() const override { return asked_.design.Columns(); }
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
    const NoisySpread& found = std::get<NoisySpread>(next);
    const auto back = found.deviation.asDiagonal();
    const Spread spread{.rows = found.rows,
                        .mean = asked_.scaling.centre + found.mean.cwiseProduct(asked_.scaling.half),
                        .covariance = back * found.covariance * back};
    Step step{.said = "products of the columns, with noise"};
    step.fitted = TRY(ShowComponents(asked_, spread));
    step.fitted->model["noise"] = found.noise;
    return step;
  }

 private:
  ComponentsCall asked_;
  NoisyMoments moments_;
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
