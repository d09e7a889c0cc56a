#include "learning/family.h"

#include <gtest/gtest.h>

#include <cmath>

namespace concordat::learning {
namespace {

using Kind = Family::Kind;

constexpr Link kAll[] = {Link::kIdentity, Link::kLog,     Link::kLogit, Link::kProbit,       Link::kCauchit,
                         Link::kCloglog,  Link::kInverse, Link::kSqrt,  Link::kInverseSquare};

TEST(Link, MeansInvertAndSlopesAreTheirDerivative) {
  for (const Link link : kAll) {
    SCOPED_TRACE(Name(link));
    EXPECT_EQ(LinkNamed(Name(link)), link);
    for (const double mu : {0.02, 0.3, 0.5, 0.9}) {
      const double eta = LinearOf(link, mu), step = 1e-5 * std::max(1.0, std::abs(eta));
      EXPECT_TRUE(IsLinear(link, eta));
      EXPECT_NEAR(MeanOf(link, eta) / mu, 1, 1e-12);
      const double slope = (MeanOf(link, eta + step) - MeanOf(link, eta - step)) / (2 * step);
      EXPECT_NEAR(SlopeOf(link, eta) / slope, 1, 1e-6) << mu;
    }
  }
  EXPECT_EQ(LinkNamed("tobit"), std::nullopt);
}

// R 4.2: make.link("logit")$linkinv(-40) and so on.
TEST(Link, HoldsMeansWhereRDoes) {
  const double tiny = 0x1p-52;
  const struct {
    const char* name;
    double found, expected;
  } cases[] = {
      {"logit, low", MeanOf(Link::kLogit, -40), tiny / (1 + tiny)},
      {"logit, high", MeanOf(Link::kLogit, 40), 1 / tiny / (1 + 1 / tiny)},
      {"logit's slope", SlopeOf(Link::kLogit, 31), tiny},
      {"probit, low", MeanOf(Link::kProbit, -40), 2.2204460492503284e-16},
      {"probit's slope", SlopeOf(Link::kProbit, 40), tiny},
      {"cauchit, low", MeanOf(Link::kCauchit, -1e20), tiny},
      {"cauchit, far", MeanOf(Link::kCauchit, -1e9), 3.1830988618379069e-10},
      {"cauchit's slope", SlopeOf(Link::kCauchit, 1e20), tiny},
      {"cloglog, high", MeanOf(Link::kCloglog, 10), 1 - tiny},
      {"cloglog, low", MeanOf(Link::kCloglog, -100), tiny},
      {"cloglog's slope", SlopeOf(Link::kCloglog, 1000), tiny},
      {"log, low", MeanOf(Link::kLog, -800), tiny},
  };
  for (const auto& c : cases) EXPECT_NEAR(c.found / c.expected, 1, 1e-11) << c.name;
  EXPECT_FALSE(IsLinear(Link::kSqrt, -1));
  EXPECT_FALSE(IsLinear(Link::kInverse, 0));
  EXPECT_FALSE(IsLinear(Link::kInverseSquare, 0));
  EXPECT_FALSE(IsLinear(Link::kIdentity, NAN));
}

// R 4.2: the family's dev.resids(y, mu, weight) and variance(mu), MASS's negative.binomial(1.5).
TEST(Family, AgreesWithR) {
  const struct {
    const char* name;
    Family family;
    double y, mu, weight, deviance, variance;
  } cases[] = {
      {"gaussian", {Kind::kGaussian, Link::kIdentity}, 3, 1, 2, 8, 1},
      {"binomial, no", {Kind::kBinomial, Link::kLogit}, 0, 0.3, 1, 0.71334988787746478, 0.21},
      {"binomial, a share", {Kind::kBinomial, Link::kLogit}, 0.25, 0.3, 4, 0.049314115333799313, 0.21},
      {"poisson, none", {Kind::kPoisson, Link::kLog}, 0, 0.3, 1, 0.6, 0.3},
      {"poisson", {Kind::kPoisson, Link::kLog}, 3, 1.5, 2, 2.3177661667193433, 1.5},
      {"gamma", {Kind::kGamma, Link::kInverse}, 3, 1.5, 1, 0.61370563888010943, 2.25},
      {"inverse gaussian", {Kind::kInverseGaussian, Link::kInverseSquare}, 3, 1.5, 1, 1.0 / 3, 3.375},
      {"negative binomial",
       {Kind::kNegativeBinomial, Link::kLog, 1.5},
       3,
       2,
       1,
       0.17096079412083087,
       4.6666666666666661},
      {"negative binomial, none",
       {Kind::kNegativeBinomial, Link::kLog, 1.5},
       0,
       2,
       1,
       2.5418935811616112,
       4.6666666666666661},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    EXPECT_NEAR(DevianceOf(c.family, c.y, c.mu, c.weight) / c.deviance, 1, 1e-12);
    EXPECT_NEAR(VarianceOf(c.family, c.mu) / c.variance, 1, 1e-14);
  }
}

TEST(Family, KnowsItsRanges) {
  const struct {
    const char* name;
    Family family;
    double y;
    bool response;
  } cases[] = {
      {"gaussian", {Kind::kGaussian, Link::kIdentity}, -3, true},
      {"no logarithm", {Kind::kGaussian, Link::kLog}, 0, false},
      {"no inverse", {Kind::kGaussian, Link::kInverse}, 0, false},
      {"a share", {Kind::kBinomial, Link::kLogit}, 0.5, true},
      {"no share", {Kind::kBinomial, Link::kLogit}, 2, false},
      {"none", {Kind::kPoisson, Link::kLog}, 0, true},
      {"fewer than none", {Kind::kPoisson, Link::kLog}, -1, false},
      {"gamma of none", {Kind::kGamma, Link::kInverse}, 0, false},
      {"inverse gaussian of none", {Kind::kInverseGaussian, Link::kInverse}, 0, false},
      {"negative binomial", {Kind::kNegativeBinomial, Link::kLog}, -0.5, false},
  };
  for (const auto& c : cases) EXPECT_EQ(IsResponse(c.family, c.y), c.response) << c.name;
  for (const double mu : {0.0, 1.0, -1.0}) EXPECT_FALSE(IsMean({Kind::kBinomial, Link::kLogit}, mu));
  EXPECT_FALSE(IsMean({Kind::kPoisson, Link::kLog}, HUGE_VAL));
}

TEST(Family, IsFoundByName) {
  const auto found = FamilyNamed("gamma", "log", 1);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->kind, Kind::kGamma);
  EXPECT_EQ(found->link, Link::kLog);
  EXPECT_EQ(FamilyNamed("inverse_gaussian", "", 1)->link, Link::kInverseSquare);
  EXPECT_EQ(FamilyNamed("gama", "", 1).error().reason, "unknown_family");
  const auto link = FamilyNamed("poisson", "logit", 1);
  ASSERT_FALSE(link);
  EXPECT_EQ(link.error().reason, "unknown_link");
  EXPECT_EQ(link.error().hint, "write one of log, identity, sqrt");
}

}  // namespace
}  // namespace concordat::learning
