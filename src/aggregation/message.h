// Signed messages of a secure sum. Format: docs/formats/sum.md.
//
// A message is signed over the terms, its round, its party, its view (a hash of the messages of the round
// before, as its party saw them) and its body's SHA-256. So a relay can lose messages and nothing else: it
// cannot show two parties different ones without their next messages saying so.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "aggregation/terms.h"
#include "base/bytes.h"
#include "base/result.h"
#include "crypto/hash.h"
#include "crypto/keys.h"

namespace concordat::aggregation {

// kRestore only where one that agreed did not open, under encryption.
enum class Round : std::uint8_t { kCommit = 1, kReveal, kContribute, kAgree, kOpen, kRestore };
const char* Name(Round round);  // "commit"

struct Message {
  Round round = Round::kCommit;
  std::uint16_t party = 0;  // index into Terms::parties
  crypto::Hash view{};
  Bytes body;
  std::optional<crypto::Hash> elided;  // the body's hash, where the body itself was left out
  crypto::Signature signature{};
};

// The same message without its body; its signature still holds. For contributions under masks and for
// openings, whose bodies are the receiver's alone: parties need to know that they were said.
Message Elide(const Message& message);

Bytes Encode(const Message& message);
Result<Message> DecodeMessage(ByteView bytes);  // errors: kInvalidArgument

}  // namespace concordat::aggregation
