// Payloads under one member's own key (P64): encrypt, add, sum those that another selects, decrypt.
//
// Who has the key encrypts with a seed in place of the uniform half, so a value of 8 bytes takes 18.4. Who
// has not can add encryptions, and sum selected values without learning them. What he sends back shows his
// selection to the key's owner: he must hide it first, by an encryption of zero and noise (the private join
// does). Bytes: docs/formats/lattice.md.
//
// Threading: all free functions and const calls from any thread, one RandomSource a thread.
#pragma once

#include <span>
#include <vector>

#include "base/bytes.h"
#include "base/random.h"
#include "base/result.h"
#include "he/ntt.h"
#include "he/parameters.h"
#include "he/secret.h"

namespace concordat::he {

// A ternary polynomial, wiped when it goes.
class SecretKey {
 public:
  // Precondition (CHECK): a set for one key.
  SecretKey(Set set, RandomSource& random, Kernel kernel = BestKernel());

  Set set() const { return set_; }
  Kernel kernel() const { return kernel_; }
  // Its transform modulo a prime.
  std::span<const std::uint64_t> Transform(std::size_t prime) const;

 private:
  Set set_;
  Kernel kernel_;
  Secret<std::uint64_t> transforms_;
};

std::size_t SeededBytes(const Shape& shape);

// Errors of all: kInvalidArgument: no value, more than kMostValues, a message that is malformed.

Result<Bytes> EncryptSeeded(const SecretKey& key, std::span<const std::uint64_t> values,
                            RandomSource& random);

// A seeded encryption as others are, to Add (he/threshold.h) or to sum from: CiphertextBytes of them.
Result<Bytes> Expand(const Shape& shape, ByteView seeded, Kernel kernel = BestKernel());

// An encryption of one value: the sum modulo t of the values whose place is 1 in `selected`, a byte a value,
// each 0 or 1. In constant time but for its length.
Result<Bytes> SumSelected(const Shape& shape, ByteView ciphertext, std::span<const std::uint8_t> selected,
                          Kernel kernel = BestKernel());

// Further errors: kCorrupt: it was not encrypted under this key.
Result<std::vector<std::uint64_t>> Decrypt(const SecretKey& key, const Shape& shape, ByteView ciphertext);

}  // namespace concordat::he
