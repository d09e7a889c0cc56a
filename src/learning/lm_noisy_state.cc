#include "learning/lm_noisy_state.h"

#include <nlohmann/json.hpp>

#include "learning/packing.h"
#include "learning/state.h"

namespace concordat::learning {
namespace {

using Eigen::Index;
using Eigen::VectorXd;

constexpr Bounds kAny{-1e12, 1e12}, kWide{-1e100, 1e100}, kPositive{1e-12, 1e12};

LmState InCells(LmState state, Windows windows) {
  state.cells = PlaceRounds::CellsOf(windows);
  state.windows = std::move(windows);
  return state;
}

Result<Line> ReadLine(const Json& json, Index terms) {
  const auto square = [&](const char* key) { return VectorOf(json, key, TriangleSize(terms), kWide); };
  Line line;
  line.beta = TRY(VectorOf(json, "beta", terms, kAny));
  line.covariance = FromTriangle(TRY(square("covariance")), terms);
  line.information = FromTriangle(TRY(square("information")), terms);
  line.known = TRY(NumberOf(json, "known", {0, 1}));
  return line;
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
  json["beta"] = ToJson(state.line.beta);
  json["covariance"] = ToJson(Triangle(state.line.covariance));
  json["information"] = ToJson(Triangle(state.line.information));
  json["known"] = state.line.known;
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
  state.line = TRY(ReadLine(json, shape.terms));
  return state;
}

}  // namespace concordat::learning
