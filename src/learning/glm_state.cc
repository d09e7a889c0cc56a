#include "learning/glm_state.h"

#include <nlohmann/json.hpp>

#include "learning/packing.h"
#include "learning/state.h"

namespace concordat::learning {
namespace {

// Far beyond what a fit comes to, and far within what its squares can hold.
constexpr Bounds kAnyNumber{-1e100, 1e100};
constexpr Bounds kNotNegative{0, 1e100};

Result<Eigen::VectorXd> BeforeOf(const Json& json, Eigen::Index columns) {
  const auto part = json.find("before");
  if (part != json.end() && part->is_array() && part->empty()) return Eigen::VectorXd();
  return VectorOf(json, "before", columns, kAnyNumber);
}

}  // namespace

Json ToJson(const GlmState& state) {
  Json json{{"round", state.round}};
  if (state.round == 0) return json;
  json["beta"] = ToJson(state.beta);
  json["before"] = ToJson(state.before);
  json["null_linear"] = state.null_linear;
  json["deviance"] = state.deviance;
  json["triangle"] = ToJson(state.triangle);
  json["variances"] = ToJson(state.variances);
  json["spread"] = ToJson(state.spread);
  json["rows"] = state.rows;
  json["weights"] = state.weights;
  json["log_terms"] = state.log_terms;
  json["path"] = state.path;
  return json;
}

Result<GlmState> ReadGlmState(const Json& json, Eigen::Index columns, int max_rounds) {
  GlmState state;
  state.round = static_cast<int>(TRY(WholeOf(json, "round", {0, static_cast<double>(max_rounds)})));
  if (state.round == 0) return state;
  state.beta = TRY(VectorOf(json, "beta", columns, kAnyNumber));
  state.before = TRY(BeforeOf(json, columns));
  state.null_linear = TRY(NumberOf(json, "null_linear", kAnyNumber));
  state.deviance = TRY(NumberOf(json, "deviance", kAnyNumber));
  state.triangle = TRY(VectorOf(json, "triangle", TriangleSize(columns), kAnyNumber));
  state.variances = TRY(VectorOf(json, "variances", columns, kAnyNumber));
  state.spread = TRY(VectorOf(json, "spread", columns, kAnyNumber));
  state.rows = TRY(NumberOf(json, "rows", kNotNegative));
  state.weights = TRY(NumberOf(json, "weights", kNotNegative));
  state.log_terms = TRY(NumberOf(json, "log_terms", kAnyNumber));
  if (json.contains("path")) state.path = json["path"];
  return state;
}

}  // namespace concordat::learning
