#include "he/noise.h"

#include <algorithm>
#include <bit>
#include <cmath>

#include "he/lanes.h"

namespace concordat::he {
namespace {

constexpr double kDeviations = 12;
constexpr int kHidingBits = 48;
// Values of wrong partial decryptions pass for right with a chance of 2^-10 each at most.
constexpr int kRecognisingBits = 10;

// The least b with value <= 2^b.
int BitsOf(double value) { return static_cast<int>(std::ceil(std::log2(value))); }

// All parties' flooding and the sum's own noise, which is less than one party's flooding, are below 2^this.
int TotalBits(const SumNoise& noise, int flooding_bits) {
  return flooding_bits - 1 + static_cast<int>(std::bit_width(noise.parties));
}

}  // namespace

double NoiseBound(const SumNoise& noise) {
  const auto n = static_cast<double>(kRingDegree), parties = static_cast<double>(noise.parties),
             contributions = static_cast<double>(noise.contributions);
  const double variance = kBinomialBits / 4.0 * contributions * (n * parties * (parties + contributions) + 1);
  return kDeviations * std::sqrt(variance) + contributions / 2;
}

Result<int> FloodingBits(const Shape& shape, const SumNoise& noise) {
  const Parameters& parameters = Of(shape.set);
  const double hidden =
      NoiseBound(noise) * static_cast<double>(shape.values) * static_cast<double>(noise.parties);
  const int bits = std::max(64, BitsOf(hidden) + kHidingBits);
  const int room = kModulusBits * static_cast<int>(parameters.primes) - parameters.plaintext_bits - 2;
  if (bits > 128 || TotalBits(noise, bits) > room - kRecognisingBits) {
    return Fail(ErrorCode::kResourceExhausted,
                "so many parties, contributions and values leave no room for the noise that hides them",
                "sum fewer values at once");
  }
  return bits;
}

Uint128 DistanceBound(Set set, const SumNoise& noise, int flooding_bits) {
  const auto primes = static_cast<int>(Of(set).primes);
  // 2^128 / q < 2^(129 - 49 primes); and what AddPosition leaves out is below the number of primes.
  const int shift = TotalBits(noise, flooding_bits) + 129 - kModulusBits * primes;
  return (shift > 0 ? Uint128{1} << shift : Uint128{1}) + Of(set).primes;
}

Uint128 DistanceBound(Set set) { return Uint128{1} << (128 - Of(set).plaintext_bits - 2 - kRecognisingBits); }

}  // namespace concordat::he
