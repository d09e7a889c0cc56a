#include "he/sample.h"

#include <array>

namespace concordat::he {
namespace {

constexpr std::size_t kDigits = 5;
constexpr std::uint32_t kBelow = 243;  // 3^kDigits
constexpr std::uint64_t kResidueMask = (std::uint64_t{1} << kModulusBits) - 1;

// 171 / 512 is near enough to 1/3 for every byte.
std::uint32_t Third(std::uint32_t byte) { return (byte * 171) >> 9; }

}  // namespace

Secret<std::int8_t> SampleTernary(Stream& stream) {
  Secret<std::int8_t> out(kRingDegree);
  Secret<std::uint8_t> bytes(kRingDegree / kDigits + 1);
  const std::span<std::int8_t> digits = out.all();
  for (std::size_t have = 0; have < kRingDegree;) {
    const auto drawn = bytes.part(0, (kRingDegree - have + kDigits - 1) / kDigits);
    stream.Fill(drawn);
    for (std::uint32_t byte : drawn) {
      if (byte >= kBelow) continue;
      for (std::size_t i = 0; i < kDigits && have < kRingDegree; ++i) {
        const std::uint32_t rest = Third(byte);
        digits[have++] = static_cast<std::int8_t>(byte - 3 * rest - 1);
        byte = rest;
      }
    }
  }
  return out;
}

Secret<std::int8_t> SampleError(Stream& stream, Kernel kernel) {
  Secret<std::int8_t> out(kRingDegree);
  Secret<std::uint64_t> words(kRingDegree);
  stream.Fill(words.all());
  LanesOf(kernel).centre(out.all(), words.all());
  return out;
}

Residues SampleUniform(Stream& stream, std::size_t primes) {
  Residues out(primes * kRingDegree);
  Residues words(kRingDegree);
  for (std::size_t prime = 0; prime < primes; ++prime) {
    const Row row = Row(out).subspan(prime * kRingDegree, kRingDegree);
    for (std::size_t have = 0; have < kRingDegree;) {
      const Row drawn = Row(words).first(kRingDegree - have);
      stream.Fill(drawn);
      for (const std::uint64_t word : drawn) {
        row[have] = word & kResidueMask;
        have += row[have] < kPrimes[prime] ? 1 : 0;
      }
    }
  }
  return out;
}

Residues UniformHalf(Set set, const Seed& seed, std::size_t polynomial) {
  std::array<std::uint8_t, 5> context = {static_cast<std::uint8_t>(set)};
  for (std::size_t i = 1; i < context.size(); ++i)
    context[i] = static_cast<std::uint8_t>(polynomial >> (8 * (i - 1)));
  Stream stream = Derive(seed, "uniform", context);
  return SampleUniform(stream, Of(set).primes);
}

}  // namespace concordat::he
