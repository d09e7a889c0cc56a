// Units as types, so that an epsilon is never passed where a rho is meant.
#pragma once

#include <compare>

namespace concordat {

// Pure differential privacy's parameter, or the first of an (epsilon, delta) pair.
struct Epsilon {
  double value = 0;
  auto operator<=>(const Epsilon&) const = default;
};

// The second of an (epsilon, delta) pair.
struct Delta {
  double value = 0;
  auto operator<=>(const Delta&) const = default;
};

// Zero-concentrated differential privacy (Bun and Steinke 2016); adds up under composition.
struct Rho {
  double value = 0;
  auto operator<=>(const Rho&) const = default;
  Rho operator+(Rho other) const { return {value + other.value}; }
};

struct PrivacyBudget {
  Epsilon epsilon;
  Delta delta;
  bool operator==(const PrivacyBudget&) const = default;
};

}  // namespace concordat
