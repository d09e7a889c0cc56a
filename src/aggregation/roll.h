// Who is in each round of a sum, and whether a message is one of the round: what a party and the receiver
// check alike.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "aggregation/message.h"

namespace concordat::aggregation {

// A message that was checked. Its body lies in the message.
struct Said {
  std::uint16_t party = 0;
  crypto::Hash digest{};  // SHA-256 of the body
  ByteView body;          // empty where it was elided
};

// What a message's party signs. `digest` is its body's.
Bytes SignedText(const crypto::Hash& terms, const Message& message, const crypto::Hash& digest);

// "camden did what it did", with what to do.
tl::unexpected<Error> Blame(ErrorCode code, const std::string& party, const std::string& what);

// Threading: one thread at a time.
class Roll {
 public:
  explicit Roll(Terms terms) : terms_(std::move(terms)), hash_(HashOf(terms_)), view_(hash_) {}

  const Terms& terms() const { return terms_; }
  const crypto::Hash& hash() const { return hash_; }  // of the terms
  Round round() const { return round_; }              // that is open
  const crypto::Hash& view() const { return view_; }  // of all rounds closed so far
  const std::string& NameOf(std::uint16_t party) const { return terms_.parties[party].name(); }
  // Those who may speak now: all at first, then those who spoke in the round before; by index.
  bool MaySpeak(std::uint16_t party) const;

  // This party's message of the open round. `digest` is the body's.
  Message Sign(const crypto::SigningKey& key, std::uint16_t party, Bytes body,
               const crypto::Hash& digest) const;
  // The message's digest, if it is one of the open round. Errors: kPermissionDenied, kInvalidArgument, as
  // party.h says.
  Result<crypto::Hash> Check(const Message& message) const;
  // Checks all, and that nobody says two things; by party. Errors: those of Check.
  Result<std::vector<Said>> CheckAll(std::span<const Message> messages) const;
  // Ends the round: those who spoke, by index, each once.
  // Errors: kUnavailable with fewer than quorum, naming who is missing.
  Result<void> Close(const std::vector<Said>& said);

 private:
  std::string Missing(const std::vector<Said>& said) const;

  Terms terms_;
  crypto::Hash hash_;
  crypto::Hash view_;
  Round round_ = Round::kCommit;
  std::vector<std::uint16_t> speakers_;  // of the round before
};

}  // namespace concordat::aggregation
