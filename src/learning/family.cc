#include "learning/family.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <numbers>
#include <vector>

namespace concordat::learning {
namespace {

using Kind = Family::Kind;

struct FamilyEntry {
  std::string_view name;
  std::vector<Link> links;  // its own first
  std::string_view responses;
};

// By Family::Kind.
const FamilyEntry& Of(Kind kind) {
  static const FamilyEntry entries[] = {
      {"gaussian", {Link::kIdentity, Link::kLog, Link::kInverse}, "numbers"},
      {"binomial", {Link::kLogit, Link::kProbit, Link::kCauchit, Link::kCloglog, Link::kLog}, "from 0 to 1"},
      {"poisson", {Link::kLog, Link::kIdentity, Link::kSqrt}, "not below 0"},
      {"gamma", {Link::kInverse, Link::kIdentity, Link::kLog}, "above 0"},
      {"inverse_gaussian", {Link::kInverseSquare, Link::kInverse, Link::kIdentity, Link::kLog}, "above 0"},
      {"negative_binomial", {Link::kLog, Link::kIdentity, Link::kSqrt}, "not below 0"},
  };
  return entries[static_cast<std::size_t>(kind)];
}

constexpr Kind kKinds[] = {Kind::kGaussian, Kind::kBinomial,        Kind::kPoisson,
                           Kind::kGamma,    Kind::kInverseGaussian, Kind::kNegativeBinomial};

Outcome<Link> LinkOf(Kind kind, std::string_view name) {
  const FamilyEntry& entry = Of(kind);
  std::vector<std::string_view> names;
  for (const Link link : entry.links) {
    if (name.empty() || Name(link) == name) return link;
    names.push_back(Name(link));
  }
  return Refuse("unknown_link", fmt::format("{} has no link {}", entry.name, name),
                fmt::format("write one of {}", fmt::join(names, ", ")), "22023");
}

// y log(y / mu), which is 0 where y is.
double TimesLog(double y, double mu) { return y == 0 ? 0 : y * std::log(y / mu); }

// lgamma of the library keeps the sign in a global; what is asked here is above 0.
double LogGamma(double x) {
  int sign = 0;
  return ::lgamma_r(x, &sign);
}

double TimesLogOf(double count, double share) { return count == 0 ? 0 : count * std::log(share); }

// log of the probability of a share y of `weight` trials at its own mean: R's, where those are whole counts.
double BinomialTerm(double y, double weight) {
  const double trials = std::round(weight), hits = std::round(weight * y), misses = trials - hits;
  return LogGamma(trials + 1) - LogGamma(hits + 1) - LogGamma(misses + 1) + TimesLogOf(hits, y) +
         TimesLogOf(misses, 1 - y);
}

double NegativeBinomialTerm(double y, double theta) {
  return TimesLog(y, 1) - (y + theta) * std::log(y + theta) - LogGamma(y + 1) + theta * std::log(theta) -
         LogGamma(theta) + LogGamma(theta + y);
}

}  // namespace

std::string_view Family::name() const { return Of(kind).name; }

bool Family::estimates_dispersion() const { return kind != Kind::kBinomial && kind != Kind::kPoisson; }

Outcome<Family> FamilyNamed(std::string_view family, std::string_view link, double theta) {
  std::vector<std::string_view> names;
  for (const Kind kind : kKinds) {
    names.push_back(Of(kind).name);
    if (names.back() != family) continue;
    const Link linked = TRY(LinkOf(kind, link));
    return Family{kind, linked, theta};
  }
  return Refuse("unknown_family", fmt::format("no family is called {}", family),
                fmt::format("write one of {}", fmt::join(names, ", ")), "22023");
}

bool IsResponse(const Family& family, double y) {
  switch (family.kind) {
    case Kind::kGaussian:
      return family.link == Link::kLog ? y > 0 : family.link != Link::kInverse || y != 0;
    case Kind::kBinomial:
      return y >= 0 && y <= 1;
    case Kind::kPoisson:
    case Kind::kNegativeBinomial:
      return y >= 0;
    case Kind::kGamma:
    case Kind::kInverseGaussian:
      return y > 0;
  }
  return false;
}

std::string_view Responses(const Family& family) {
  if (family.kind == Kind::kGaussian && family.link == Link::kLog) return "above 0";
  if (family.kind == Kind::kGaussian && family.link == Link::kInverse) return "other than 0";
  return Of(family.kind).responses;
}

double StartingMean(const Family& family, double y, double weight) {
  switch (family.kind) {
    case Kind::kBinomial:
      return (weight * y + 0.5) / (weight + 1);
    case Kind::kPoisson:
      return y + 0.1;
    case Kind::kNegativeBinomial:
      return y == 0 ? 1.0 / 6 : y;
    default:
      return y;
  }
}

bool IsMean(const Family& family, double mu) {
  switch (family.kind) {
    case Kind::kBinomial:
      return mu > 0 && mu < 1;
    case Kind::kPoisson:
    case Kind::kGamma:
    case Kind::kInverseGaussian:
    case Kind::kNegativeBinomial:
      return mu > 0 && std::isfinite(mu);
    case Kind::kGaussian:
      return std::isfinite(mu);
  }
  return false;
}

double VarianceOf(const Family& family, double mu) {
  switch (family.kind) {
    case Kind::kGaussian:
      return 1;
    case Kind::kBinomial:
      return mu * (1 - mu);
    case Kind::kPoisson:
      return mu;
    case Kind::kGamma:
      return mu * mu;
    case Kind::kInverseGaussian:
      return mu * mu * mu;
    case Kind::kNegativeBinomial:
      return mu + mu * mu / family.theta;
  }
  return 1;
}

double DevianceOf(const Family& family, double y, double mu, double weight) {
  const double apart = y - mu;
  switch (family.kind) {
    case Kind::kGaussian:
      return weight * apart * apart;
    case Kind::kBinomial:
      return 2 * weight * (TimesLog(y, mu) + TimesLog(1 - y, 1 - mu));
    case Kind::kPoisson:
      return 2 * weight * (TimesLog(y, mu) - apart);
    case Kind::kGamma:
      return -2 * weight * (std::log(y / mu) - apart / mu);
    case Kind::kInverseGaussian:
      return weight * apart * apart / (y * mu * mu);
    case Kind::kNegativeBinomial:
      return 2 * weight *
             (y * std::log(std::max(1.0, y) / mu) -
              (y + family.theta) * std::log((y + family.theta) / (mu + family.theta)));
  }
  return 0;
}

double LogTerm(const Family& family, double y, double weight) {
  if (weight == 0) return 0;
  switch (family.kind) {
    case Kind::kGaussian:
      return std::log(weight);
    case Kind::kBinomial:
      return BinomialTerm(y, weight);
    case Kind::kPoisson:
      return weight * (TimesLog(y, 1) - y - LogGamma(y + 1));
    case Kind::kGamma:
    case Kind::kInverseGaussian:
      return weight * std::log(y);
    case Kind::kNegativeBinomial:
      return weight * NegativeBinomialTerm(y, family.theta);
  }
  return 0;
}

double AicOf(const Family& family, const Criterion& sums) {
  const double parameters = 2 * sums.parameters, scale = sums.deviance / sums.weights;
  switch (family.kind) {
    case Kind::kGaussian:
      return sums.rows * (std::log(2 * std::numbers::pi * sums.deviance / sums.rows) + 1) + 2 -
             sums.log_terms + parameters;
    case Kind::kGamma: {
      const double shape = 1 / scale;
      const double log_likelihood = -sums.log_terms + shape * (-sums.deviance / 2 - sums.weights) +
                                    sums.weights * (shape * std::log(shape) - LogGamma(shape));
      return -2 * log_likelihood + 2 + parameters;
    }
    case Kind::kInverseGaussian:
      return sums.weights * (std::log(scale * 2 * std::numbers::pi) + 1) + 3 * sums.log_terms + 2 +
             parameters;
    default:
      return sums.deviance - 2 * sums.log_terms + parameters;
  }
}

}  // namespace concordat::learning
