// Bounded scores are 0 on average where the model holds, and what they say of their slope and variance is so.
#include "learning/noisy_score.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

namespace concordat::learning {
namespace {

using Kind = Family::Kind;

struct Averages {
  double score = 0, weight = 0, variance = 0, most = 0;
};

// Over responses by their chances at a linear predictor.
Averages AveragesAt(const BoundedScore& score, double eta) {
  const bool binomial = score.family.kind == Kind::kBinomial;
  const double mu = MeanOf(score.family.link, eta);
  Averages all;
  double chance = binomial ? 1 - mu : std::exp(-mu);
  for (int y = 0; y <= (binomial ? 1 : 400); ++y) {
    const double own = score.Of(y, eta).score;
    all.score += chance * own;
    all.weight += chance * own * (y - mu);
    all.variance += chance * own * own;
    if (chance > 0) all.most = std::max(all.most, std::abs(own));
    chance *= binomial ? mu / (1 - mu) : mu / (y + 1);
  }
  return all;
}

TEST(BoundedScore, IsZeroOnAverageWithTheSlopeAndVarianceThatItSays) {
  const Family binomial{Kind::kBinomial, Link::kLogit, 1}, poisson{Kind::kPoisson, Link::kLog, 1};
  const struct {
    const char* name;
    BoundedScore score;
    double longest;  // next to `most`
  } cases[] = {
      {"all of a binomial", {binomial, 1, 1}, 1},
      {"some", {binomial, 1, 0.7}, 1},
      {"least", {binomial, 1, 0.5}, 1},
      {"Poisson's", {poisson, 400, 400}, 1},
      {"Poisson's to 1", {poisson, 400, 1}, 1.35},
      {"Poisson's to 5", {poisson, 400, 5}, 1.35},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    for (const double eta : {-6.0, -2.0, -0.1, 0.0, 0.8, 2.0, 3.5}) {
      SCOPED_TRACE(eta);
      const Averages found = AveragesAt(c.score, eta);
      const BoundedScore::Parts parts = c.score.Of(0, eta);
      EXPECT_NEAR(found.score, 0, 1e-9);
      EXPECT_NEAR(found.weight, parts.weight, 1e-9 * (1 + parts.weight));
      EXPECT_NEAR(found.variance, parts.variance, 1e-9 * (1 + parts.variance));
      EXPECT_LE(found.most, c.longest * c.score.most + 1e-12);
      EXPECT_LE(parts.weight, c.score.MostWeight() + 1e-12);
      EXPECT_LE(parts.variance, parts.weight + 1e-9) << "rows weigh no more than in maximum likelihood";
    }
  }
}

// States come from others: means beyond all reason neither take long nor leave what is finite.
TEST(BoundedScore, StandsMeansBeyondReason) {
  const BoundedScore score{{Kind::kPoisson, Link::kLog, 1}, 12, 3};
  for (const double eta : {-700.0, -60.0, 12.0, 60.0, 700.0}) {
    const BoundedScore::Parts parts = score.Of(12, eta);
    EXPECT_TRUE(std::isfinite(parts.score) && std::isfinite(parts.weight) && std::isfinite(parts.variance))
        << eta;
  }
}

}  // namespace
}  // namespace concordat::learning
