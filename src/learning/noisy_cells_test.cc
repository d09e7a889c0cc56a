// Cells tell where a column lies and how far it spreads, in whatever part of its range; a bound of residuals
// takes little where tails are short, and says what it takes where they are long.
#include "learning/noisy_cells.h"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <random>

namespace concordat::learning {
namespace {

using Eigen::Index;
using Eigen::VectorXd;

Counted CountedIn(const Cells& cells, const std::vector<double>& values, double sigma = 0) {
  Counted counted{.cells = cells, .counts = VectorXd::Zero(cells.size()), .sigma = sigma};
  for (const double value : values) counted.counts[cells.Of(value)] += 1;
  std::mt19937_64 random(7);
  std::normal_distribution<double> noise;
  for (double& count : counted.counts) count += sigma * noise(random);
  return counted;
}

std::vector<double> Drawn(const std::function<double(double)>& of_normal) {
  std::mt19937_64 random(20261128);
  std::normal_distribution<double> normal;
  std::vector<double> values(2'000);
  for (double& value : values) value = of_normal(normal(random));
  return values;
}

TEST(Cells, HoldTheWholeRangeOnce) {
  const Window windows[] = {{0, 1}, {0.3, 0.05}, {-1, 0.05}, {0.98, 0.4}, {0, 0.001}};
  for (const Window& window : windows) {
    const Cells cells(window, 16);
    EXPECT_EQ(cells.low(0), -1);
    EXPECT_EQ(cells.high(cells.size() - 1), 1);
    for (Index i = 0; i < cells.size(); ++i) {
      EXPECT_LT(cells.low(i), cells.high(i));
      EXPECT_EQ(cells.Of((cells.low(i) + cells.high(i)) / 2), i);
    }
    EXPECT_EQ(cells.Of(-5), 0);
    EXPECT_EQ(cells.Of(5), cells.size() - 1);
    EXPECT_LE(cells.size(), 16 + 2 * 12);
  }
}

// With noise as of epsilon 1 and 4 columns; the seed is fixed, and bounds are far beyond what others make.
TEST(Cells, TellCentreAndSpreadOfWhateverPartOfTheRange) {
  const struct {
    const char* name;
    std::function<double(double)> of_normal;
    double centre, near;
    double least, most;  // of the spread
  } cases[] = {
      {"half of it", [](double z) { return 0.1 + 0.3 * z; }, 0.1, 0.1, 0.2, 0.5},
      {"a fiftieth", [](double z) { return 0.4 + 0.02 * z; }, 0.4, 0.01, 0.012, 0.04},
      {"at its end", [](double z) { return -1 + 0.02 * std::exp(z); }, -0.98, 0.01, 0.012, 0.08},
      {"mostly one value", [](double z) { return z < 1 ? -1 : -0.8; }, -1, 0.01, 0.1, 0.25},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    const std::vector<double> values = Drawn(c.of_normal);
    const Counted coarse = CountedIn(Cells({}, 32), values, 30);
    Window window = WindowAbout(MedianOf(coarse), coarse);
    window.half = std::max(window.half, 1.5 / 32);
    const Counted fine = CountedIn(Cells(window, 16), values, 30);
    const double centre = MedianOf(fine);
    EXPECT_NEAR(centre, c.centre, c.near);
    EXPECT_GT(SpreadAbout(centre, fine), c.least);
    EXPECT_LT(SpreadAbout(centre, fine), c.most);
  }
}

std::vector<double> Edges() {
  std::vector<double> edges;
  for (double edge = 1.0 / 64; edge < 64; edge *= std::sqrt(2)) edges.push_back(edge);
  return edges;
}

// Rows whose share beyond t is of a power, or of a normal law.
TEST(Clipping, TakesWhatItSays) {
  const struct {
    const char* name;
    std::function<double(double)> beyond;
    double least, most;  // of the bound
  } cases[] = {
      {"normal", [](double t) { return std::erfc(t / std::sqrt(2)); }, 2.5, 6},
      {"cubes", [](double t) { return std::min(1.0, std::pow(t, -3)); }, 4, 12},
      {"squares", [](double t) { return std::min(1.0, std::pow(t, -2)); }, 5, 30},
  };
  const std::vector<double> edges = Edges();
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    constexpr double kSize = 2'000, kNoise = 40;
    Sizes sizes{.edges = edges, .counts = VectorXd(static_cast<Index>(edges.size())), .sigma = kNoise};
    for (std::size_t i = 0; i < edges.size(); ++i)
      sizes.counts[static_cast<Index>(i)] =
          kSize * (c.beyond(edges[i]) - (i + 1 < edges.size() ? c.beyond(edges[i + 1]) : 0));
    const Clipping clipping = ClippingFor(sizes, 25, 0.5, 64);
    EXPECT_GT(clipping.most, c.least);
    EXPECT_LT(clipping.most, c.most);
    double taken = 0;
    for (double t = clipping.most; t < 1'000; t += 0.01) taken += 0.01 * kSize * c.beyond(t);
    EXPECT_GT(clipping.beyond, 0.7 * taken);
    EXPECT_LT(clipping.beyond, 2.9 * 25 * clipping.most) << "noise is of that size";
  }
  const Sizes none{.edges = edges, .counts = VectorXd::Zero(static_cast<Index>(edges.size())), .sigma = 40};
  EXPECT_EQ(ClippingFor(none, 25, 0.5, 64).most, 64) << "where nothing is told nothing is clipped";
  EXPECT_EQ(ClippingFor(none, 25, 0.5, 64).beyond, 0);
}

}  // namespace
}  // namespace concordat::learning
