#include "learning/lm_noisy_state.h"

#include <nlohmann/json.hpp>

#include "learning/packing.h"
#include "learning/state.h"

namespace concordat::learning {
namespace {

using Eigen::Index;
using Eigen::VectorXd;

constexpr Bounds kUnit{-1, 1}, kAny{-1e12, 1e12}, kWide{-1e100, 1e100}, kPositive{1e-12, 1e12};

LmState InCells(LmState state, Windows windows) {
  state.cells = PlaceRounds::CellsOf(windows);
  state.windows = std::move(windows);
  return state;
}

Result<LmState> ReadWindows(const Json& json, Windows windows) {
  const auto size = static_cast<Index>(windows.size());
  const VectorXd centre = TRY(VectorOf(json, "centre", size, kUnit));
  const VectorXd half = TRY(VectorOf(json, "half", size, {1e-3, 1}));
  for (Index i = 0; i < size; ++i) windows[static_cast<std::size_t>(i)] = {centre[i], half[i]};
  return InCells({.round = 1}, std::move(windows));
}

Result<Standard> ReadStandard(const Json& json, Index terms) {
  Standard standard;
  standard.rows = TRY(NumberOf(json, "rows", {0, 1e15}));
  standard.centre = TRY(VectorOf(json, "centre", terms, kUnit));
  standard.spread = TRY(VectorOf(json, "spread", terms, {1e-9, 4}));
  standard.radius = TRY(NumberOf(json, "radius", kPositive));
  standard.most = TRY(NumberOf(json, "most", {1e-12, 2}));
  return standard;
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
    for (const Window& window : state.windows) {
      json["centre"].push_back(window.centre);
      json["half"].push_back(window.half);
    }
    return json;
  }
  json["rows"] = state.standard.rows;
  json["centre"] = ToJson(state.standard.centre);
  json["spread"] = ToJson(state.standard.spread);
  json["radius"] = state.standard.radius;
  json["most"] = state.standard.most;
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
  if (round == 1) return ReadWindows(json, shape.whole);
  LmState state{.round = static_cast<int>(round)};
  state.standard = TRY(ReadStandard(json, shape.terms));
  state.deviation = TRY(NumberOf(json, "deviation", kPositive));
  state.beyond = TRY(NumberOf(json, "beyond", {0, 1e15}));
  state.line = TRY(ReadLine(json, shape.terms));
  return state;
}

}  // namespace concordat::learning
