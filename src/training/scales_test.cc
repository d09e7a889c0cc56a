// Scales that the first rounds of a network under noise measure.
#include "training/scales.h"

#include <gtest/gtest.h>

#include <cmath>

#include "learning/testing_fit.h"
#include "learning/testing_noisy.h"

namespace concordat::training {
namespace {

using Eigen::VectorXd;

NetworkDesign DesignOf(const char* formula, const char* layers = "dense(1)") {
  auto design = NetworkDesign::Bind(formula, layers, learning::PeopleSchema());
  EXPECT_TRUE(design) << design.error().message;
  return *std::move(design);
}

constexpr std::uint64_t kSteps = 1 << 24;

// Sums of rows, each a unit of its own.
VectorXd SumsOf(const NetworkDesign& design, const learning::Rows& rows) {
  const NetworkScales scales(design);
  const auto whole = scales.Add(learning::ByUnit(rows), design.design().Of(rows), kSteps);
  VectorXd sums(scales.length());
  for (std::size_t i = 0; i < whole.size(); ++i)
    sums[static_cast<Eigen::Index>(i)] = static_cast<double>(whole[i]) * scales.bound() / double{kSteps};
  return sums;
}

TEST(NetworkScales, MeasureNumbersAndNoFactors) {
  const struct {
    const char* formula;
    const char* layers;
    Eigen::Index length;
  } cases[] = {
      {"split ~ age + sex + region", "dense(1) sigmoid", 3},
      {"split ~ sex * region", "dense(1) sigmoid", 1},
      {"split ~ zero + sex:age", "dense(1) sigmoid", 7},  // sexfemale:age, sexmale:age
      {"cost ~ sex", "dense(1)", 3},
      {"cost ~ poly(age, 2, raw = TRUE)", "dense(1)", 7},
  };
  for (const auto& c : cases) {
    const NetworkScales scales(DesignOf(c.formula, c.layers));
    EXPECT_EQ(scales.length(), c.length) << c.formula;
    EXPECT_EQ(scales.measures(), c.length > 1);
  }
}

TEST(NetworkScales, AreMeansAndDeviations) {
  const NetworkDesign design = DesignOf("cost ~ sex + age");
  const learning::Rows people = learning::People(1000, 1).front();
  const NetworkScales scales(design);
  const VectorXd measured = scales.Measured(SumsOf(design, people), 0);
  EXPECT_TRUE(scales.Holds(measured));
  EXPECT_NEAR(measured[0], 1000, 1e-3);
  const InputScales found = scales.Of(measured);
  const auto expect = [&](std::size_t column, double centre, double half) {
    const Eigen::Map<const Eigen::ArrayXd> values(people.columns[column].values.data(), 1000);
    const double mean = values.mean();
    EXPECT_NEAR(centre, mean, 1e-3);
    EXPECT_NEAR(half, std::sqrt((values - mean).square().mean()), 1e-2);
  };
  EXPECT_EQ(found.centre[0], 0);
  EXPECT_EQ(found.half[0], 1);
  expect(0, found.centre[1], found.half[1]);
  expect(1, found.response_centre, found.response_half);
}

// A column that is nearly constant is not made of noise; where units are not told from none, ranges stand.
TEST(NetworkScales, GoNoFurtherThanNoiseLetsThem) {
  const NetworkScales scales(DesignOf("split ~ age", "dense(1) sigmoid"));
  const VectorXd sums{{1000, -990, -19.9}};  // of a mean of -0.99 and no variance
  const struct {
    double sigma;
    double mean, least, most;
  } cases[] = {{0, -0.99, 0, 1e-3}, {10, -0.99, 0.14, 0.16}, {200, -0.99, 0.6, 0.7}, {400, 0, 1, 1}};
  for (const auto& c : cases) {
    const VectorXd measured = scales.Measured(sums, c.sigma);
    EXPECT_TRUE(scales.Holds(measured)) << c.sigma;
    EXPECT_EQ(measured[1], c.mean) << c.sigma;
    EXPECT_GE(measured[2], c.least) << c.sigma;
    EXPECT_LE(measured[2], c.most) << c.sigma;
  }
  for (const double units : {0.0, -1e6})
    EXPECT_TRUE(scales.Holds(scales.Measured(VectorXd{{units, 1e12, -1e12}}, 1)));
}

TEST(NetworkScales, LooksAtValuesWithinWhatIsDeclared) {
  const NetworkDesign design = DesignOf("split ~ age", "dense(1) sigmoid");
  learning::Rows people = learning::People(10, 1).front();
  for (double& age : people.columns[0].values) age = 1e9;
  const VectorXd sums = SumsOf(design, people);
  EXPECT_NEAR(sums[1], 10, 1e-4);
  EXPECT_NEAR(sums[2], 0, 1e-4);
}

}  // namespace
}  // namespace concordat::training
