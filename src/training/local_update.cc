#include "training/local_update.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "network/norms.h"

namespace concordat::training {
namespace {

using Eigen::Index;
using Eigen::VectorXd;

constexpr Index kAtOnce = 1024;    // rows of an evaluation
constexpr double kMostLost = 1e9;  // by one row: sums stay within what members can add up

// Fisher, Yates, by Durstenfeld (1964): every order is as likely, but for what 64 bits leave.
std::vector<Index> OrderOf(Index rows, std::uint64_t seed) {
  std::vector<Index> order(static_cast<std::size_t>(rows));
  std::iota(order.begin(), order.end(), Index{0});
  for (std::size_t i = order.size(); i > 1; --i)
    std::swap(order[i - 1], order[(seed = network::Mix(seed)) % i]);
  return order;
}

Samples Some(const Samples& samples, std::span<const Index> rows, std::uint64_t seed) {
  Samples some{.in = network::Lanes(samples.in.rows(), static_cast<Index>(rows.size())),
               .wanted = VectorXd(static_cast<Index>(rows.size())),
               .seeds = {}};
  for (std::size_t i = 0; i < rows.size(); ++i) {
    some.in.col(static_cast<Index>(i)) = samples.in.col(rows[i]);
    some.wanted[static_cast<Index>(i)] = samples.wanted[rows[i]];
    if (!samples.seeds.empty())
      some.seeds.push_back(network::Mix(seed ^ samples.seeds[static_cast<std::size_t>(rows[i])]));
  }
  return some;
}

VectorXd MeanGradient(const network::Network& network, const VectorXd& weights, const Samples& batch) {
  const auto pass = network.Forward(weights, batch.in, batch.seeds);
  auto loss = network::LossOf(network.outputs(), pass.out, batch.wanted);
  const auto factors = network.Backward(weights, pass, std::move(loss.gradient));
  return network::SumOf(network, factors) / static_cast<double>(batch.size());
}

VectorXd Clipped(const VectorXd& update, double clip) {
  const double norm = update.norm();
  return norm > clip ? VectorXd(update * (clip / norm)) : update;
}

}  // namespace

Evaluation Evaluate(const network::Network& network, const VectorXd& weights, const Samples& samples) {
  Evaluation found{.gradient = VectorXd::Zero(network.parameters())};
  double norms = 0, squares = 0;
  for (Index first = 0; first < samples.size(); first += kAtOnce) {
    const Index size = std::min(kAtOnce, samples.size() - first);
    const auto pass = network.Forward(weights, samples.in.middleCols(first, size));
    auto loss = network::LossOf(network.outputs(), pass.out, samples.wanted.segment(first, size));
    found.lost += loss.lost.cwiseMin(kMostLost).sum();
    found.right += loss.right.cwiseMin(kMostLost).sum();
    const auto factors = network.Backward(weights, pass, std::move(loss.gradient));
    found.gradient += network::SumOf(network, factors);
    const VectorXd own = network::NormsOf(factors, size);
    norms += own.sum();
    squares += own.squaredNorm();
  }
  found.effective_rows = squares > 0 ? norms * norms / squares : static_cast<double>(samples.size());
  return found;
}

VectorXd LocalUpdate(const network::Network& network, const Training& training, const VectorXd& weights,
                     const VectorXd& correction, const Samples& samples, std::uint64_t seed) {
  VectorXd own = weights;
  const auto batch = static_cast<std::size_t>(training.batch == 0 ? std::max(samples.size(), Index{1})
                                                                  : Index{training.batch});
  for (int epoch = 0; epoch < training.epochs; ++epoch) {
    const std::vector<Index> order = OrderOf(samples.size(), seed = network::Mix(seed));
    for (std::size_t first = 0; first < order.size(); first += batch) {
      const auto rows = std::span(order).subspan(first, std::min(batch, order.size() - first));
      const VectorXd gradient = MeanGradient(network, own, Some(samples, rows, seed));
      own -= training.learning_rate * (gradient + correction + training.mu * (own - weights));
    }
  }
  return Clipped(own - weights, training.clip);
}

}  // namespace concordat::training
