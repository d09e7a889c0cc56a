// What is done to residues place by place, by each kernel.
//
// Rows of one call have one length, any length. Residues are in [0, q). In constant time: no branch and no
// index depends on a value; unpack, which reads what everybody may see, does not stop at the first fault
// either.
#pragma once

#include <cstdint>
#include <span>

#include "base/bytes.h"
#include "he/modulus.h"
#include "he/ntt.h"

namespace concordat::he {

using Row = std::span<std::uint64_t>;
using ConstRow = std::span<const std::uint64_t>;
using SmallRow = std::span<const std::int8_t>;

struct Lanes {
  void (*add)(Row sum, ConstRow other, const Modulus& modulus);
  void (*subtract)(Row difference, ConstRow other, const Modulus& modulus);
  void (*multiply)(Row product, ConstRow a, ConstRow b, const Modulus& modulus);
  // Adds integers between -q and q.
  void (*add_small)(Row sum, SmallRow small, const Modulus& modulus);
  // Adds words * factor, words being any integers below 2^64, the factor a residue.
  void (*add_scaled)(Row sum, ConstRow words, std::uint64_t factor, const Modulus& modulus);
  // Sums of 42 fair coins less 21, of the low 42 bits of each word: the centred binomial distribution.
  void (*centre)(std::span<std::int8_t> out, ConstRow words);
  // kModulusBits bits a residue, the lowest first, into whole bytes: PackedBytes(residues.size()) of them.
  void (*pack)(std::span<std::uint8_t> out, ConstRow residues);
  // The way back. False if a residue is not below q or a bit of the last byte is set that belongs to none.
  bool (*unpack)(Row residues, ByteView bytes, const Modulus& modulus);
};

inline constexpr int kBinomialBits = 42;
constexpr std::size_t PackedBytes(std::size_t residues) { return (residues * kModulusBits + 7) / 8; }

// Precondition (CHECK): the kernel is supported.
const Lanes& LanesOf(Kernel kernel);

}  // namespace concordat::he
