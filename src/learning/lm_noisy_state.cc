#include "learning/lm_noisy_state.h"

#include <nlohmann/json.hpp>

#include "learning/packing.h"
#include "learning/state.h"

namespace concordat::learning {
namespace {

using Eigen::Index;
using Eigen::VectorXd;

constexpr Bounds kPositive{1e-12, 1e12};

LmState InCells(LmState state, Windows windows) {
  state.cells = PlaceRounds::CellsOf(windows);
  state.windows = std::move(windows);
  return state;
}

}  // namespace

Json ToJson(const LmState& state) {
  Json json{{"round", state.round}};
  if (state.round == 0) return json;
  if (state.round == 1) {
    Put(json, state.windows);
    return json;
  }
  Put(json, state.standard);
  json["deviation"] = state.deviation;
  json["beyond"] = state.beyond;
  Put(json, state.line);
  return json;
}

Result<LmState> ReadLmState(const Json& json, const LmShape& shape) {
  const auto round = TRY(WholeOf(json, "round", {0, LmState::kRounds - 1}));
  if (round == 0) return InCells({}, shape.whole);
  if (round == 1) return InCells({.round = 1}, TRY(ReadWindows(json, shape.whole.size())));
  LmState state{.round = static_cast<int>(round)};
  state.standard = TRY(ReadStandard(json, shape.terms));
  state.deviation = TRY(NumberOf(json, "deviation", kPositive));
  state.beyond = TRY(NumberOf(json, "beyond", {0, 1e15}));
  state.line = TRY(ReadLine(json, shape.terms, 1e12));
  return state;
}

}  // namespace concordat::learning
