// Letters between members: signed notes with a JSON text, each of a kind that the first field names. They
// make members known to each other. Format: docs/formats/invitation.md.
#pragma once

#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/clock.h"
#include "member/card.h"

namespace concordat::member {

inline constexpr std::size_t kSecretBytes = 32;

// What an inviter hands to whom it invites, by any way that keeps it secret until it is used.
struct Invitation {
  Card from;
  std::string guest;  // the name of the member it is for
  Time until{};
  Bytes secret;  // whoever shows it first, under the guest's name, is the guest
};
std::string FormatInvitation(const Invitation& invitation, const crypto::SigningKey& key);
// Signature and all; not whether it is past its time. Errors: kInvalidArgument, kCorrupt (the signature).
Result<Invitation> ParseInvitation(std::string_view text);
// What the inviter's ledger has in the secret's place.
std::string HashOfSecret(ByteView secret);

// What the guest answers with, over the line.
struct Joining {
  Card from;
  std::string host;  // the inviter's key as text: the letter is of use to nobody else
  Bytes secret;
};
std::string FormatJoining(const Joining& joining, const crypto::SigningKey& key);
Result<Joining> ParseJoining(std::string_view text);  // errors as of ParseInvitation

// A member makes another known to a third, which pins it once its operator agrees.
struct Introduction {
  Card member;
  std::string host;  // for whom: the receiver's key as text
};
std::string FormatIntroduction(const Introduction& introduction, const crypto::SigningKey& key);
// `by`: who must have signed it. Errors as of ParseInvitation.
Result<Introduction> ParseIntroduction(std::string_view text, const crypto::VerifyKey& by);

// That a TLS key is a member's: stands in the certificate itself, so that a new one says for whom it is and
// that it comes after the old.
struct KeyStatement {
  crypto::Hash pin{};
  std::uint64_t number = 1;
};
// In base64, as a certificate's comment has it.
std::string FormatKeyStatement(const KeyStatement& statement, const crypto::SigningKey& key);
// Whose it claims to be; empty where it is no statement.
std::string ClaimedName(std::string_view comment);
Result<KeyStatement> ParseKeyStatement(std::string_view comment, const crypto::VerifyKey& key);

}  // namespace concordat::member
