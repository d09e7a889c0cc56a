// Directed rounding of privacy parameters: every accounting figure errs against the spender.
#pragma once

#include <cmath>
#include <limits>

namespace concordat::dp {

// The next double above, or below, a result that the processor rounded to nearest; 0 stays 0, because
// products and sums that come out as 0 here are exactly 0.
inline double Up(double value) {
  return value == 0 ? 0 : std::nextafter(value, std::numeric_limits<double>::infinity());
}
inline double Down(double value) {
  return value == 0 ? 0 : std::nextafter(value, -std::numeric_limits<double>::infinity());
}

}  // namespace concordat::dp
