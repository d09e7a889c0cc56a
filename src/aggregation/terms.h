// What all parties of a secure sum must know alike before its first message.
#pragma once

#include <cstdint>
#include <vector>

#include "base/result.h"
#include "crypto/hash.h"
#include "crypto/keys.h"

namespace concordat::aggregation {

enum class Way : std::uint8_t { kEncryption = 1, kMasks = 2 };
enum class Width : std::uint8_t { k64 = 64, k128 = 128 };  // the sum is modulo 2^64 or 2^128

inline constexpr std::size_t kMostParties = 128;  // limbs.proof.md; Shamir's points are bytes
inline constexpr std::size_t kMostNumbers = std::size_t{1} << 24;  // of a vector under masks
inline constexpr std::size_t kMostSlots = std::size_t{1}
                                          << 20;  // of one under encryption: see SlotsOf in limbs.h

struct Terms {
  Way way = Way::kEncryption;
  Width width = Width::k64;
  std::size_t length = 0;                  // numbers in the vector
  std::vector<crypto::VerifyKey> parties;  // by name, each once
  std::size_t quorum =
      0;  // parties that must contribute, and of which so many must stay until the sum is open
  std::size_t colluding =
      0;  // parties that may work together, with the relay too: 2 quorum > parties + colluding
  crypto::Hash context{};  // of what the sum is for, a fresh session among it
};

// Errors: kInvalidArgument naming what does not fit.
Result<void> CheckTerms(const Terms& terms);

// SHA-256 of all of them: what every signature and every derived key of the sum is bound to.
crypto::Hash HashOf(const Terms& terms);

}  // namespace concordat::aggregation
