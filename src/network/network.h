// A network with known shapes, made of a description and of what goes in and out: pure arithmetic.
#pragma once

#include <string>
#include <vector>

#include "network/layer.h"

namespace concordat::network {

// What it is to tell: a number by squared error, one of two by binary cross-entropy, one of several by
// softmax cross-entropy.
enum class Target { kNumber, kTwo, kClasses };

struct Inputs {
  Index columns = 0;
  std::vector<Indicators> factors;  // that an embedding looks up
};

struct Outputs {
  Target target = Target::kNumber;
  Index classes = 1;  // of kClasses
};

// Threading: any thread; nothing changes after Make.
class Network {
 public:
  // Refusals: layers_do_not_fit, saying which layer and what it was given; layers_too_large.
  static Outcome<Network> Make(std::vector<LayerText> layers, const Inputs& inputs, const Outputs& outputs);

  const std::vector<LayerText>& description() const { return description_; }
  // Without the last sigmoid or softmax of kTwo and kClasses, which is the loss's.
  const std::vector<Layer>& layers() const { return layers_; }
  const Inputs& inputs() const { return inputs_; }
  const Outputs& outputs() const { return outputs_; }
  Index parameters() const { return parameters_; }
  // Has it a layer that drops?
  bool drops() const;

  // Glorot, Bengio, "Understanding the Difficulty of Training Deep Feedforward Neural Networks" (2010): even
  // within ± sqrt(6 / (inputs + outputs)); biases and shifts 0, gains 1.
  Eigen::VectorXd StartingWeights(std::uint64_t seed) const;

  struct Pass {
    std::vector<Trace> traces;
    Lanes out;  // before the last sigmoid or softmax
  };
  // `in` has inputs().columns rows, a column a row of the table. `seeds`: of each lane, where layers drop.
  Pass Forward(const Eigen::VectorXd& weights, const Lanes& in,
               std::span<const std::uint64_t> seeds = {}) const;
  // Of each layer with weights, in their order.
  std::vector<Factors> Backward(const Eigen::VectorXd& weights, const Pass& pass, Lanes gradient) const;
  // What is told: numbers, or chances of the second of two or of each class.
  Lanes Predict(const Eigen::VectorXd& weights, const Lanes& in) const;

 private:
  Network() = default;
  Outcome<void> Add(LayerText text);
  Outcome<void> End();

  std::vector<LayerText> description_;
  std::vector<Layer> layers_;
  Inputs inputs_;
  Outputs outputs_;
  Index parameters_ = 0;
  Index products_ = 0;  // of a weight and a number, for one row
};

// Of each lane what it loses, whether it was told right (for kNumber the square of what it was off), and the
// gradient with respect to Pass::out.
struct Loss {
  Eigen::VectorXd lost, right;
  Lanes gradient;
};
// `wanted`: of each lane the number, 0 or 1, or the place of its class.
Loss LossOf(const Outputs& outputs, const Lanes& out, const Eigen::VectorXd& wanted);

// Adds up what lanes' gradients are together, as one vector of all weights.
Eigen::VectorXd SumOf(const Network& network, const std::vector<Factors>& factors);

}  // namespace concordat::network
