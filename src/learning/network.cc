// Networks over members: each takes some steps on its own rows, and the mean of what they came to, weighted
// by rows, moves the weights that all have. Only the sum over members is opened, never one member's update.
//
// Sources: FedAvg, FedProx, SCAFFOLD: network_training.h; FedAdam: Reddi et al., "Adaptive Federated
// Optimization" (2021), algorithm 2. Owners keep nothing between rounds: SCAFFOLD's variate of a member is
// the gradient of its rows at the weights of the round before, which the state has, made anew.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "learning/disclosure.h"
#include "learning/methods.h"
#include "learning/network_state.h"
#include "learning/network_training.h"
#include "learning/options.h"
#include "learning/packing.h"
#include "learning/survey.h"
#include "network/floats.h"

namespace concordat::learning {
namespace {

using Eigen::VectorXd;

enum class Server { kMean, kAdam, kScaffold };

struct Federated {
  NetworkDesign design;
  Survey survey;
  Rules rules;
  Training training;
  Server server = Server::kMean;
  double server_rate = 1;
  int rounds = 20;
  std::uint64_t seed = 1;

  Eigen::Index parameters() const { return design.network().parameters(); }
  NetworkParts parts() const {
    return {
        .parameters = parameters(), .rounds = rounds, .moments = server != Server::kMean, .history = true};
  }
  bool trains(int round) const { return round >= 1 && round <= rounds; }
};

// What members add up; rows' sums, not means.
struct Totals {
  double rows = 0, lost = 0, right = 0, lost_members = 0;
  VectorXd update, gradient;  // weighted by rows; the gradient for SCAFFOLD alone
};

std::size_t LengthOf(const Federated& fit, const NetworkState& state) {
  const std::size_t told = 3 + (state.round == 0 ? fit.survey.length() : 0);
  if (!fit.trains(state.round)) return told;
  const auto parameters = static_cast<std::size_t>(fit.parameters());
  return told + 1 + (fit.server == Server::kScaffold ? 2 : 1) * parameters;
}

// c - c_i, each at the weights of the round before; there is none before the first.
VectorXd CorrectionOf(const Federated& fit, const NetworkState& state, const Samples& samples) {
  if (fit.server != Server::kScaffold || state.round < 2 || samples.size() == 0)
    return VectorXd::Zero(fit.parameters());
  const VectorXd own = Evaluate(fit.design.network(), state.first, samples).gradient;
  return state.second - own / static_cast<double>(samples.size());
}

void PutTraining(const Federated& fit, const NetworkState& state, const Samples& samples,
                 const VectorXd& gradient, std::vector<double>& numbers) {
  const std::uint64_t seed = network::Mix(fit.seed) ^ static_cast<std::uint64_t>(state.round);
  VectorXd update = LocalUpdate(fit.design.network(), fit.training, state.weights,
                                CorrectionOf(fit, state, samples), samples, seed);
  const bool lost = !update.allFinite();
  if (lost) update.setZero();
  numbers.push_back(lost ? 1 : 0);
  Put(numbers, update * static_cast<double>(samples.size()));
  if (fit.server == Server::kScaffold) Put(numbers, gradient);
}

Totals ReadTotals(const Federated& fit, const NetworkState& state, std::span<const double> numbers) {
  Taker taker(numbers);
  if (state.round == 0) taker.Part(fit.survey.length());
  Totals totals{.rows = taker.Number(), .lost = taker.Number(), .right = taker.Number()};
  if (!fit.trains(state.round)) return totals;
  totals.lost_members = taker.Number();
  totals.update = taker.Vector(fit.parameters());
  if (fit.server == Server::kScaffold) totals.gradient = taker.Vector(fit.parameters());
  return totals;
}

Outcome<void> CheckParameters(const Federated& fit, double rows) {
  const double most = std::floor(fit.rules.parameters_share * rows);
  if (static_cast<double>(fit.parameters()) <= most) return {};
  return Refuse("too_many_parameters",
                fmt::format("the network has {} parameters over {:.0f} rows", fit.parameters(), rows),
                fmt::format("write fewer units: a network of {:.0f} parameters is the largest here", most),
                "42501");
}

// Reddi et al., algorithm 2, with the constants of its section 4.
void StepByAdam(const Federated& fit, const VectorXd& mean, NetworkState& state) {
  constexpr double kFirst = 0.9, kSecond = 0.99, kFloor = 1e-3;
  state.first = kFirst * state.first + (1 - kFirst) * mean;
  state.second = kSecond * state.second + (1 - kSecond) * mean.cwiseAbs2();
  state.weights.array() += fit.server_rate * state.first.array() / (state.second.array().sqrt() + kFloor);
}

void StepOf(const Federated& fit, const Totals& totals, NetworkState& state) {
  const VectorXd mean = totals.update / totals.rows;
  if (fit.server == Server::kAdam) return StepByAdam(fit, mean, state);
  if (fit.server == Server::kScaffold) {
    state.first = state.weights;
    state.second = totals.gradient / totals.rows;
  }
  state.weights += fit.server_rate * mean;
}

bool TellsNumber(const Federated& fit) {
  return fit.design.network().outputs().target == network::Target::kNumber;
}

// Mean loss; and the share told right, or of a number the root of the mean square, in its own units.
std::pair<double, double> ToldOf(const Federated& fit, const Totals& totals) {
  const double right = totals.right / totals.rows;
  const double half = fit.design.design().response_scale().half;
  return {totals.lost / totals.rows, TellsNumber(fit) ? half * std::sqrt(std::max(0.0, right)) : right};
}

std::vector<Output> TableColumns(const Federated& fit) {
  return {{"round", Type::kInteger},
          {"loss", Type::kNumber},
          {TellsNumber(fit) ? "root_mean_square" : "accuracy", Type::kNumber}};
}

Fitted TableOf(const Federated& fit, const NetworkState& state, double rows) {
  Fitted fitted;
  fitted.columns = TableColumns(fit);
  for (std::size_t i = 0; i < state.history.size(); ++i)
    fitted.rows.push_back({static_cast<std::int64_t>(i), state.history[i].first, state.history[i].second});
  fitted.model = fit.design.ModelOf(state.weights);
  fitted.model["rows"] = rows;
  fitted.model["rounds"] = fit.rounds;
  return fitted;
}

tl::unexpected<Refusal> NotConverged() {
  return Refuse("not_converged", "the steps left all bounds",
                "write a smaller learning_rate, or a smaller clip", "22023");
}

Outcome<Step> Continue(const Federated& fit, NetworkState state, const Totals& totals) {
  if (totals.lost_members > 0) return NotConverged();
  const auto told = ToldOf(fit, totals);
  if (state.round != 1) state.history.push_back(told);
  Step step{.said = fmt::format("round {} of {}: loss {:.4g}, {} {:.4g}", std::min(state.round, fit.rounds),
                                fit.rounds, told.first, TableColumns(fit).back().name, told.second)};
  if (state.round > fit.rounds) {
    step.fitted = TableOf(fit, state, totals.rows);
    return step;
  }
  if (fit.trains(state.round)) StepOf(fit, totals, state);
  ++state.round;
  step.state = ToJson(state, fit.parts());
  if (!ReadNetworkState(step.state, fit.parts())) return NotConverged();
  return step;
}

class FederatedMethod final : public ExactMethod {
 public:
  explicit FederatedMethod(Federated fit) : fit_(std::move(fit)) {}

  std::vector<Output> Outputs() const override { return TableColumns(fit_); }
  std::vector<std::string> Columns() const override { return fit_.design.design().Columns(); }

  Json Start() const override {
    const VectorXd zeros = VectorXd::Zero(fit_.parameters());
    return ToJson({.round = 0,
                   .weights = fit_.design.network().StartingWeights(fit_.seed),
                   .first = zeros,
                   .second = zeros,
                   .history = {}},
                  fit_.parts());
  }

  Result<std::size_t> Length(const Json& json) const override {
    return LengthOf(fit_, TRY(ReadNetworkState(json, fit_.parts())));
  }

  Result<Sums> Add(const Rows& rows, const Json& json) const override {
    const NetworkState state = TRY(ReadNetworkState(json, fit_.parts()));
    const Design& design = fit_.design.design();
    const Frame frame = design.Of(rows);
    const Samples samples = fit_.design.Of(frame);
    const Evaluation found = Evaluate(fit_.design.network(), state.weights, samples);
    Sums sums{.numbers = {}, .effective_rows = found.effective_rows};
    if (state.round == 0) fit_.survey.Add(rows, frame, design.Scaled(frame.x), sums.numbers);
    sums.numbers.insert(sums.numbers.end(), {static_cast<double>(samples.size()), found.lost, found.right});
    if (fit_.trains(state.round)) PutTraining(fit_, state, samples, found.gradient, sums.numbers);
    const bool held = std::all_of(sums.numbers.begin(), sums.numbers.end(),
                                  [](double number) { return std::abs(number) < 1e15; });
    if (!held)
      return Fail(ErrorCode::kResourceExhausted, "the numbers left what a sum can hold",
                  "write a smaller learning_rate, or a smaller clip");
    return sums;
  }

  Outcome<Step> Next(const Json& json, std::span<const double> totals) const override {
    auto state = ReadNetworkState(json, fit_.parts());
    if (!state) return RefuseState(state.error());
    const bool finite = std::all_of(totals.begin(), totals.end(), [](double x) { return std::isfinite(x); });
    if (!finite || totals.size() != LengthOf(fit_, *state))
      return RefuseState({.message = "the totals are not those of the state"});
    const Totals read = ReadTotals(fit_, *state, totals);
    if (state->round == 0) {
      TRY(fit_.survey.Check(totals.first(fit_.survey.length())));
      TRY(fit_.survey.CheckResponse(totals));
    }
    TRY(CheckSize(fit_.rules, read.rows, 0));
    TRY(CheckParameters(fit_, read.rows));
    return Continue(fit_, *std::move(state), read);
  }

 private:
  Federated fit_;
};

struct Federation {
  Server server = Server::kMean;
  double server_rate = 1;
  double mu = 0;
};

Outcome<Federation> FederationOf(Options& options) {
  const std::string method = TRY(options.Choice("method", {"fedavg", "fedprox", "fedadam", "scaffold"}));
  Federation federation;
  if (method == "fedadam") federation = {.server = Server::kAdam, .server_rate = 0.03};
  if (method == "scaffold") federation.server = Server::kScaffold;
  federation.server_rate = TRY(options.Number("server_rate", federation.server_rate, 1e-6, 10));
  if (method == "fedprox") federation.mu = TRY(options.Number("mu", 0.01, 0, 1000));
  return federation;
}

Outcome<Training> TrainingOf(Options& options) {
  Training training;
  training.epochs = TRY(options.Whole("epochs", 1, 1, 1000));
  training.batch = TRY(options.Whole("batch", 32, 0, 1'000'000));
  training.learning_rate = TRY(options.Number("learning_rate", 0.1, 1e-6, 100));
  training.clip = TRY(options.Number("clip", 10, 1e-6, 1000));
  return training;
}

}  // namespace

Made MakeNetwork(const Call& call, const Schema& schema, const Rules& rules) {
  Options options(call);
  const std::string layers = TRY(options.Text("layers", ""));
  const Federation federation = TRY(FederationOf(options));
  Training training = TRY(TrainingOf(options));
  training.mu = federation.mu;
  const int rounds = TRY(options.Whole("rounds", 20, 1, 2000));
  const int seed = TRY(options.Whole("seed", 1, 0, 2147483647));
  TRY(options.End());
  NetworkDesign design = TRY(NetworkDesign::Bind(call.formula, layers, schema));
  Survey survey = TRY(Survey::Make(design.design(), schema, rules, {}));
  return std::make_unique<FederatedMethod>(Federated{.design = std::move(design),
                                                     .survey = std::move(survey),
                                                     .rules = rules,
                                                     .training = training,
                                                     .server = federation.server,
                                                     .server_rate = federation.server_rate,
                                                     .rounds = rounds,
                                                     .seed = static_cast<std::uint64_t>(seed)});
}

}  // namespace concordat::learning
