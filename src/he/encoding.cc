#include "he/encoding.h"

#include "base/check.h"

namespace concordat::he {
namespace {

// q modulo 2^64.
std::uint64_t LowOf(std::size_t primes) {
  std::uint64_t low = 1;
  for (std::size_t i = 0; i < primes; ++i) low *= kPrimes[i];
  return low;
}

std::uint64_t MaskOf(Set set) { return ~std::uint64_t{0} >> (64 - Of(set).plaintext_bits); }

// 2^exponent modulo a prime.
std::uint64_t TwoTo(std::uint64_t exponent, const Modulus& modulus) { return modulus.Power(2, exponent); }

// Newton's iteration doubles the right bits; q is right in three already.
Uint128 InverseOf(std::uint64_t q) {
  Uint128 inverse = q;
  for (int bits = 3; bits < 128; bits *= 2) inverse *= 2 - inverse * q;
  return inverse;
}

// The product of the other primes, inverted.
std::uint64_t OthersInverted(const Modulus& modulus, std::size_t primes) {
  std::uint64_t product = 1;
  for (std::size_t i = 0; i < primes; ++i) {
    if (kPrimes[i] != modulus.value()) product = modulus.Multiply(product, kPrimes[i] % modulus.value());
  }
  return modulus.Inverse(product);
}

}  // namespace

Encoding::Encoding(Set set, ConstRow messages)
    : set_(set), rests_(messages.size()), rounded_up_(messages.size()) {
  CHECK(messages.size() <= kRingDegree);
  const std::uint64_t low = LowOf(Of(set).primes), mask = MaskOf(set);
  for (std::size_t i = 0; i < messages.size(); ++i) {
    const std::uint64_t rest = (low * messages[i]) & mask;
    rests_.all()[i] = rest;
    rounded_up_.all()[i] = static_cast<std::int8_t>(rest >> (Of(set).plaintext_bits - 1));
  }
}

void Encoding::AddTo(Row coefficients, std::size_t prime, Kernel kernel) const {
  const Ring& ring = Ring::Of(prime, kernel);
  const Modulus& modulus = ring.modulus();
  const std::uint64_t t = TwoTo(static_cast<std::uint64_t>(Of(set_).plaintext_bits), modulus);
  const Row first = coefficients.first(rests_.all().size());
  ring.AddScaled(first, rests_.all(), modulus.Negate(modulus.Inverse(t)));
  ring.AddSmall(first, rounded_up_.all());
}

// x / q = sum of y_i / q_i modulo 1, where y_i = x (q / q_i)^-1 modulo q_i; and 2^128 y = q_i floor + r gives
// the floor as -r / q_i modulo 2^128.
void AddPosition(std::span<Uint128> positions, ConstRow residues, std::size_t prime, std::size_t primes) {
  const Modulus modulus(kPrimes[prime]);
  const std::uint64_t factor = modulus.Multiply(OthersInverted(modulus, primes), TwoTo(128, modulus));
  const Uint128 inverse = InverseOf(modulus.value());
  for (std::size_t i = 0; i < residues.size(); ++i)
    positions[i] -= modulus.Multiply(residues[i], factor) * inverse;
}

Decoded Decode(Set set, Uint128 position) {
  const int rest_bits = 128 - Of(set).plaintext_bits;
  const Uint128 half = Uint128{1} << (rest_bits - 1);
  const Uint128 shifted = position + half;
  const Uint128 rest = shifted & ((half << 1) - 1);
  return {.message = static_cast<std::uint64_t>(shifted >> rest_bits),
          .distance = rest >= half ? rest - half : half - rest};
}

}  // namespace concordat::he
