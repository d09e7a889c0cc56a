#include "network/saved.h"

#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "network/floats.h"

namespace concordat::network {
namespace {

tl::unexpected<Error> Wrong(const std::string& what) {
  return Fail(ErrorCode::kInvalidArgument, "the model is no network's: " + what, "");
}

Result<Outputs> OutputsOf(const Saved& saved) {
  if (saved.levels.size() == 1) return Wrong("its response has a single level");
  if (saved.levels.empty()) return Outputs{};
  if (saved.levels.size() == 2) return Outputs{.target = Target::kTwo};
  return Outputs{.target = Target::kClasses, .classes = static_cast<Index>(saved.levels.size())};
}

Inputs InputsOf(const Json& model) {
  Inputs inputs{.columns = static_cast<Index>(model.at("inputs").size())};
  for (const Json& factor : model.at("factors"))
    inputs.factors.push_back({factor.at(0).get<Index>(), factor.at(1).get<Index>()});
  return inputs;
}

bool Fits(const Inputs& inputs) {
  Index end = 0;
  for (const Indicators& factor : inputs.factors) {
    if (factor.first < end || factor.count < 1 || factor.count > kWidest) return false;
    end = factor.first + factor.count;
  }
  return inputs.columns >= 1 && inputs.columns <= kMostNumbers && end <= inputs.columns;
}

// Throws what the JSON library does where a part is missing or of another kind.
struct Parts {
  Inputs inputs;
  std::string layers, weights;
};
Parts ReadParts(const Json& model, Saved& saved) {
  const Json& inputs = model.at("inputs");
  saved.centre.resize(static_cast<Index>(inputs.size()));
  saved.half.resize(saved.centre.size());
  for (const Json& each : inputs) {
    const auto i = static_cast<Index>(saved.terms.size());
    saved.terms.push_back(each.at("term").get<std::string>());
    saved.centre[i] = each.at("centre").get<double>();
    saved.half[i] = each.at("half").get<double>();
  }
  const Json& response = model.at("response");
  saved.levels = response.value("levels", std::vector<std::string>());
  saved.response_centre = response.value("centre", 0.0);
  saved.response_half = response.value("half", 1.0);
  return {InputsOf(model), model.at("layers").get<std::string>(), model.at("weights").get<std::string>()};
}

}  // namespace

Json ToJson(const Saved& saved) {
  Json inputs = Json::array(), factors = Json::array(), response = Json::object();
  for (std::size_t i = 0; i < saved.terms.size(); ++i) {
    const auto place = static_cast<Index>(i);
    inputs.push_back(
        {{"term", saved.terms[i]}, {"centre", saved.centre[place]}, {"half", saved.half[place]}});
  }
  for (const Indicators& factor : saved.network.inputs().factors)
    factors.push_back(Json::array({factor.first, factor.count}));
  if (saved.levels.empty()) {
    response["centre"] = saved.response_centre;
    response["half"] = saved.response_half;
  } else {
    response["levels"] = saved.levels;
  }
  return {{"inputs", std::move(inputs)},
          {"factors", std::move(factors)},
          {"response", std::move(response)},
          {"layers", ToText(saved.network.description())},
          {"parameters", saved.network.parameters()},
          {"weights", ToFloats(saved.weights)}};
}

Result<Saved> ReadSaved(const Json& model) {
  Saved saved{.network = *Network::Make({{Kind::kDense, {1}}}, {.columns = 1}, {})};
  Parts parts;
  try {
    parts = ReadParts(model, saved);
  } catch (const Json::exception& exception) {
    return Wrong(exception.what());
  }
  if (!Fits(parts.inputs)) return Wrong("its factors do not fit its inputs");
  if (!saved.centre.allFinite() || !saved.half.allFinite() || !(saved.half.minCoeff() > 0))
    return Wrong("a scale is out of its bounds");
  const Outputs outputs = TRY(OutputsOf(saved));
  const auto layers = ParseLayers(parts.layers);
  if (!layers) return Wrong(layers.error().message);
  auto network = Network::Make(*layers, parts.inputs, outputs);
  if (!network) return Wrong(network.error().message);
  saved.network = *std::move(network);
  saved.weights = TRY(FromFloats(parts.weights, saved.network.parameters(), kLargestWeight));
  return saved;
}

Lanes Predict(const Saved& saved, const Lanes& matrix) {
  const Lanes in = (matrix.array().colwise() - saved.centre.array()).colwise() / saved.half.array();
  Lanes out = saved.network.Predict(saved.weights, in);
  if (saved.levels.empty()) out.array() = saved.response_centre + saved.response_half * out.array();
  return out;
}

}  // namespace concordat::network
