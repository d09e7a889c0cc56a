// What members tell each other, taken in: agreements, and who else there is.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "crypto/canonical_json.h"
#include "ledger/body.h"
#include "node/delivery.h"
#include "node/log.h"
#include "node/members.h"
#include "node/offers.h"

namespace concordat::node {
namespace {

using member::State;

constexpr std::size_t kMostLetters = 1000;

// Somebody that `introducer` makes known: pinned at once if this member's operator has agreed to that, else
// kept until they do. What is known already is not touched.
Result<void> TakeIntroduction(Node& node, const std::string& introducer, const std::string& text) {
  std::optional<crypto::VerifyKey> by;
  bool may_introduce = false;
  {
    const auto lock = node.ledger().Share();
    const member::Member* found = node.members().Find(introducer);
    if (found != nullptr) by = found->card.key;
    may_introduce = found != nullptr && found->may_introduce;
  }
  if (!by) return Fail(ErrorCode::kPermissionDenied, introducer + " is no member here");
  const member::Introduction introduction = TRY(member::ParseIntroduction(text, *by));
  const member::Card& card = introduction.member;
  if (introduction.host != node.ledger().key().Text())
    return Fail(ErrorCode::kPermissionDenied, "the introduction is for another member");
  if (card.name() == node.member()) return {};
  const Json same = member::CardJson(card);
  bool known = false;
  {
    const auto lock = node.ledger().Share();
    const member::Member* found = node.members().Find(card.name());
    // One that was removed here does not come back by others' word.
    known = found != nullptr &&
            (found->state != State::kIntroduced || (!may_introduce && member::CardJson(found->card) == same));
    const auto may = node.members().CheckCard(card);
    if (!may) return Fail(ErrorCode::kAlreadyExists, may.error().message, may.error().hint);
  }
  if (known) return {};
  if (may_introduce) return Connect(node, {.card = card, .introducer = introducer}, introducer);
  TRY(node.ledger().Append(member::IntroducedDraft(card, introducer)));
  Log(Severity::kInfo, "a member was introduced: concordat member accept pins it",
      {{"member", card.name()}, {"by", introducer}});
  return {};
}

Result<void> TakeLetter(Node& node, const std::string& member, const Json& letter) {
  const std::string kind = letter.is_object() ? ledger::TextIn(letter, "kind") : "";
  if (kind == "agreement") return TakeOffer(node, member, ledger::TextIn(letter, "text"));
  if (kind == "introduction") return TakeIntroduction(node, member, ledger::TextIn(letter, "text"));
  return Fail(ErrorCode::kInvalidArgument, "a letter of a kind that is not known here",
              "one of the two nodes is of an older version: bring it up to date");
}

}  // namespace

Result<Bytes> TakeLetters(Node& node, const std::string& member, ByteView body) {
  const Json letters = TRY(crypto::ParseJson(AsText(body)));
  if (!letters.is_array() || letters.size() > kMostLetters)
    return Fail(ErrorCode::kInvalidArgument, "not a list of at most 1000 letters");
  Json said = Json::array();
  for (const Json& letter : letters) {
    const auto taken = TakeLetter(node, member, letter);
    said.push_back(taken ? Json()
                         : Json{{"code", Name(taken.error().code)},
                                {"message", taken.error().message},
                                {"remedy", taken.error().remedy}});
  }
  const std::string text = said.dump(-1, ' ', false, Json::error_handler_t::replace);
  return Bytes(text.begin(), text.end());
}

}  // namespace concordat::node
