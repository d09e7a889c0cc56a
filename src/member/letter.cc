#include "member/letter.h"

#include <nlohmann/json.hpp>

#include "base/check.h"
#include "crypto/canonical_json.h"
#include "crypto/note.h"
#include "ledger/body.h"

namespace concordat::member {
namespace {

using ledger::TextIn;

constexpr std::size_t kLongest = 16 * 1024;

constexpr char kInvitation[] = "invitation/1";
constexpr char kJoining[] = "joining/1";
constexpr char kIntroduction[] = "introduction/1";
constexpr char kPeerKey[] = "peer-key/1";

tl::unexpected<Error> Wrong(const std::string& kind, const std::string& what) {
  return Fail(ErrorCode::kInvalidArgument, "not a letter between members (" + kind + "): " + what,
              "ask for it again; docs/formats/invitation.md has its form");
}

std::string Sign(Json text, const char* kind, const crypto::SigningKey& key) {
  text["concordat"] = kind;
  const auto canonical = crypto::CanonicalJson(text);
  CHECK(canonical.has_value());  // texts and small numbers that we put there
  return crypto::SignNote(*canonical + "\n", key);
}

// The letter's JSON, its signatures unchecked.
Result<Json> Read(const crypto::Note& note, const std::string& kind) {
  Json json = TRY(crypto::ParseJson(std::string_view(note.text).substr(0, note.text.size() - 1)));
  if (!json.is_object() || TextIn(json, "concordat") != kind) return Wrong(kind, "it is something else");
  return json;
}

Result<void> CheckSigned(const crypto::Note& note, const std::string& kind, const crypto::VerifyKey& key) {
  const auto signers = TRY(crypto::VerifyNote(note, {key}));
  if (signers.empty()) return Wrong(kind, "it does not carry the signature of " + key.name());
  return {};
}

Result<crypto::Note> ReadNote(std::string_view text, const std::string& kind) {
  if (text.size() > kLongest) return Wrong(kind, "it is longer than 16 KB");
  return crypto::ParseNote(text);
}

// A letter that says by itself whose it is: signed by the card in it.
struct OwnLetter {
  Json json;
  Card card;
};
Result<OwnLetter> ReadOwn(std::string_view text, const std::string& kind) {
  const crypto::Note note = TRY(ReadNote(text, kind));
  Json json = TRY(Read(note, kind));
  const Json card_json = json.value("card", Json());
  Card card = TRY(ReadCard(card_json));
  TRY(CheckSigned(note, kind, card.key));
  return OwnLetter{std::move(json), std::move(card)};
}

Result<Bytes> ReadSecret(const Json& json, const std::string& kind) {
  auto secret = FromBase64(TextIn(json, "secret"));
  if (!secret || secret->size() != kSecretBytes) return Wrong(kind, "it has no secret");
  return secret;
}

}  // namespace

std::string FormatInvitation(const Invitation& invitation, const crypto::SigningKey& key) {
  return Sign({{"card", CardJson(invitation.from)},
               {"for", invitation.guest},
               {"until", FormatTime(invitation.until)},
               {"secret", ToBase64(invitation.secret)}},
              kInvitation, key);
}

Result<Invitation> ParseInvitation(std::string_view text) {
  OwnLetter letter = TRY(ReadOwn(text, kInvitation));
  Invitation invitation{.from = std::move(letter.card), .guest = TextIn(letter.json, "for")};
  invitation.until = TRY(ParseTime(TextIn(letter.json, "until")));
  invitation.secret = TRY(ReadSecret(letter.json, kInvitation));
  if (invitation.guest.empty()) return Wrong(kInvitation, "it does not say for whom it is");
  if (invitation.from.address.empty()) return Wrong(kInvitation, "it has no address to dial");
  return invitation;
}

std::string HashOfSecret(ByteView secret) {
  return ToHex(crypto::Sha256({AsBytes("concordat invitation/1\n"), secret}));
}

std::string FormatJoining(const Joining& joining, const crypto::SigningKey& key) {
  return Sign(
      {{"card", CardJson(joining.from)}, {"host", joining.host}, {"secret", ToBase64(joining.secret)}},
      kJoining, key);
}

Result<Joining> ParseJoining(std::string_view text) {
  OwnLetter letter = TRY(ReadOwn(text, kJoining));
  Joining joining{.from = std::move(letter.card), .host = TextIn(letter.json, "host"), .secret = {}};
  joining.secret = TRY(ReadSecret(letter.json, kJoining));
  return joining;
}

std::string FormatIntroduction(const Introduction& introduction, const crypto::SigningKey& key) {
  return Sign({{"card", CardJson(introduction.member)}, {"host", introduction.host}}, kIntroduction, key);
}

Result<Introduction> ParseIntroduction(std::string_view text, const crypto::VerifyKey& by) {
  const crypto::Note note = TRY(ReadNote(text, kIntroduction));
  const Json json = TRY(Read(note, kIntroduction));
  TRY(CheckSigned(note, kIntroduction, by));
  const Json card = json.value("card", Json());
  return Introduction{.member = TRY(ReadCard(card)), .host = TextIn(json, "host")};
}

std::string FormatKeyStatement(const KeyStatement& statement, const crypto::SigningKey& key) {
  return ToBase64(AsBytes(
      Sign({{"member", key.verify_key().name()}, {"number", statement.number}, {"pin", ToHex(statement.pin)}},
           kPeerKey, key)));
}

std::string ClaimedName(std::string_view comment) {
  const auto bytes = FromBase64(comment);
  const auto note = bytes ? ReadNote(AsText(*bytes), kPeerKey) : Wrong(kPeerKey, "no base64");
  const auto json = note ? Read(*note, kPeerKey) : Wrong(kPeerKey, "no note");
  return json ? TextIn(*json, "member") : std::string();
}

Result<KeyStatement> ParseKeyStatement(std::string_view comment, const crypto::VerifyKey& key) {
  const Bytes bytes = TRY(FromBase64(comment));
  const crypto::Note note = TRY(ReadNote(AsText(bytes), kPeerKey));
  const Json json = TRY(Read(note, kPeerKey));
  TRY(CheckSigned(note, kPeerKey, key));
  const auto pin = FromHex(TextIn(json, "pin"));
  const auto number = json.find("number");
  KeyStatement statement;
  if (!pin || pin->size() != statement.pin.size() || number == json.end() || !number->is_number_unsigned())
    return Wrong(kPeerKey, "it has no pin, or no number");
  std::copy(pin->begin(), pin->end(), statement.pin.begin());
  statement.number = number->get<std::uint64_t>();
  if (TextIn(json, "member") != key.name()) return Wrong(kPeerKey, "it is another member's");
  return statement;
}

}  // namespace concordat::member
