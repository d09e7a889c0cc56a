#include "survival/cox_state.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "learning/state.h"

namespace concordat::survival {
namespace {

constexpr learning::Bounds kAny{-1e300, 1e300};
constexpr learning::Bounds kCounts{0, 1e12};
constexpr double kMostEvents = 1e9;

bool Ascends(const std::vector<std::int64_t>& list) {
  return std::adjacent_find(list.begin(), list.end(), std::greater_equal<>()) == list.end();
}

}  // namespace

void PutIntervals(const std::vector<Intervals>& strata, Json* json) {
  Json starts = Json::array();
  Json events = Json::array();
  for (const Intervals& each : strata) {
    starts.push_back(each.starts);
    events.push_back(each.events);
  }
  (*json)["starts"] = std::move(starts);
  (*json)["events"] = std::move(events);
}

Result<std::vector<Intervals>> ReadIntervals(const Json& json, std::size_t strata, std::size_t times) {
  auto starts = TRY(learning::ListsOf(json, "starts", strata, times, {0, static_cast<double>(times) - 1}));
  auto events = TRY(learning::ListsOf(json, "events", strata, times, {1, kMostEvents}));
  std::vector<Intervals> all;
  for (std::size_t s = 0; s < strata; ++s) {
    if (starts[s].size() != events[s].size() || !Ascends(starts[s]))
      return learning::WrongState("intervals of the state do not fit together");
    all.push_back({.starts = std::move(starts[s]), .events = std::move(events[s])});
  }
  return all;
}

Json ToJson(const CoxState& state) {
  if (state.round == 0) return Json{{"round", 0}};
  Json json{{"round", state.round},
            {"rows", state.rows},
            {"centre", learning::ToJson(state.centre)},
            {"scale", learning::ToJson(state.scale)},
            {"beta", learning::ToJson(state.beta)},
            {"step", learning::ToJson(state.step)},
            {"halved", state.halved},
            {"log", state.log},
            {"null_log", state.null_log},
            {"null_score", state.null_score},
            {"null_variance", learning::ToJson(state.null_variance)}};
  PutIntervals(state.strata, &json);
  return json;
}

Result<CoxState> ReadCoxState(const Json& json, const CoxFrame& frame) {
  CoxState state;
  state.round =
      static_cast<int>(TRY(learning::WholeOf(json, "round", {0, static_cast<double>(frame.max_rounds)})));
  if (state.round == 0) return state;
  state.rows = TRY(learning::NumberOf(json, "rows", kCounts));
  state.strata = TRY(ReadIntervals(json, frame.strata, frame.times));
  state.centre = TRY(learning::VectorOf(json, "centre", frame.columns, kAny));
  state.scale = TRY(learning::VectorOf(json, "scale", frame.columns, {1e-300, 1e300}));
  state.beta = TRY(learning::VectorOf(json, "beta", frame.columns, {-1e3, 1e3}));
  state.step = TRY(learning::VectorOf(json, "step", frame.columns, {-1e3, 1e3}));
  state.halved = static_cast<int>(TRY(learning::WholeOf(json, "halved", {0, 100})));
  state.log = TRY(learning::NumberOf(json, "log", kAny));
  state.null_log = TRY(learning::NumberOf(json, "null_log", kAny));
  state.null_score = TRY(learning::NumberOf(json, "null_score", kAny));
  state.null_variance = TRY(learning::VectorOf(json, "null_variance", frame.columns, {0, 1e300}));
  if (ShapeOf(state, frame).Length() > kMostCoxSums)
    return learning::WrongState("a round of the state has too many numbers");
  return state;
}

CoxShape ShapeOf(const CoxState& state, const CoxFrame& frame) {
  return {.columns = frame.columns,
          .efron = frame.efron,
          .weighted = frame.weighted,
          .entries = frame.entries,
          .strata = state.strata};
}

}  // namespace concordat::survival
