#include "learning/noisy_score.h"

#include <algorithm>
#include <cmath>

namespace concordat::learning {
namespace {

constexpr int kMostTerms = 400;
constexpr double kSmallTerm = 1e-14;

// Of Poisson's Y with mean mu: what of Y - mu is beyond c, and it times Y - mu, on average.
struct Beyond {
  double mean = 0;
  double product = 0;
};

Beyond BeyondOf(double mu, double c) {
  Beyond beyond;
  double y = std::floor(mu + c) + 1;
  int sign = 0;
  double chance = std::exp(y * std::log(mu) - mu - ::lgamma_r(y + 1, &sign));
  for (int i = 0; i < kMostTerms && chance > kSmallTerm; ++i, ++y, chance *= mu / y) {
    beyond.mean += chance * (y - mu - c);
    beyond.product += chance * (y - mu - c) * (y - mu);
  }
  return beyond;
}

BoundedScore::Parts Times(double a, const BoundedScore::Parts& parts) {
  return {.score = a * parts.score, .weight = a * parts.weight, .variance = a * a * parts.variance};
}

}  // namespace

double BoundedScore::MostWeight() const {
  return family.kind == Family::Kind::kBinomial ? 0.25 : std::max(most * most / 4, most);
}

// Links are the families' own: the slope of the mean is the variance.
BoundedScore::Parts BoundedScore::Of(double y, double eta) const {
  const double mu = MeanOf(family.link, eta);
  if (family.kind != Family::Kind::kBinomial) return Poisson(y, mu);
  const double variance = mu * (1 - mu);
  return Times(std::min(1.0, most / std::max(mu, 1 - mu)), {y - mu, variance, variance});
}

BoundedScore::Parts BoundedScore::Poisson(double y, double mu) const {
  Parts parts{y - mu, mu, mu};
  if (most < top) {
    const Beyond beyond = BeyondOf(mu, most);
    parts = {.score = std::min(y - mu, most) + beyond.mean,
             .weight = mu - beyond.product,
             // d^2 - c^2 = d (d - c) + c (d - c)
             .variance = mu - beyond.product - (most + beyond.mean) * beyond.mean};
    parts.variance = std::max(0.0, parts.variance);
  }
  return Times(std::min({1.0, most / mu, MostWeight() / std::max(parts.weight, 1e-300)}), parts);
}

}  // namespace concordat::learning
