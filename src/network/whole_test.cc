#include "network/whole.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

namespace concordat::network {
namespace {

struct WholeCase {
  const char* layers;
  Index rows_a_unit;
};

const WholeCase kWholeCases[] = {{"dense(5) tanh dense(1)", 1},
                                 {"dense(5) tanh dense(1)", 3},
                                 {"dense(6) layer_norm dense(1)", 1},
                                 {"sequence(2, 6) conv1d(3, 3) relu dense(1)", 1},
                                 {"image(1, 3, 4) conv2d(4, 2) tanh dense(1)", 2}};

struct Units {
  Lanes in;
  Eigen::VectorXd wanted;
  std::vector<Index> starts;
};

// Rows of every size, from tiny to far outside of all bounds; of seed 1.
Units Drawn(Index units, Index rows_a_unit) {
  std::mt19937_64 random(1);
  std::normal_distribution<double> normal;
  Units drawn{
      .in = Lanes(12, units * rows_a_unit), .wanted = Eigen::VectorXd(units * rows_a_unit), .starts = {}};
  for (Index unit = 0; unit < units; ++unit) {
    drawn.starts.push_back(unit * rows_a_unit);
    const double size = std::exp(4 * normal(random));
    for (Index i = unit * rows_a_unit; i < (unit + 1) * rows_a_unit; ++i) {
      for (Index j = 0; j < 12; ++j) drawn.in(j, i) = size * normal(random);
      drawn.wanted[i] = size * normal(random);
    }
  }
  return drawn;
}

Network NetworkOf(const char* layers) { return *Network::Make(*ParseLayers(layers), {.columns = 12}, {}); }

std::vector<Int128> SumOver(const Network& network, const Units& units, const WholeClip& clip) {
  const Eigen::VectorXd weights = network.StartingWeights(5);
  const auto pass = network.Forward(weights, units.in);
  const auto factors =
      network.Backward(weights, pass, LossOf(network.outputs(), pass.out, units.wanted).gradient);
  WholeSum sum(network, clip);
  sum.Add(factors, units.starts, units.in.cols());
  return sum.Take();
}

Units Without(const Units& units, std::size_t unit, Index rows_a_unit) {
  Units rest = units;
  const Index after = units.in.cols() - (static_cast<Index>(unit) + 1) * rows_a_unit;
  rest.in.resize(units.in.rows(), units.in.cols() - rows_a_unit);
  rest.in << units.in.leftCols(static_cast<Index>(unit) * rows_a_unit), units.in.rightCols(after);
  rest.wanted.resize(rest.in.cols());
  rest.wanted << units.wanted.head(static_cast<Index>(unit) * rows_a_unit), units.wanted.tail(after);
  rest.starts.pop_back();
  return rest;
}

// In whole numbers, so that a step too many shows.
TEST(WholeSum, MovesByNoMoreThanItsStepsWithoutAUnit) {
  for (const WholeCase& c : kWholeCases) {
    SCOPED_TRACE(c.layers);
    const Network network = NetworkOf(c.layers);
    const Units units = Drawn(60, c.rows_a_unit);
    for (const std::uint64_t steps : {std::uint64_t{7}, std::uint64_t{1} << 20, kMostSteps}) {
      const std::vector<Int128> all = SumOver(network, units, {.bound = 0.5, .steps = steps});
      int moved = 0;
      for (std::size_t unit = 0; unit < units.starts.size(); ++unit) {
        const auto rest =
            SumOver(network, Without(units, unit, c.rows_a_unit), {.bound = 0.5, .steps = steps});
        Uint128 square = 0;
        for (std::size_t i = 0; i < all.size(); ++i) {
          const Int128 by = all[i] - rest[i];
          ASSERT_LE(by < 0 ? -by : by, Int128{steps});
          square += static_cast<Uint128>(by * by);
        }
        ASSERT_LE(square, Uint128{steps} * steps) << "without unit " << unit;
        moved += square * 4 > Uint128{steps} * steps ? 1 : 0;
      }
      EXPECT_GT(moved, steps < 100 ? 0 : 15);  // some are at the clip
    }
  }
}

TEST(WholeSum, IsTheSumOfClippedGradients) {
  for (const WholeCase& c : kWholeCases) {
    SCOPED_TRACE(c.layers);
    const Network network = NetworkOf(c.layers);
    const Units units = Drawn(40, c.rows_a_unit);
    const Eigen::VectorXd weights = network.StartingWeights(5);
    Eigen::VectorXd wanted = Eigen::VectorXd::Zero(network.parameters());
    for (const Index start : units.starts) {
      const auto pass = network.Forward(weights, units.in.middleCols(start, c.rows_a_unit));
      const auto loss = LossOf(network.outputs(), pass.out, units.wanted.segment(start, c.rows_a_unit));
      const Eigen::VectorXd own = network::SumOf(network, network.Backward(weights, pass, loss.gradient));
      wanted += own * std::min(1.0, 2 / own.norm());
    }
    const double steps = 1 << 24;
    const auto whole = SumOver(network, units, {.bound = 2, .steps = 1 << 24});
    for (std::size_t i = 0; i < whole.size(); ++i)
      EXPECT_NEAR(static_cast<double>(whole[i]) * 2 / steps, wanted[static_cast<Index>(i)], 40 * 2 * 0x1p-9)
          << i;
  }
}

TEST(WholeSum, AddsNothingOfWhatIsNotFinite) {
  const Network network = NetworkOf("dense(5) tanh dense(1)");
  Units units = Drawn(3, 1);
  const auto without = SumOver(network, Without(units, 1, 1), {.bound = 1, .steps = 1 << 20});
  for (const double nasty : {static_cast<double>(NAN), static_cast<double>(INFINITY), 1e308}) {
    units.in.col(1).setConstant(nasty);
    units.wanted[1] = nasty;
    EXPECT_EQ(SumOver(network, units, {.bound = 1, .steps = 1 << 20}), without);
  }
}

}  // namespace
}  // namespace concordat::network
