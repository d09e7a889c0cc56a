// Networks over members: each takes some steps on its own rows, and the mean of what they came to, weighted
// by rows, moves the weights that all have; or their median or trimmed mean, each member alike, in more steps
// than one (robust.h). Only sums over members are opened, never one member's update.
//
// Sources: FedAvg, FedProx, SCAFFOLD: local_update.h; FedAdam: Reddi et al., "Adaptive Federated
// Optimization" (2021), algorithm 2. Owners keep nothing that they cannot make anew: SCAFFOLD's variate of a
// member is the gradient of its rows at the weights of the round before, which the state has.
#include "training/federated.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "learning/disclosure.h"
#include "learning/packing.h"

namespace concordat::training {
namespace {

using Eigen::VectorXd;

// What members add up; rows' sums, not means.
struct Totals {
  double rows = 0, lost = 0, right = 0, lost_members = 0;
  VectorXd update, gradient;      // weighted by rows; the gradient for SCAFFOLD alone
  std::span<const double> votes;  // instead, where their combination is robust
};

std::size_t LengthOf(const Federated& fit, const NetworkState& state) {
  if (state.step > 0) return fit.robust->Length(state.step);
  const std::size_t told = 3 + (state.round == 0 ? fit.survey.length() : 0);
  if (!fit.trains(state.round)) return told;
  if (fit.robust) return told + 1 + fit.robust->Length(0);
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

// What a member's own rows come to at some weights.
struct Own : learning::Kept {
  int round = 0;
  VectorXd weights;
  double rows = 0;
  Evaluation found;
  VectorXd update;  // zeros where its steps left all bounds, or nothing trains
  bool lost = false;
};

std::unique_ptr<Own> OwnOf(const Federated& fit, const NetworkState& state, const Samples& samples) {
  auto own = std::make_unique<Own>();
  own->round = state.round;
  own->weights = state.weights;
  own->rows = static_cast<double>(samples.size());
  own->found = Evaluate(fit.design.network(), state.weights, samples);
  own->update = VectorXd::Zero(fit.parameters());
  if (!fit.trains(state.round)) return own;
  const std::uint64_t seed = network::Mix(fit.seed) ^ static_cast<std::uint64_t>(state.round);
  own->update = LocalUpdate(fit.design.network(), fit.training, state.weights,
                            CorrectionOf(fit, state, samples), samples, seed);
  own->lost = !own->update.allFinite();
  if (own->lost) own->update.setZero();
  return own;
}

void Append(const std::vector<double>& more, std::vector<double>& numbers) {
  numbers.insert(numbers.end(), more.begin(), more.end());
}

void PutTraining(const Federated& fit, const Own& own, std::vector<double>& numbers) {
  numbers.push_back(own.lost ? 1 : 0);
  if (fit.robust) return Append(fit.robust->Add(*fit.robust->Read(0, {}), own.update), numbers);
  learning::Put(numbers, own.update * own.rows);
  if (fit.server == Server::kScaffold) learning::Put(numbers, own.found.gradient);
}

Totals ReadTotals(const Federated& fit, const NetworkState& state, std::span<const double> numbers) {
  learning::Taker taker(numbers);
  if (state.round == 0) taker.Part(fit.survey.length());
  Totals totals{.rows = taker.Number(), .lost = taker.Number(), .right = taker.Number()};
  if (!fit.trains(state.round)) return totals;
  totals.lost_members = taker.Number();
  if (fit.robust) {
    totals.votes = taker.Part(fit.robust->Length(0));
    return totals;
  }
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

// By the mean of members' moves, or what is in its place.
void StepBy(const Federated& fit, const VectorXd& move, NetworkState& state) {
  if (fit.server == Server::kAdam) return StepByAdam(fit, move, state);
  state.weights += fit.server_rate * move;
}

void StepOf(const Federated& fit, const Totals& totals, NetworkState& state) {
  if (fit.server == Server::kScaffold) {
    state.first = state.weights;
    state.second = totals.gradient / totals.rows;
  }
  StepBy(fit, totals.update / totals.rows, state);
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

std::vector<learning::Output> TableColumns(const Federated& fit) {
  return {{"round", Type::kInteger},
          {"loss", Type::kNumber},
          {TellsNumber(fit) ? "root_mean_square" : "accuracy", Type::kNumber}};
}

learning::Fitted TableOf(const Federated& fit, const NetworkState& state, double rows) {
  learning::Fitted fitted;
  fitted.columns = TableColumns(fit);
  for (std::size_t i = 0; i < state.history.size(); ++i)
    fitted.rows.push_back({static_cast<std::int64_t>(i), state.history[i].first, state.history[i].second});
  fitted.model = fit.design.ModelOf(state.weights);
  fitted.model["rows"] = rows;
  fitted.model["rounds"] = fit.rounds;
  fitted.model["loss"] = state.history.back().first;
  fitted.model[fitted.columns.back().name] = state.history.back().second;
  return fitted;
}

tl::unexpected<Refusal> NotConverged() {
  return Refuse("not_converged", "the steps left all bounds",
                "write a smaller learning_rate, or a smaller clip", "22023");
}

Outcome<learning::Step> Continued(const Federated& fit, const NetworkState& state, std::string said) {
  learning::Step step{.state = ToJson(state, fit.parts()), .said = std::move(said), .fitted = {}};
  if (!ReadNetworkState(step.state, fit.parts())) return NotConverged();
  return step;
}

// A step of several in which moves are combined; after the last one weights move. What comes of it is within
// the clip again, whatever members said.
Outcome<learning::Step> CombineSome(const Federated& fit, NetworkState state, std::span<const double> totals,
                                    std::string said) {
  Robust::Step step = TRY(fit.robust->Next(*fit.robust->Read(state.step, state.brackets), totals));
  if (step.combined) {
    const double norm = step.combined->norm(), clip = fit.training.clip;
    StepBy(fit, norm > clip ? VectorXd(*step.combined * (clip / norm)) : *step.combined, state);
    ++state.round;
    state.step = 0;
    state.brackets.resize(0);
  } else {
    state.step = step.brackets.step;
    state.brackets = fit.robust->ToNumbers(step.brackets);
  }
  return Continued(fit, state, std::move(said));
}

// Steps that left all bounds move nothing where a few members do not decide.
double MostLost(const Federated& fit) {
  return fit.robust ? static_cast<double>(fit.robust->terms().trimmed) : 0;
}

Outcome<learning::Step> Continue(const Federated& fit, NetworkState state, const Totals& totals) {
  if (totals.lost_members > MostLost(fit)) return NotConverged();
  const auto told = ToldOf(fit, totals);
  if (state.round != 1) state.history.push_back(told);
  std::string said = fmt::format("round {} of {}: loss {:.4g}, {} {:.4g}", std::min(state.round, fit.rounds),
                                 fit.rounds, told.first, TableColumns(fit).back().name, told.second);
  if (state.round > fit.rounds)
    return learning::Step{.state = {}, .said = std::move(said), .fitted = TableOf(fit, state, totals.rows)};
  const bool trains = fit.trains(state.round);
  if (trains && fit.robust) return CombineSome(fit, std::move(state), totals.votes, std::move(said));
  if (trains) StepOf(fit, totals, state);
  ++state.round;
  return Continued(fit, state, std::move(said));
}

// Of the step's numbers, those by which moves are combined.
template <class Number>
std::span<Number> CombiningPart(const Federated& fit, const NetworkState& state, std::span<Number> numbers) {
  return numbers.last(std::min(numbers.size(), fit.robust->Length(state.step)));
}

class FederatedMethod final : public learning::ExactMethod, public learning::MemberCounts {
 public:
  explicit FederatedMethod(Federated fit) : fit_(std::move(fit)) {}

  std::vector<learning::Output> Outputs() const override { return TableColumns(fit_); }
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

  Result<std::size_t> Length(const Json& json) const override { return LengthOf(fit_, TRY(Read(json))); }

  Result<learning::Sums> Add(const learning::Rows& rows, const Json& json) const override {
    std::unique_ptr<learning::Kept> none;
    return AddAgain(rows, json, none);
  }

  // Steps of one round are at the same weights.
  Result<learning::Sums> AddAgain(const learning::Rows& rows, const Json& json,
                                  std::unique_ptr<learning::Kept>& kept) const override {
    const NetworkState state = TRY(Read(json));
    const auto* own = dynamic_cast<const Own*>(kept.get());
    if (state.step == 0 || own == nullptr || own->round != state.round || own->weights != state.weights) {
      const learning::Frame frame = fit_.design.design().Of(rows);
      auto made = OwnOf(fit_, state, fit_.design.Of(frame));
      if (state.step == 0) return AddFirst(rows, frame, state, std::move(made), kept);
      own = made.get();
      kept = std::move(made);
    }
    return learning::Sums{
        .numbers = fit_.robust->Add(*fit_.robust->Read(state.step, state.brackets), own->update),
        .effective_rows = own->found.effective_rows};
  }

  Outcome<learning::Step> Next(const Json& json, std::span<const double> totals) const override {
    auto state = Read(json);
    if (!state) return learning::RefuseState(state.error());
    TRY(learning::CheckTotals(totals, LengthOf(fit_, *state)));
    if (state->step > 0) {
      std::string said = fmt::format("round {} of {}: step {} of {}", state->round, fit_.rounds,
                                     state->step + 1, fit_.robust->steps());
      return CombineSome(fit_, *std::move(state), totals, std::move(said));
    }
    const Totals read = ReadTotals(fit_, *state, totals);
    if (state->round == 0) {
      TRY(fit_.survey.Check(totals.first(fit_.survey.length())));
      TRY(fit_.survey.CheckResponse(totals));
    }
    TRY(learning::CheckSize(fit_.rules, read.rows, 0));
    TRY(CheckParameters(fit_, read.rows));
    return Continue(fit_, *std::move(state), read);
  }

  const learning::MemberCounts* member_counts() const override { return fit_.robust ? this : nullptr; }

  void Scatter(const Json& json, std::span<double> numbers, RandomSource& random) const override {
    const auto state = Read(json);
    if (!state || !fit_.trains(state->round)) return;
    fit_.robust->Scatter(state->step, CombiningPart(fit_, *state, numbers), random);
  }

  Outcome<void> CheckRest(const Json& json, std::span<const double> totals,
                          std::span<const double> own) const override {
    const auto state = Read(json);
    if (!state) return learning::RefuseState(state.error());
    if (!fit_.trains(state->round)) return {};
    return fit_.robust->CheckRest(*fit_.robust->Read(state->step, state->brackets),
                                  CombiningPart(fit_, *state, totals), CombiningPart(fit_, *state, own));
  }

 private:
  Result<NetworkState> Read(const Json& json) const {
    NetworkState state = TRY(ReadNetworkState(json, fit_.parts()));
    if (fit_.robust) TRY(fit_.robust->Read(state.step, state.brackets));
    return state;
  }

  Result<learning::Sums> AddFirst(const learning::Rows& rows, const learning::Frame& frame,
                                  const NetworkState& state, std::unique_ptr<Own> own,
                                  std::unique_ptr<learning::Kept>& kept) const {
    learning::Sums sums{.numbers = {}, .effective_rows = own->found.effective_rows};
    if (state.round == 0) fit_.survey.Add(rows, frame, fit_.design.design().Scaled(frame.x), sums.numbers);
    sums.numbers.insert(sums.numbers.end(), {own->rows, own->found.lost, own->found.right});
    if (fit_.trains(state.round)) PutTraining(fit_, *own, sums.numbers);
    const bool held = std::all_of(sums.numbers.begin(), sums.numbers.end(),
                                  [](double number) { return std::abs(number) < 1e16; });
    if (!held)
      return Fail(ErrorCode::kResourceExhausted, "the numbers left what a sum can hold",
                  "write a smaller learning_rate, or a smaller clip");
    if (fit_.robust) kept = std::move(own);
    return sums;
  }

  Federated fit_;
};

}  // namespace

std::unique_ptr<learning::ExactMethod> FederatedOf(Federated fit) {
  return std::make_unique<FederatedMethod>(std::move(fit));
}

}  // namespace concordat::training
