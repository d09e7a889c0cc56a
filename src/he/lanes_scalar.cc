#include <bit>
#include <cstring>

#include "he/lanes_kernel.h"

namespace concordat::he {
namespace {

using Wide = unsigned __int128;

constexpr std::uint64_t kResidueMask = (std::uint64_t{1} << kModulusBits) - 1;
constexpr std::uint64_t kBinomialMask = (std::uint64_t{1} << kBinomialBits) - 1;

void Add(Row sum, ConstRow other, const Modulus& modulus) {
  for (std::size_t i = 0; i < sum.size(); ++i) sum[i] = modulus.Add(sum[i], other[i]);
}

void Subtract(Row difference, ConstRow other, const Modulus& modulus) {
  for (std::size_t i = 0; i < difference.size(); ++i)
    difference[i] = modulus.Subtract(difference[i], other[i]);
}

void Multiply(Row product, ConstRow a, ConstRow b, const Modulus& modulus) {
  for (std::size_t i = 0; i < product.size(); ++i) product[i] = modulus.Multiply(a[i], b[i]);
}

void AddSmall(Row sum, SmallRow small, const Modulus& modulus) {
  const std::uint64_t q = modulus.value();
  for (std::size_t i = 0; i < sum.size(); ++i) {
    const auto value = static_cast<std::uint64_t>(std::int64_t{small[i]});
    sum[i] = modulus.Add(sum[i], value + (q & (0 - (value >> 63))));
  }
}

// Shoup's trick: with the quotient floor(2^64 factor / q), the rest of any word is below 2q.
void AddScaled(Row sum, ConstRow words, std::uint64_t factor, const Modulus& modulus) {
  const std::uint64_t q = modulus.value();
  const auto quotient = static_cast<std::uint64_t>((Wide{factor} << 64) / q);
  for (std::size_t i = 0; i < sum.size(); ++i) {
    const auto times = static_cast<std::uint64_t>((Wide{words[i]} * quotient) >> 64);
    const std::uint64_t rest = words[i] * factor - times * q;
    const std::uint64_t less = rest - q;
    sum[i] = modulus.Add(sum[i], less + (q & (0 - (less >> 63))));
  }
}

// Without the processor's instruction: it would be a call to a table otherwise, on some machines.
std::uint64_t OnesIn(std::uint64_t word) {
  word -= (word >> 1) & 0x5555555555555555;
  word = (word & 0x3333333333333333) + ((word >> 2) & 0x3333333333333333);
  word = (word + (word >> 4)) & 0x0f0f0f0f0f0f0f0f;
  return (word * 0x0101010101010101) >> 56;
}

void Centre(std::span<std::int8_t> out, ConstRow words) {
  for (std::size_t i = 0; i < out.size(); ++i)
    out[i] = static_cast<std::int8_t>(OnesIn(words[i] & kBinomialMask) - kBinomialBits / 2);
}

// Whole words leave as soon as 64 bits are there.
void Pack(std::span<std::uint8_t> out, ConstRow residues) {
  Wide waiting = 0;
  int bits = 0;
  std::size_t at = 0;
  for (const std::uint64_t residue : residues) {
    waiting |= Wide{residue} << bits;
    bits += kModulusBits;
    if (bits < 64) continue;
    const auto word = static_cast<std::uint64_t>(waiting);
    std::memcpy(&out[at], &word, sizeof word);
    at += sizeof word;
    waiting >>= 64;
    bits -= 64;
  }
  for (; bits > 0; bits -= 8, waiting >>= 8) out[at++] = static_cast<std::uint8_t>(waiting);
}

// The next eight bytes, or as many as are left.
std::uint64_t WordAt(ByteView bytes, std::size_t at) {
  std::uint64_t word = 0;
  if (bytes.size() - at >= sizeof word) {
    std::memcpy(&word, &bytes[at], sizeof word);
  } else {
    for (int shift = 0; at < bytes.size(); shift += 8) word |= std::uint64_t{bytes[at++]} << shift;
  }
  return word;
}

bool Unpack(Row residues, ByteView bytes, const Modulus& modulus) {
  static_assert(std::endian::native == std::endian::little);
  Wide waiting = 0;
  int bits = 0;
  std::size_t at = 0;
  std::uint64_t below = ~std::uint64_t{0};  // the top bit stays while every residue is below q
  for (std::uint64_t& residue : residues) {
    if (bits < kModulusBits) {
      waiting |= Wide{WordAt(bytes, at)} << bits;
      at += sizeof(std::uint64_t);
      bits += 64;
    }
    residue = static_cast<std::uint64_t>(waiting) & kResidueMask;
    below &= residue - modulus.value();
    waiting >>= kModulusBits;
    bits -= kModulusBits;
  }
  return below >> 63 == 1 && waiting == 0;
}

}  // namespace

const Lanes kScalarLanes = {.add = Add,
                            .subtract = Subtract,
                            .multiply = Multiply,
                            .add_small = AddSmall,
                            .add_scaled = AddScaled,
                            .centre = Centre,
                            .pack = Pack,
                            .unpack = Unpack};

}  // namespace concordat::he
