#include "network/onnx.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "network/floats.h"
#include "network/norm.h"
#include "network/protobuf.h"
#include "network/tensors.h"

namespace concordat::network {
namespace {

// Numbers of fields and enumerations: onnx.proto of ONNX 1.12 (IR version 8).
constexpr std::uint64_t kFloat = 1, kInt64 = 7;
constexpr std::uint64_t kOfFloat = 1, kOfInt = 2, kOfInts = 7;
constexpr std::uint64_t kIrVersion = 8, kOpset = 17;

Message Ints(const std::string& name, const std::vector<Index>& numbers) {
  Message attribute;
  attribute.Text(1, name);
  for (const Index number : numbers) attribute.Number(8, static_cast<std::uint64_t>(number));
  return attribute.Number(20, kOfInts);
}
Message Int(const std::string& name, std::uint64_t number) {
  return Message().Text(1, name).Number(3, number).Number(20, kOfInt);
}
Message Float(const std::string& name, double number) {
  return Message().Text(1, name).Float(2, static_cast<float>(number)).Number(20, kOfFloat);
}

// Of so many rows, each with `columns` numbers.
Message ValueInfo(const std::string& name, Index columns) {
  const Message rows = Message().Text(2, "rows");
  const Message width = Message().Number(1, static_cast<std::uint64_t>(columns));
  const Message shape = Message().Part(1, rows).Part(1, width);
  const Message tensor = Message().Number(1, kFloat).Part(2, shape);
  return Message().Text(1, name).Part(2, Message().Part(1, tensor));
}

// Nodes one after the other, each on what the one before gave.
class Graph {
 public:
  void Node(const std::string& operation, const std::vector<std::string>& others = {},
            const std::vector<Message>& attributes = {}, const std::string& name = {}) {
    Message node;
    node.Text(1, last_);
    for (const std::string& other : others) node.Text(1, other);
    last_ = name.empty() ? fmt::format("v{}", nodes_++) : name;
    node.Text(2, last_).Text(3, last_).Text(4, operation);
    for (const Message& attribute : attributes) node.Part(5, attribute);
    graph_.Part(1, node);
  }
  // Its name.
  std::string Constant(const Tensor& tensor) {
    std::string bytes;
    PutFloats(tensor.values, bytes);
    return Constant(tensor.name, tensor.shape, kFloat, bytes);
  }
  void Reshape(const std::vector<Index>& shape) {
    std::string bytes;
    for (const Index size : shape)
      for (unsigned shift = 0; shift < 64; shift += 8)
        bytes.push_back(static_cast<char>((static_cast<std::uint64_t>(size) >> shift) & 0xff));
    const std::string name = fmt::format("shape{}", nodes_);
    Node("Reshape", {Constant(name, {static_cast<Index>(shape.size())}, kInt64, bytes)});
  }
  Message End(const Saved& saved, Index outputs) {
    Node("Identity", {}, {}, "y");
    graph_.Text(2, "network");
    return graph_.Part(11, ValueInfo("x", saved.network.inputs().columns)).Part(12, ValueInfo("y", outputs));
  }

 private:
  std::string Constant(const std::string& name, const std::vector<Index>& shape, std::uint64_t type,
                       const std::string& bytes) {
    Message tensor;
    for (const Index size : shape) tensor.Number(1, static_cast<std::uint64_t>(size));
    graph_.Part(5, tensor.Number(2, type).Text(8, name).Text(9, bytes));
    return name;
  }

  Message graph_;
  std::string last_ = "x";
  int nodes_ = 0;
};

std::vector<Index> Dimensions(const Shape& shape, bool plane) {
  if (plane) return {0, shape.channels, shape.height, shape.width};
  return {0, shape.channels, shape.width};
}

// What it looks up is a product with indicators: of level k the numbers of k less those of the first level.
void PutEmbedding(const Layer& layer, const Eigen::VectorXd& weights, Graph& graph) {
  const Eigen::Map<const Lanes> matrix(weights.data() + layer.first, layer.outputs, layer.inputs);
  Lanes product = Lanes::Zero(layer.out.size(), layer.in.size());
  Eigen::VectorXd shift = Eigen::VectorXd::Zero(layer.out.size());
  const Index numbers = layer.out.size() - layer.outputs * layer.places;
  std::vector<bool> looked_up(static_cast<std::size_t>(layer.in.size()));
  Index first = 0, place = 0;
  for (const Indicators& factor : layer.factors) {
    for (Index j = 0; j < layer.outputs; ++j) {
      const Index row = numbers + j * layer.places + place;
      shift[row] = matrix(j, first);
      for (Index k = 0; k < factor.count; ++k)
        product(row, factor.first + k) = matrix(j, first + k + 1) - matrix(j, first);
    }
    for (Index k = 0; k < factor.count; ++k) looked_up[static_cast<std::size_t>(factor.first + k)] = true;
    first += factor.count + 1;
    ++place;
  }
  Index row = 0;
  for (Index j = 0; j < layer.in.size(); ++j)
    if (!looked_up[static_cast<std::size_t>(j)]) product(row++, j) = 1;
  const Eigen::VectorXd flat = Eigen::Map<const Eigen::VectorXd>(product.data(), product.size());
  graph.Node("Gemm",
             {graph.Constant({"0.weight", {product.rows(), product.cols()}, flat}),
              graph.Constant({"0.bias", {shift.size()}, shift})},
             {Int("transB", 1)});
}

// Filters keep a shape of their own; all else is flat.
bool IsPlane(const Layer& layer) { return layer.text.kind == Kind::kConv2d; }

void PutNorm(const Layer& layer, std::vector<Tensor> tensors, Graph& graph) {
  const Index groups = GroupsOf(layer);
  graph.Reshape({0, groups, layer.in.size() / groups});
  graph.Node(
      "InstanceNormalization",
      {graph.Constant({fmt::format("{}.ones", layer.number), {groups}, Eigen::VectorXd::Ones(groups)}),
       graph.Constant({fmt::format("{}.zeros", layer.number), {groups}, Eigen::VectorXd::Zero(groups)})},
      {Float("epsilon", kNormFloor)});
  graph.Reshape({0, layer.in.channels, layer.in.size() / layer.in.channels});
  for (Tensor& tensor : tensors) tensor.shape.push_back(1);
  graph.Node("Mul", {graph.Constant(tensors[0])});
  graph.Node("Add", {graph.Constant(tensors[1])});
  graph.Reshape({0, layer.in.size()});
}

void PutLinear(const Layer& layer, const std::vector<Tensor>& tensors, Graph& graph) {
  const std::vector<std::string> names = {graph.Constant(tensors[0]), graph.Constant(tensors[1])};
  if (!IsConvolution(layer)) return graph.Node("Gemm", names, {Int("transB", 1)});
  const Index stride = layer.text.numbers.size() > 2 ? static_cast<Index>(layer.text.numbers[2]) : 1;
  graph.Reshape(Dimensions(layer.in, IsPlane(layer)));
  graph.Node("Conv", names, {Ints("strides", std::vector<Index>(IsPlane(layer) ? 2 : 1, stride))});
  graph.Reshape({0, layer.out.size()});
}

void Put(const Layer& layer, const Eigen::VectorXd& weights, Graph& graph) {
  switch (layer.text.kind) {
    case Kind::kEmbedding:
      return PutEmbedding(layer, weights, graph);
    case Kind::kDense:
    case Kind::kConv1d:
    case Kind::kConv2d:
      return PutLinear(layer, TensorsOf(layer, weights), graph);
    case Kind::kLayerNorm:
    case Kind::kGroupNorm:
      return PutNorm(layer, TensorsOf(layer, weights), graph);
    case Kind::kRelu:
      return graph.Node("Relu");
    case Kind::kTanh:
      return graph.Node("Tanh");
    case Kind::kSigmoid:
      return graph.Node("Sigmoid");
    case Kind::kSequence:
    case Kind::kImage:
    case Kind::kSoftmax:
    case Kind::kDropout:
      return;
  }
}

void PutEnd(const Saved& saved, Graph& graph) {
  const auto number = [&](const char* name, double value) {
    return graph.Constant({name, {1}, Eigen::VectorXd::Constant(1, value)});
  };
  if (saved.levels.size() > 2) return graph.Node("Softmax", {}, {Int("axis", 1)});
  if (!saved.levels.empty()) return graph.Node("Sigmoid");
  graph.Node("Mul", {number("response.half", saved.response_half)});
  graph.Node("Add", {number("response.centre", saved.response_centre)});
}

}  // namespace

Result<std::string> OnnxOf(const Json& model) {
  const Saved saved = TRY(ReadSaved(model));
  Graph graph;
  const Index columns = saved.network.inputs().columns;
  graph.Node("Sub", {graph.Constant({"centre", {columns}, saved.centre})});
  graph.Node("Div", {graph.Constant({"half", {columns}, saved.half})});
  for (const Layer& layer : saved.network.layers()) Put(layer, saved.weights, graph);
  PutEnd(saved, graph);
  const Index outputs = saved.levels.size() > 2 ? static_cast<Index>(saved.levels.size()) : 1;
  const Message opset = Message().Text(1, "").Number(2, kOpset);
  Message file;
  file.Number(1, kIrVersion).Text(2, "concordat").Part(7, graph.End(saved, outputs)).Part(8, opset);
  for (const char* key : {"inputs", "response"})
    file.Part(14, Message().Text(1, key).Text(2, model.at(key).dump()));
  return file.bytes();
}

}  // namespace concordat::network
