#include "he/ntt_kernel.h"

namespace concordat::he {
namespace {

using Wide = unsigned __int128;

// w x modulo q, in [0, 2q), of any x.
std::uint64_t Times(std::uint64_t x, std::uint64_t factor, std::uint64_t quotient, std::uint64_t q) {
  const auto high = static_cast<std::uint64_t>((Wide{x} * quotient) >> 64);
  return factor * x - high * q;
}

// From [0, 2m) to [0, m).
std::uint64_t Once(std::uint64_t value, std::uint64_t m) {
  const std::uint64_t less = value - m;
  return less + (m & (0 - (less >> 63)));
}

}  // namespace

// Values stay below 4q between stages: the first of a butterfly is brought below 2q, the product is.
void ForwardScalar(std::span<std::uint64_t> values, const NttTables& tables) {
  const std::uint64_t q = tables.q;
  std::size_t half = values.size() / 2;
  for (std::size_t blocks = 1; blocks < values.size(); blocks *= 2, half /= 2) {
    for (std::size_t block = 0; block < blocks; ++block) {
      const std::uint64_t factor = tables.factors.factor[blocks + block];
      const std::uint64_t quotient = tables.factors.quotient[blocks + block];
      for (std::size_t i = 2 * block * half; i < (2 * block + 1) * half; ++i) {
        const std::uint64_t first = Once(values[i], 2 * q);
        const std::uint64_t second = Times(values[i + half], factor, quotient, q);
        values[i] = first + second;
        values[i + half] = first + 2 * q - second;
      }
    }
  }
  for (std::uint64_t& value : values) value = Once(Once(value, 2 * q), q);
}

// Values stay below 2q between stages.
void InverseScalar(std::span<std::uint64_t> values, const NttTables& tables) {
  const std::uint64_t q = tables.q;
  std::size_t half = 1;
  for (std::size_t blocks = values.size() / 2; blocks > 0; blocks /= 2, half *= 2) {
    for (std::size_t block = 0; block < blocks; ++block) {
      const std::uint64_t factor = tables.factors.factor[blocks + block];
      const std::uint64_t quotient = tables.factors.quotient[blocks + block];
      for (std::size_t i = 2 * block * half; i < (2 * block + 1) * half; ++i) {
        const std::uint64_t first = values[i], second = values[i + half];
        values[i] = Once(first + second, 2 * q);
        values[i + half] = Times(first + 2 * q - second, factor, quotient, q);
      }
    }
  }
  for (std::uint64_t& value : values)
    value = Once(Times(value, tables.scale.factor[0], tables.scale.quotient[0], q), q);
}

}  // namespace concordat::he
