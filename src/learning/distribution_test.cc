#include "learning/distribution.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace concordat::learning {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

// What R 4.2 prints with 17 digits: pnorm, pt, pchisq and pf with lower.tail = FALSE; qnorm and so on.
TEST(Distribution, AgreesWithR) {
  const struct {
    const char* name;
    double found, expected;
  } cases[] = {
      {"normal, far left", NormalTail(-8), 0.99999999999999933},
      {"normal", NormalTail(1.96), 0.024997895148220428},
      {"normal, far right", NormalTail(8), 6.2209605742717849e-16},
      {"normal, both", NormalTwoSided(-12.5), 7.4651285977554275e-36},
      {"normal density", NormalDensity(1.5), 0.12951759566589174},
      {"normal cumulative", NormalCumulative(-8), 6.2209605742717849e-16},
      {"Cauchy", TTail(2, 1), 0.14758361765043321},
      {"t, a fraction", TTail(2, 10.5), 0.03601690007848414},
      {"t, left", TTail(-1, 3), 0.80449889052211476},
      {"t, far", TTail(30, 200), 2.8620806044139203e-76},
      {"t, both", TTwoSided(-3.3, 17), 0.0042300974037256679},
      {"chi-squared", ChiSquaredTail(3.84, 1), 0.050043521248705224},
      {"chi-squared, far", ChiSquaredTail(200, 10), 1.6139305336977309e-37},
      {"chi-squared, a fraction", ChiSquaredTail(0.1, 3.5), 0.99681558616332921},
      {"F", FTail(4, 1, 10), 0.073388034770740393},
      {"F, middle", FTail(0.5, 3, 100), 0.68313252889388165},
      {"F, far", FTail(30, 5, 1e4), 2.2796231352447782e-30},
      {"normal quantile", NormalQuantile(0.975), 1.9599639845400536},
      {"normal quantile, far", NormalQuantile(1e-10), -6.3613409024040557},
      {"Cauchy quantile", TQuantile(0.975, 1), 12.706204736174694},
      {"t quantile, a fraction", TQuantile(0.9, 10.5), 1.3675851988338199},
      {"t quantile, many", TQuantile(0.01, 1e6), -2.3263516031208047},
      {"chi-squared quantile", ChiSquaredQuantile(0.95, 1), 3.841458820694124},
      {"chi-squared quantile, left", ChiSquaredQuantile(0.01, 10.5), 2.802940803602588},
      {"F quantile", FQuantile(0.95, 1, 10), 4.9646027437307101},
      {"F quantile, left", FQuantile(0.01, 7, 3), 0.11832520069069975},
  };
  for (const auto& c : cases) EXPECT_NEAR(c.found / c.expected, 1, 1e-12) << c.name;
}

TEST(Distribution, EndsAreValuesAndNonsenseIsNan) {
  EXPECT_EQ(NormalQuantile(0), -kInfinity);
  EXPECT_EQ(TQuantile(1, 3), kInfinity);
  EXPECT_EQ(ChiSquaredQuantile(0, 3), 0);
  EXPECT_EQ(FTail(-1, 1, 1), 1);
  EXPECT_EQ(FTail(kInfinity, 1, 1), 0);
  EXPECT_EQ(TTail(kInfinity, 5), 0);
  for (const double nan : {NormalQuantile(1.5), TTail(1, 0), TTail(NAN, 3), ChiSquaredTail(1, -1),
                           FTail(1, 1, NAN), TQuantile(NAN, 2), FQuantile(0.5, 0, 1)})
    EXPECT_TRUE(std::isnan(nan));
}

}  // namespace
}  // namespace concordat::learning
