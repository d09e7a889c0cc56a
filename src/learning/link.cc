#include "learning/link.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>
#include <numbers>

#include "learning/distribution.h"

namespace concordat::learning {
namespace {

constexpr double kTiny = std::numeric_limits<double>::epsilon();
// Past this a logistic mean is 0 or 1 but for kTiny.
constexpr double kLogitEnd = 30;
// exp of more overflows.
constexpr double kExpEnd = 700;

double ProbitEnd() {
  static const double end = -NormalQuantile(kTiny);
  return end;
}

// exp(eta), within what kTiny bounds.
double Odds(double eta) {
  if (eta < -kLogitEnd) return kTiny;
  return eta > kLogitEnd ? 1 / kTiny : std::exp(eta);
}

double LogitSlope(double eta) {
  if (std::abs(eta) > kLogitEnd) return kTiny;
  const double odds = std::exp(eta), total = 1 + odds;
  return odds / (total * total);
}

// Of Cauchy's distribution, without the digits that 1 - mu would lose.
double CauchyQuantile(double mu) {
  if (mu == 0.5) return 0;
  return mu < 0.5 ? -1 / std::tan(std::numbers::pi * mu) : 1 / std::tan(std::numbers::pi * (1 - mu));
}

double CauchyCumulative(double eta) {
  if (std::abs(eta) <= 1) return 0.5 + std::atan(eta) / std::numbers::pi;
  const double tail = std::atan(1 / eta) / std::numbers::pi;
  return eta > 0 ? 1 - tail : -tail;
}

double CauchitMean(double eta) {
  const double end = -CauchyQuantile(kTiny);
  return CauchyCumulative(std::clamp(eta, -end, end));
}

double CloglogSlope(double eta) {
  const double rate = std::exp(std::min(eta, kExpEnd));
  return std::max(rate * std::exp(-rate), kTiny);
}

bool Any(double) { return true; }
bool Positive(double eta) { return eta > 0; }

struct LinkEntry {
  std::string_view name;
  double (*linear)(double mu);
  double (*mean)(double eta);
  double (*slope)(double eta);
  bool (*valid)(double eta);
};

// By Link.
constexpr LinkEntry kLinks[] = {
    {"identity", [](double mu) { return mu; }, [](double eta) { return eta; }, [](double) { return 1.0; },
     Any},
    {"log", [](double mu) { return std::log(mu); }, [](double eta) { return std::max(std::exp(eta), kTiny); },
     [](double eta) { return std::max(std::exp(eta), kTiny); }, Any},
    {"logit", [](double mu) { return std::log(mu / (1 - mu)); },
     [](double eta) { return Odds(eta) / (1 + Odds(eta)); }, LogitSlope, Any},
    {"probit", NormalQuantile,
     [](double eta) { return NormalCumulative(std::clamp(eta, -ProbitEnd(), ProbitEnd())); },
     [](double eta) { return std::max(NormalDensity(eta), kTiny); }, Any},
    {"cauchit", CauchyQuantile, CauchitMean,
     [](double eta) { return std::max(1 / (std::numbers::pi * (1 + eta * eta)), kTiny); }, Any},
    {"cloglog", [](double mu) { return std::log(-std::log(1 - mu)); },
     [](double eta) { return std::clamp(-std::expm1(-std::exp(eta)), kTiny, 1 - kTiny); }, CloglogSlope, Any},
    {"inverse", [](double mu) { return 1 / mu; }, [](double eta) { return 1 / eta; },
     [](double eta) { return -1 / (eta * eta); }, [](double eta) { return eta != 0; }},
    {"sqrt", [](double mu) { return std::sqrt(mu); }, [](double eta) { return eta * eta; },
     [](double eta) { return 2 * eta; }, Positive},
    {"1/mu^2", [](double mu) { return 1 / (mu * mu); }, [](double eta) { return 1 / std::sqrt(eta); },
     [](double eta) { return -1 / (2 * eta * std::sqrt(eta)); }, Positive},
};

const LinkEntry& Of(Link link) { return kLinks[static_cast<std::size_t>(link)]; }

}  // namespace

std::string_view Name(Link link) { return Of(link).name; }

std::optional<Link> LinkNamed(std::string_view name) {
  for (std::size_t i = 0; i < std::size(kLinks); ++i)
    if (kLinks[i].name == name) return static_cast<Link>(i);
  return std::nullopt;
}

double LinearOf(Link link, double mu) { return Of(link).linear(mu); }
double MeanOf(Link link, double eta) { return Of(link).mean(eta); }
double SlopeOf(Link link, double eta) { return Of(link).slope(eta); }
bool IsLinear(Link link, double eta) { return std::isfinite(eta) && Of(link).valid(eta); }

}  // namespace concordat::learning
