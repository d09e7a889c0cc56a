#include "network/safetensors.h"

#include <nlohmann/json.hpp>

#include "network/floats.h"
#include "network/tensors.h"

namespace concordat::network {

Result<std::string> SafetensorsOf(const Json& model) {
  const Saved saved = TRY(ReadSaved(model));
  Json head = Json::object();
  std::string body;
  for (const Layer& layer : saved.network.layers()) {
    if (layer.parameters() == 0) continue;
    for (const Tensor& tensor : TensorsOf(layer, saved.weights)) {
      const std::size_t begin = body.size();
      PutFloats(tensor.values, body);
      head[tensor.name] = {
          {"dtype", "F32"}, {"shape", tensor.shape}, {"data_offsets", Json::array({begin, body.size()})}};
    }
  }
  head["__metadata__"] = {{"layers", ToText(saved.network.description())},
                          {"inputs", model.at("inputs").dump()},
                          {"response", model.at("response").dump()}};
  std::string text = head.dump();
  text.append((8 - text.size() % 8) % 8, ' ');
  std::string file;
  for (unsigned shift = 0; shift < 64; shift += 8)
    file.push_back(static_cast<char>((std::uint64_t{text.size()} >> shift) & 0xff));
  return file + text + body;
}

}  // namespace concordat::network
