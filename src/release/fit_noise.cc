#include "release/fit_noise.h"

#include <fmt/format.h>

#include <cmath>

#include "base/mutation.h"
#include "dp/accounting.h"
#include "dp/scale.h"
#include "release/fit.h"

namespace concordat::release {
namespace {

// Rounds are charged one by one, each rounded up: they get a little less than the whole.
constexpr double kForRounding = 1 - 1e-9;

dp::Measurement MeasurementOf(const dp::NoiseShare& share, std::uint64_t steps) {
  return {.mechanism = share.mechanism,
          .sensitivity = share.OfAll(steps),
          .scale = share.scale,
          .times = 1,
          .delta = {}};
}

std::uint64_t RateOf(double sampled) {
  return static_cast<std::uint64_t>(std::floor(sampled * static_cast<double>(dp::kEveryone)));
}

tl::unexpected<Refusal> TooSmall(const FitNoise& noise) {
  return Refuse(
      "budget_too_small",
      fmt::format("epsilon {:.4g} is too small for a fit of so many rounds", noise.budget.epsilon.value),
      "raise concordat.epsilon, or ask for fewer rounds", "22023");
}

Outcome<void> CheckSettings(const Settings& settings) {
  const auto refuse = [](const char* setting) {
    return Refuse("setting_not_for_fits", fmt::format("{} is for questions; a fit has no use of it", setting),
                  fmt::format("RESET {}", setting), "0A000");
  };
  if (settings.pure) return refuse("concordat.pure");
  if (settings.accuracy) return refuse("concordat.accuracy");
  return {};
}

// All rounds are alike, whatever a state says of its sample.
Outcome<RoundNoise> SampledRound(const FitNoise& noise, const learning::NoisyRound& wanted,
                                 const FitRound& round) {
  if (!(wanted.sampled < 1) || RateOf(wanted.sampled) != noise.sampled.rate)
    return Refuse("state_invalid",
                  fmt::format("round {} looks at another share of the units than the first", round.number),
                  "do all members run the same version?", "58000");
  dp::SampledRounds one = noise.sampled;
  one.rounds = 1;
  return RoundNoise{.bound = wanted.bound,
                    .rate = noise.sampled.rate,
                    .steps = noise.steps,
                    .measurement = dp::MeasurementOf(one, noise.steps)};
}

}  // namespace

double RoundNoise::Sigma(std::size_t owners) const {
  return Step() * static_cast<double>(dp::kNoiseScale) * std::sqrt(static_cast<double>(owners));
}

Outcome<FitNoise> FitNoiseFor(std::shared_ptr<const learning::NoisyMethod> method,
                              const catalogue::Product& product, const Sharing& sharing,
                              const agreement::Permit& permit, const Settings& settings) {
  if (product.unit() == nullptr && !product.unit_is_row)
    return Refuse("no_unit", fmt::format("{} does not say whose its rows are", product.name),
                  "ask its owner to declare the unit in the contract");
  TRY(CheckSettings(settings));
  FitNoise noise{.method = std::move(method), .budget = {permit.epsilon, permit.budget.delta}};
  noise.share = dp::ShareOf(dp::Mechanism::kDiscreteGaussian, {.all = sharing.owners.size(),
                                                               .honest = sharing.Honest(),
                                                               .disjoint = product.disjoint,
                                                               .seen = sharing.local});
  const auto first = noise.method->Round(noise.method->Start());
  if (first && first->sampled < 1) {
    noise.sampled = {.rate = RateOf(first->sampled),
                     .rounds = static_cast<std::uint32_t>(std::lround(1 / first->share)),
                     .scale = noise.share.scale,
                     .owners = static_cast<std::uint32_t>(noise.share.owners)};
    noise.steps = dp::StepsForSampled(noise.sampled, noise.budget);
    noise.whole = dp::MeasurementOf(noise.sampled, noise.steps);
  } else {
    noise.steps = noise.share.StepsFor(dp::RhoFor(noise.budget));
    noise.whole = MeasurementOf(noise.share, noise.steps);
  }
  if (noise.steps == 0) return TooSmall(noise);
  dp::Composition alone;
  alone.Add(noise.whole);
  noise.epsilon = alone.ToEpsilon(noise.budget.delta);
  return noise;
}

std::vector<std::string> LinesOf(const FitNoise& noise, const Sharing& sharing) {
  const auto first = noise.method->Round(noise.method->Start());
  const double share = first ? first->share : 1;
  return {SharedLine(sharing),
          fmt::format("noise   every number of every round: discrete_gaussian, a unit's numbers clipped "
                      "together; {}",
                      share < 1 ? fmt::format("the first round costs {:.3g}% of the fit", 100 * share)
                                : "in one round"),
          fmt::format("charge  epsilon {:.4g} at delta {:g} (rho {:.3g}) for all rounds", noise.epsilon.value,
                      noise.budget.delta.value, dp::RhoOf(noise.whole).value)};
}

Outcome<RoundNoise> NoiseOf(const FitNoise& noise, States& states, const FitRound& round) {
  const auto state = states.Read(round.state).json;
  const auto wanted = state ? noise.method->Round(*state) : Fail(ErrorCode::kInvalidArgument, "no JSON");
  if (!wanted || !(wanted->bound > 0) || !(wanted->share > 0 && wanted->share <= 1))
    return Refuse("state_invalid", fmt::format("round {} comes with a state of no round", round.number),
                  "do all members run the same version?", "58000");
  if (noise.sampled.rate != dp::kEveryone) return SampledRound(noise, *wanted, round);
  const Rho rho{dp::RhoOf(noise.whole).value * wanted->share * kForRounding};
  RoundNoise made{.bound = wanted->bound, .steps = noise.share.StepsFor(rho)};
  if (made.steps == 0) return TooSmall(noise);
  made.measurement = MeasurementOf(noise.share, Mutated("fit_charge_short") ? made.steps / 2 : made.steps);
  return made;
}

}  // namespace concordat::release
