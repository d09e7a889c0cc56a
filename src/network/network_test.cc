#include "network/network.h"

#include <gtest/gtest.h>

#include <cmath>

namespace concordat::network {
namespace {

Network NetworkOf(const char* text, const Inputs& inputs, const Outputs& outputs) {
  auto layers = ParseLayers(text);
  EXPECT_TRUE(layers) << text;
  auto network = Network::Make(*layers, inputs, outputs);
  EXPECT_TRUE(network) << text << ": " << network.error().message;
  return *std::move(network);
}

// Numbers that a formula makes, none of them at a kink: nothing is drawn.
Lanes Numbers(Index rows, Index lanes) {
  Lanes numbers(rows, lanes);
  for (Index j = 0; j < rows; ++j)
    for (Index i = 0; i < lanes; ++i)
      numbers(j, i) = std::sin(1.3 * static_cast<double>(j * lanes + i) + 0.4);
  return numbers;
}

const Inputs kPlain{.columns = 12};
const Inputs kFactors{.columns = 4, .factors = {{.first = 1, .count = 2}, {.first = 3, .count = 1}}};

// One level of each factor.
Lanes WithIndicators(Index lanes) {
  Lanes in = Numbers(4, lanes);
  in.bottomRows(3).setZero();
  for (Index i = 0; i < lanes; ++i) {
    if (i % 3 > 0) in(i % 3, i) = 1;
    in(3, i) = static_cast<double>(i % 2);
  }
  return in;
}

struct Case {
  const char* layers;
  Inputs inputs;
  Outputs outputs;
};

const Case kCases[] = {
    {"dense(1)", kPlain, {}},
    {"dense(5) relu dense(1)", kPlain, {}},
    {"dense(5) tanh dense(1) sigmoid", kPlain, {Target::kTwo}},
    {"dense(4) sigmoid dense(3) softmax", kPlain, {Target::kClasses, 3}},
    {"dense(6) layer_norm dense(1)", kPlain, {}},
    {"dense(6) group_norm(3) tanh dense(1)", kPlain, {}},
    {"dense(6) dropout(0.4) tanh dropout(0.2) dense(1)", kPlain, {}},
    {"sequence(2, 6) conv1d(3, 3) tanh dense(1)", kPlain, {}},
    {"sequence(2, 6) conv1d(3, 2, 2) group_norm(1) conv1d(2, 2) dense(1) sigmoid", kPlain, {Target::kTwo}},
    {"image(1, 3, 4) conv2d(4, 2) group_norm(2) tanh dense(3) softmax", kPlain, {Target::kClasses, 3}},
    {"image(3, 2, 2) conv2d(2, 1, 2) dense(1)", kPlain, {}},
    {"embedding(3) dense(1)", kFactors, {}},
    {"embedding(2) layer_norm dense(2) softmax", kFactors, {Target::kClasses, 2}},
};

double LossAt(const Network& network, const Eigen::VectorXd& weights, const Lanes& in,
              const Eigen::VectorXd& wanted, std::span<const std::uint64_t> seeds) {
  return LossOf(network.outputs(), network.Forward(weights, in, seeds).out, wanted).lost.sum();
}

Eigen::VectorXd WeightsOf(const Network& network) {
  Eigen::VectorXd weights = network.StartingWeights(7);
  for (Index k = 0; k < weights.size(); ++k) weights[k] += 0.1 * std::sin(static_cast<double>(k));
  return weights;
}

// By central differences: their error is of the order of the step's square and of rounding over the step.
TEST(Network, GradientsAreThoseOfFiniteDifferences) {
  constexpr Index kLanes = 5;
  constexpr double kStep = 1e-5;
  const std::vector<std::uint64_t> seeds = {3, 1, 4, 1, 5};
  for (const Case& c : kCases) {
    SCOPED_TRACE(c.layers);
    const Network network = NetworkOf(c.layers, c.inputs, c.outputs);
    const Lanes in = c.inputs.factors.empty() ? Numbers(c.inputs.columns, kLanes) : WithIndicators(kLanes);
    const Eigen::VectorXd wanted = Eigen::VectorXd{{0, 1, 1, 0, 1}};
    Eigen::VectorXd weights = WeightsOf(network);
    const auto pass = network.Forward(weights, in, seeds);
    const Loss loss = LossOf(c.outputs, pass.out, wanted);
    const Eigen::VectorXd gradient = SumOf(network, network.Backward(weights, pass, loss.gradient));
    EXPECT_GT(gradient.norm(), 1e-3);
    for (Index k = 0; k < weights.size(); ++k) {
      const double kept = weights[k];
      weights[k] = kept + kStep;
      const double above = LossAt(network, weights, in, wanted, seeds);
      weights[k] = kept - kStep;
      const double below = LossAt(network, weights, in, wanted, seeds);
      weights[k] = kept;
      EXPECT_NEAR(gradient[k], (above - below) / (2 * kStep), 1e-8 * std::max(1.0, gradient.norm())) << k;
    }
  }
}

// To the last bit: what noise protects rests on it.
TEST(Network, GivesALaneTheSameWhereverItStands) {
  for (const Case& c : kCases) {
    SCOPED_TRACE(c.layers);
    const Network network = NetworkOf(c.layers, c.inputs, c.outputs);
    const Eigen::VectorXd weights = WeightsOf(network);
    const Index lanes = 131;
    const Lanes in = c.inputs.factors.empty() ? Numbers(c.inputs.columns, lanes) : WithIndicators(lanes);
    std::vector<std::uint64_t> seeds(static_cast<std::size_t>(lanes));
    for (std::size_t i = 0; i < seeds.size(); ++i) seeds[i] = Mix(i);
    const auto all = network.Forward(weights, in, seeds);
    const Eigen::VectorXd wanted = Eigen::VectorXd::Zero(lanes);
    const auto factors = network.Backward(weights, all, LossOf(c.outputs, all.out, wanted).gradient);
    for (const Index i : {Index{0}, Index{1}, Index{64}, Index{127}, Index{130}}) {
      const auto one =
          network.Forward(weights, in.col(i), std::span(seeds).subspan(static_cast<std::size_t>(i), 1));
      EXPECT_EQ(one.out, all.out.col(i));
      const auto alone = network.Backward(weights, one, LossOf(c.outputs, one.out, wanted.head(1)).gradient);
      for (std::size_t l = 0; l < factors.size(); ++l)
        for (Index t = 0; t < factors[l].places; ++t) {
          EXPECT_EQ(alone[l].left.col(t), factors[l].left.col(t * lanes + i));
          EXPECT_EQ(alone[l].right.col(t), factors[l].right.col(t * lanes + i));
        }
    }
  }
}

TEST(Network, DropsByTheSeedAlone) {
  const Network network = NetworkOf("dropout(0.5) dense(1)", {.columns = 400}, {});
  const Eigen::VectorXd weights = Eigen::VectorXd::Ones(network.parameters());
  const Lanes in = Lanes::Ones(400, 2);
  const std::vector<std::uint64_t> alike = {9, 9}, others = {9, 10};
  const Lanes same = network.Forward(weights, in, alike).out,
              other = network.Forward(weights, in, others).out;
  EXPECT_EQ(same(0, 0), same(0, 1));
  EXPECT_NE(other(0, 0), other(0, 1));
  // 400 kept with a chance of a half, twice as large: 5 deviations of 20.
  EXPECT_NEAR(same(0, 0), 401, 100);
  EXPECT_EQ(network.Forward(weights, in).out(0, 0), 401);
}

TEST(Network, RefusesByName) {
  const struct {
    const char* layers;
    Outputs outputs;
    const char* reason;
    const char* hint;
  } cases[] = {
      {"", {}, "layers_syntax", "one after the other"},
      {"dense(1) -> relu", {}, "layers_syntax", "no cycle"},
      {"a: dense(4) a", {}, "unknown_layer", "dense"},
      {"densse(4)", {}, "unknown_layer", "did you mean dense?"},
      {"dense(4", {}, "layers_syntax", ""},
      {"dense()", {}, "layers_syntax", ""},
      {"dense", {}, "layers_syntax", ""},
      {"dense(1.5)", {}, "layers_syntax", ""},
      {"dense(1e999)", {}, "layers_syntax", ""},
      {"dropout(1) dense(1)", {}, "layers_syntax", ""},
      {"relu(3)", {}, "layers_syntax", ""},
      {"dense(5000) dense(1)", {}, "layers_too_large", "4096"},
      {"dense(4096) dense(4096) dense(1)", {}, "layers_too_large", "100000"},
      {"image(4096, 4096, 4096) dense(1)", {}, "layers_do_not_fit", "columns"},
      {"sequence(2, 6) conv1d(4096, 1) dense(1)", {}, "layers_too_large", "16384"},
      {"dense(2)", {}, "layers_do_not_fit", "end with dense(1)"},
      {"relu", {}, "layers_do_not_fit", "end with dense(1)"},
      {"image(1, 3, 4) conv2d(1000, 1) conv2d(90, 1) dense(1)", {}, "layers_too_large", "stride"},
      {"dense(1)", {Target::kTwo}, "layers_do_not_fit", "dense(1) sigmoid"},
      {"dense(2) softmax", {Target::kClasses, 3}, "layers_do_not_fit", "dense(3) softmax"},
      {"softmax dense(1)", {}, "layers_do_not_fit", "softmax"},
      {"dense(4) embedding(2) dense(1)", {}, "layers_do_not_fit", "first layer"},
      {"embedding(2) dense(1)", {}, "layers_do_not_fit", "leave the embedding out"},
      {"image(1, 3, 3) dense(1)", {}, "layers_do_not_fit", "columns"},
      {"conv1d(2, 3) dense(1)", {}, "layers_do_not_fit", "sequence"},
      {"sequence(2, 6) conv2d(2, 3) dense(1)", {}, "layers_do_not_fit", "image"},
      {"dense(6) group_norm(4) dense(1)", {}, "layers_do_not_fit", "divisor"},
      {"dense(1) layer_norm dense(1)", {}, "layers_do_not_fit", "leave it out"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.layers);
    const auto layers = ParseLayers(c.layers);
    const auto network = layers ? Network::Make(*layers, kPlain, c.outputs) : tl::unexpected(layers.error());
    ASSERT_FALSE(network);
    EXPECT_EQ(network.error().reason, c.reason) << network.error().message;
    EXPECT_NE(network.error().hint.find(c.hint), std::string::npos) << network.error().hint;
  }
  EXPECT_EQ(ParseLayers(std::string(2000, ' ')).error().reason, "layers_too_large");
  std::string many;
  for (int i = 0; i < 33; ++i) many += "relu ";
  EXPECT_EQ(ParseLayers(many).error().reason, "layers_too_large");
}

TEST(Network, ReadsWhatItWrites) {
  for (const Case& c : kCases) EXPECT_EQ(ToText(*ParseLayers(c.layers)), c.layers);
  EXPECT_EQ(ToText(*ParseLayers(" dense( 3 )\n relu ")), "dense(3) relu");
}

}  // namespace
}  // namespace concordat::network
