// Links of generalised linear models: eta = g(mu), what a row's mean is to its linear predictor.
//
// Source: McCullagh and Nelder, "Generalized Linear Models" (1989), chapter 2. Where a mean would leave what
// doubles hold, it is held at the bounds that R's make.link states (2^-52 and so on), so that fits agree.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace concordat::learning {

enum class Link { kIdentity, kLog, kLogit, kProbit, kCauchit, kCloglog, kInverse, kSqrt, kInverseSquare };

// As R writes it: "identity", "cloglog", "1/mu^2".
std::string_view Name(Link link);
std::optional<Link> LinkNamed(std::string_view name);

// g(mu), its inverse, and d mu / d eta.
double LinearOf(Link link, double mu);
double MeanOf(Link link, double eta);
double SlopeOf(Link link, double eta);
// Whether the link has a mean for this linear predictor. Never for what is not finite.
bool IsLinear(Link link, double eta);

}  // namespace concordat::learning
