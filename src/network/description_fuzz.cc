// Whatever the text: it is refused with a hint, or its normal form reads as itself, and a network of it gives
// finite numbers.
#include "base/check.h"
#include "network/network.h"

namespace concordat::network {
namespace {

void Use(const std::vector<LayerText>& layers, const Outputs& outputs) {
  const Inputs inputs{.columns = 12, .factors = {{.first = 1, .count = 2}, {.first = 5, .count = 1}}};
  const auto network = Network::Make(layers, inputs, outputs);
  if (!network) return CHECK(!network.error().hint.empty() && network.error().sqlstate.size() == 5);
  CHECK(network->parameters() > 0 && network->parameters() <= kMostParameters);
  const Eigen::VectorXd weights = network->StartingWeights(1);
  const Lanes in = Lanes::Constant(inputs.columns, 2, 0.5);
  const auto pass = network->Forward(weights, in);
  const Loss loss = LossOf(outputs, pass.out, Eigen::VectorXd::Ones(2));
  CHECK(SumOf(*network, network->Backward(weights, pass, loss.gradient)).allFinite());
}

}  // namespace
}  // namespace concordat::network

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace concordat::network;
  const auto layers = ParseLayers({reinterpret_cast<const char*>(data), size});
  if (!layers) {
    CHECK(!layers.error().hint.empty() && layers.error().position.value_or(0) <= static_cast<int>(size));
    return 0;
  }
  const auto again = ParseLayers(ToText(*layers));
  // The normal form may be longer than descriptions are.
  CHECK(again ? *again == *layers : again.error().reason == "layers_too_large");
  Use(*layers, {.target = Target::kNumber});
  Use(*layers, {.target = Target::kTwo});
  Use(*layers, {.target = Target::kClasses, .classes = 3});
  return 0;
}
