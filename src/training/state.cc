#include "training/state.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "learning/state.h"
#include "network/floats.h"
#include "network/saved.h"

namespace concordat::training {
namespace {

constexpr double kMostTold = 1e12;

Result<Eigen::VectorXd> FloatsOf(const Json& json, const std::string& key, Eigen::Index size, double most) {
  const auto found = json.find(key);
  if (found == json.end() || !found->is_string())
    return Fail(ErrorCode::kInvalidArgument, fmt::format("the state's {} are missing", key), "");
  return network::FromFloats(found->get_ref<const std::string&>(), size, most);
}

// In round 1 there is what round 0 found; it trains and tells of the same weights once more.
std::size_t Told(const NetworkState& state) {
  const int before = state.step == 0 ? state.round - 1 : state.round;
  return state.round == 0 ? 0 : static_cast<std::size_t>(std::max(1, before));
}

Result<void> ReadStep(const Json& json, const NetworkParts& parts, NetworkState& state) {
  const bool trains = state.round >= 1 && state.round <= parts.rounds;
  state.step = static_cast<int>(TRY(learning::WholeOf(json, "step", {0, trains ? parts.steps - 1.0 : 0})));
  state.brackets = TRY(FloatsOf(json, "brackets", state.step == 0 ? 0 : parts.brackets, kMostTold));
  return {};
}

}  // namespace

Json ToJson(const NetworkState& state, const NetworkParts& parts) {
  Json json = {{"round", state.round}, {"weights", network::ToFloats(state.weights)}};
  if (parts.moments) {
    json["first"] = network::ToFloats(state.first);
    json["second"] = network::ToFloats(state.second);
  }
  if (parts.steps > 1) {
    json["step"] = state.step;
    json["brackets"] = network::ToFloats(state.brackets);
  }
  if (parts.mean) json["mean"] = network::ToFloats(state.mean);
  if (parts.counted) json["counted"] = state.counted;
  if (parts.measured > 0) json["measured"] = network::ToFloats(state.measured);
  if (!parts.history) return json;
  json["history"] = Json::array();
  for (const auto& [lost, right] : state.history) json["history"].push_back(Json::array({lost, right}));
  return json;
}

Result<NetworkState> ReadNetworkState(const Json& json, const NetworkParts& parts) {
  NetworkState state;
  state.round =
      static_cast<int>(TRY(learning::WholeOf(json, "round", {0, static_cast<double>(parts.rounds) + 1})));
  state.weights = TRY(FloatsOf(json, "weights", parts.parameters, network::kLargestWeight));
  if (parts.moments) {
    state.first = TRY(FloatsOf(json, "first", parts.parameters, kMostTold));
    state.second = TRY(FloatsOf(json, "second", parts.parameters, kMostTold));
  }
  if (parts.steps > 1) TRY(ReadStep(json, parts, state));
  if (parts.mean) state.mean = TRY(FloatsOf(json, "mean", parts.parameters, network::kLargestWeight));
  if (parts.counted) state.counted = TRY(learning::NumberOf(json, "counted", {-kMostTold, kMostTold}));
  if (parts.measured > 0) state.measured = TRY(FloatsOf(json, "measured", parts.measured, kMostTold));
  if (!parts.history) return state;
  const Eigen::MatrixXd history = TRY(learning::MatrixOf(
      json, "history", static_cast<Eigen::Index>(Told(state)), 2, {-kMostTold, kMostTold}));
  for (Eigen::Index i = 0; i < history.rows(); ++i) state.history.emplace_back(history(i, 0), history(i, 1));
  return state;
}

}  // namespace concordat::training
