// An exact secure sum among parties that only a relay connects: each party's five messages, whichever way the sum is
// kept secret. Decision: docs/adr/0007-federated-questions.md. Format: docs/formats/sum.md.
//
// In each round the relay hands a party the messages of the round before, of all parties that are still there, and
// takes its own. Every message is signed over the sum's context, its round, its party and its body's hash: a relay
// can lose messages, and nothing else.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "base/bytes.h"
#include "base/int128.h"
#include "base/random.h"
#include "base/result.h"
#include "crypto/hash.h"
#include "crypto/keys.h"

namespace concordat::aggregation {

enum class Way : std::uint8_t { kEncryption = 1, kMasks = 2 };
enum class Width : std::uint8_t { k64 = 64, k128 = 128 };  // the sum is modulo 2^64 or 2^128

// What all parties must know alike.
struct Terms {
  Way way = Way::kEncryption;
  Width width = Width::k64;
  std::size_t length = 0;                   // numbers in the vector
  std::vector<crypto::VerifyKey> parties;   // by name, each once
  std::size_t quorum = 0;                   // parties that must contribute, and stay until the sum is open
  std::size_t colluding = 0;                // parties that may work together: 2 quorum > parties + colluding
  crypto::Hash context{};                   // of what the sum is for, a fresh session among it
};
// Errors: kInvalidArgument naming what does not fit.
Result<void> CheckTerms(const Terms& terms);

enum class Round : std::uint8_t { kCommit = 1, kReveal, kContribute, kAgree, kOpen };

struct Message {
  Round round = Round::kCommit;
  std::uint16_t party = 0;  // index into Terms::parties
  Bytes body;
  crypto::Signature signature{};
};
Bytes Encode(const Message& message);
Result<Message> DecodeMessage(ByteView bytes);  // errors: kInvalidArgument

// One party's side of one sum. Secrets live here alone and are wiped with it; each call is made once, in order, and a
// second one fails (kFailedPrecondition). Threading: one thread at a time.
class Party {
 public:
  virtual ~Party() = default;
  virtual Result<Message> Commit() = 0;
  // Errors of these four: kPermissionDenied for a message that its party did not sign, or two of one party that
  // differ; kInvalidArgument for one that is malformed; kFailedPrecondition with fewer than quorum.
  virtual Result<Message> Reveal(std::span<const Message> commits) = 0;
  virtual Result<Message> Contribute(std::span<const Message> reveals, std::span<const Int128> values) = 0;
  virtual Result<Message> Agree(std::span<const Message> contributions) = 0;
  virtual Result<Message> Open(std::span<const Message> agreements) = 0;
};

// `self`: index of the party whose key this is. Errors: those of CheckTerms.
Result<std::unique_ptr<Party>> MakeParty(const Terms& terms, std::size_t self, const crypto::SigningKey& key,
                                         RandomSource& random);

}  // namespace concordat::aggregation
