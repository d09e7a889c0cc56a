// Networks under noise: each round draws units with a small chance. The first rounds measure how columns of
// numbers are to be scaled; then each drawn unit's gradient is clipped and added up in whole numbers, and
// what descends is the noisy sum, by Adam, whose steps do not depend on how large a sum is, so that nobody
// needs to tell how many rows there are. The model is a mean of weights, in which single steps' noise is
// smaller.
//
// Sources: Abadi et al., "Deep Learning with Differential Privacy" (2016); Kingma, Ba, "Adam: A Method for
// Stochastic Optimization" (2015); Shamir, Zhang, "Stochastic Gradient Descent for Non-smooth Optimization"
// (2013), section 4, for the mean of weights. Argument: network/whole.proof.md.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "learning/clip.h"
#include "learning/disclosure.h"
#include "learning/options.h"
#include "network/floats.h"
#include "network/whole.h"
#include "training/methods.h"
#include "training/scales.h"
#include "training/state.h"

namespace concordat::training {
namespace {

using Eigen::Index;
using Eigen::VectorXd;

constexpr std::size_t kUnitsAtOnce = 128;
// Of a unit's steps K its gradient has at most K - K / 64 - 1, and K / 8 count it: together no more than K,
// for (1 - 1/64)^2 + (1/8)^2 < 1.
constexpr std::uint64_t kCounting = 8;

std::uint64_t GradientSteps(std::uint64_t steps) { return steps == 0 ? 0 : steps - steps / 64 - 1; }

// A twentieth of the rounds measures, where there are columns of numbers and a round is left.
constexpr int kMeasuring = 20;

struct Descent {
  NetworkDesign design;
  NetworkScales scales;
  learning::Rules rules;
  int rounds = 200;
  double sample = 0.1;
  double clip = 2;
  double learning_rate = 0.02;
  std::uint64_t seed = 1;

  NetworkParts parts() const {
    return {.parameters = design.network().parameters(),
            .rounds = rounds - 1,
            .moments = true,
            .mean = true,
            .counted = true,
            .measured = scales.measures() ? scales.length() : 0};
  }
  int measuring() const {
    return scales.measures() ? std::min((rounds + kMeasuring - 1) / kMeasuring, rounds - 1) : 0;
  }
  bool measures(const NetworkState& state) const { return state.round < measuring(); }
  InputScales ScalesAt(const NetworkState& state) const {
    return measuring() > 0 ? scales.Of(state.measured) : design.scales();
  }
};

// Adam's constants; noise of a sum is far above its floor.
constexpr double kFirst = 0.9, kSecond = 0.999, kFloor = 1e-8;
// Of the mean of weights: the last ninth of the rounds has most of it.
constexpr double kLater = 8;

void StepOf(const Descent& descent, const VectorXd& gradient, NetworkState& state) {
  const int step = state.round + 1 - descent.measuring();
  state.first = kFirst * state.first + (1 - kFirst) * gradient;
  state.second = kSecond * state.second + (1 - kSecond) * gradient.cwiseAbs2();
  const double first = 1 - std::pow(kFirst, step), second = 1 - std::pow(kSecond, step);
  state.weights.array() -= descent.learning_rate * (state.first.array() / first) /
                           ((state.second.array() / second).sqrt() + kFloor);
  state.mean += (kLater + 1) / (kLater + step) * (state.weights - state.mean);
}

std::vector<learning::Output> TableColumns() {
  return {{"rounds", Type::kInteger},
          {"parameters", Type::kInteger},
          {"sample", Type::kNumber},
          {"clip", Type::kNumber},
          {"noise", Type::kNumber}};
}

class NoisyNetwork final : public learning::NoisyMethod {
 public:
  explicit NoisyNetwork(Descent descent) : descent_(std::move(descent)) {}

  std::vector<learning::Output> Outputs() const override { return TableColumns(); }
  std::vector<std::string> Columns() const override { return descent_.design.design().Columns(); }

  Json Start() const override {
    const VectorXd zeros = VectorXd::Zero(network().parameters());
    return ToJson({.weights = network().StartingWeights(descent_.seed),
                   .first = zeros,
                   .second = zeros,
                   .mean = zeros,
                   .measured = VectorXd::Zero(descent_.scales.length()),
                   .history = {}},
                  descent_.parts());
  }

  Result<std::size_t> Length(const Json& json) const override {
    return static_cast<std::size_t>(LengthAt(TRY(Read(json))));
  }

  Result<learning::NoisyRound> Round(const Json& json) const override {
    const bool measures = descent_.measures(TRY(Read(json)));
    return learning::NoisyRound{.bound = measures ? descent_.scales.bound() : descent_.clip,
                                .share = 1.0 / descent_.rounds,
                                .sampled = descent_.sample};
  }

  Result<std::vector<Int128>> Add(const learning::UnitRows& rows, const Json& json,
                                  std::uint64_t steps) const override {
    const NetworkState state = TRY(Read(json));
    const learning::Frame frame = descent_.design.design().Of(rows.rows);
    if (descent_.measures(state)) return descent_.scales.Add(rows, frame, steps);
    const Samples samples = descent_.design.Of(frame, descent_.ScalesAt(state));
    const std::uint64_t own = GradientSteps(steps);
    const double bound = descent_.clip * static_cast<double>(std::max(own, std::uint64_t{1})) /
                         static_cast<double>(std::max(steps, std::uint64_t{1}));
    network::WholeSum sum(network(), {.bound = bound, .steps = own});
    Int128 units = 0;
    std::vector<Index> starts;
    Index first = 0;
    const auto flush = [&](Index last) {
      AddSome(state, samples, first, last, starts, sum);
      starts.clear();
      first = last;
    };
    Index end = 0;
    learning::ForEachUnit(rows.starts, frame.places, [&](std::size_t from, std::size_t to) {
      ++units;
      if (starts.size() == kUnitsAtOnce) flush(end);
      starts.push_back(static_cast<Index>(from) - first);
      end = static_cast<Index>(to);
    });
    if (!starts.empty()) flush(end);
    std::vector<Int128> numbers = sum.Take();
    numbers.push_back(units * static_cast<Int128>(steps / kCounting));
    return numbers;
  }

  Outcome<learning::Step> Next(const Json& json, std::span<const double> totals,
                               double sigma) const override {
    auto state = Read(json);
    if (!state) return learning::RefuseState(state.error());
    const Eigen::Map<const VectorXd> all(totals.data(), static_cast<Index>(totals.size()));
    TRY(learning::CheckTotals(totals, static_cast<std::size_t>(LengthAt(*state))));
    if (descent_.measures(*state)) {
      Measure(all, sigma, *state);
    } else {
      Descend(all, sigma, *state);
    }
    ++state->round;
    learning::Step step{.said = fmt::format("round {} of {}", state->round, descent_.rounds)};
    if (state->round == descent_.rounds) {
      TRY(CheckUnits(state->counted));
      step.fitted = TableOf(*state, sigma);
      return step;
    }
    step.state = ToJson(*state, descent_.parts());
    if (!Read(step.state))
      return Refuse("not_converged", "the steps left all bounds", "write a smaller learning_rate", "22023");
    return step;
  }

 private:
  const network::Network& network() const { return descent_.design.network(); }
  Index LengthAt(const NetworkState& state) const {
    return descent_.measures(state) ? descent_.scales.length() : network().parameters() + 1;
  }
  Result<NetworkState> Read(const Json& json) const {
    NetworkState state = TRY(ReadNetworkState(json, descent_.parts()));
    const bool scaled = descent_.measuring() > 0 && !descent_.measures(state);
    if (scaled && !descent_.scales.Holds(state.measured))
      return Fail(ErrorCode::kInvalidArgument, "the state's scales are out of their bounds", "");
    return state;
  }

  // Sums, and after the last round what they come to.
  void Measure(const VectorXd& totals, double sigma, NetworkState& state) const {
    state.measured += totals;
    if (state.round + 1 < descent_.measuring()) return;
    state.measured = descent_.scales.Measured(state.measured, sigma * std::sqrt(descent_.measuring()));
  }

  void Descend(const VectorXd& totals, double sigma, NetworkState& state) const {
    state.counted += totals[totals.size() - 1] * static_cast<double>(kCounting) / descent_.clip;
    StepOf(descent_, totals.head(network().parameters()) / (sigma > 0 ? sigma : 1), state);
  }

  void AddSome(const NetworkState& state, const Samples& samples, Index first, Index last,
               std::span<const Index> starts, network::WholeSum& sum) const {
    const Index size = last - first;
    std::vector<std::uint64_t> seeds;
    if (network().drops()) seeds.assign(samples.seeds.begin() + first, samples.seeds.begin() + last);
    for (std::uint64_t& seed : seeds)
      seed = network::Mix(seed ^ network::Mix(static_cast<std::uint64_t>(state.round)));
    const auto pass = network().Forward(state.weights, samples.in.middleCols(first, size), seeds);
    auto loss = network::LossOf(network().outputs(), pass.out, samples.wanted.segment(first, size));
    sum.Add(network().Backward(state.weights, pass, std::move(loss.gradient)), starts, size);
  }

  // The mean over rounds, so that noise is small beside it.
  Outcome<void> CheckUnits(double counted) const {
    const double units = counted / ((descent_.rounds - descent_.measuring()) * descent_.sample);
    if (units >= descent_.rules.minimum_rows) return {};
    return Refuse("too_few_rows",
                  fmt::format("noise included, fewer than {} count", descent_.rules.minimum_rows),
                  "leave out columns with missing values, or ask for a table with more rows", "42501");
  }

  learning::Fitted TableOf(const NetworkState& state, double sigma) const {
    learning::Fitted fitted;
    fitted.columns = TableColumns();
    fitted.rows.push_back({std::int64_t{descent_.rounds}, static_cast<std::int64_t>(network().parameters()),
                           descent_.sample, descent_.clip, sigma});
    fitted.model = descent_.design.ModelOf(state.mean, descent_.ScalesAt(state));
    fitted.model["rounds"] = descent_.rounds;
    return fitted;
  }

  Descent descent_;
};

}  // namespace

learning::MadeNoisy MakeNoisyNetwork(const learning::Call& call, const learning::Schema& schema,
                                     const learning::Rules& rules) {
  learning::Options options(call);
  const std::string layers = TRY(options.Text("layers", ""));
  TRY(options.Choice("method", {"dpsgd"}));
  if (TRY(options.Text("combine", "mean")) != "mean")
    return Refuse("no_noisy_form",
                  "counts of members have no form under noise: one unit may move a whole member's vote",
                  "leave combine out: each unit is clipped, which bounds what it does", "0A000");
  const int rounds = TRY(options.Whole("rounds", 200, 1, 5000));
  const double sample = TRY(options.Number("sample", 0.1, 1e-6, 1));
  const double clip = TRY(options.Number("clip", 2, 1e-6, 1e6));
  const double learning_rate = TRY(options.Number("learning_rate", 0.02, 1e-6, 10));
  const int seed = TRY(options.Whole("seed", 1, 0, 2147483647));
  TRY(options.End());
  NetworkDesign design = TRY(NetworkDesign::Bind(call.formula, layers, schema));
  NetworkScales scales(design);
  return std::make_unique<NoisyNetwork>(Descent{.design = std::move(design),
                                                .scales = std::move(scales),
                                                .rules = rules,
                                                .rounds = rounds,
                                                .sample = sample,
                                                .clip = clip,
                                                .learning_rate = learning_rate,
                                                .seed = static_cast<std::uint64_t>(seed)});
}

}  // namespace concordat::training
