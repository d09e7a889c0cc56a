#include "node/members.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "member/identity.h"
#include "node/log.h"
#include "node/peers.h"
#include "node/table.h"

namespace concordat::node {
namespace {

using member::Member;
using member::State;

tl::unexpected<Error> Removed(const std::string& name) {
  return Fail(ErrorCode::kPermissionDenied, name + " was removed from the members here",
              "concordat member invite makes it one again");
}

// A member's name, if the key is pinned; empty if it is nobody's.
Result<std::string> Pinned(Node& node, const crypto::Hash& pin) {
  const auto lock = node.ledger().Share();
  const Member* member = node.members().FindPin(pin);
  if (member == nullptr) return std::string();
  if (member->state == State::kRemoved) return Removed(member->card.name());
  return member->card.name();
}

Result<void> AppendUnless(Node& node, ledger::Draft draft, const std::function<bool()>& done) {
  TRY(node.ledger().AppendIf(std::move(draft), [&]() -> Outcome<void> {
    if (!done()) return {};
    return Refuse("nothing_to_record", "it is on the ledger already", "");
  }));
  return {};
}

// Follows the member's log, and asks it to cosign this one's; nothing is entered twice.
Result<void> WitnessEachOther(Node& node, const member::Card& card, const std::string& by) {
  const ledger::WitnessBook& book = node.witnesses();
  TRY(AppendUnless(node, ledger::FollowDraft(card.key, by), [&] {
    const auto found = book.logs().find(card.name());
    return found != book.logs().end() && found->second.Text() == card.key.Text();
  }));
  return AppendUnless(node, ledger::AskDraft({card.witness, ""}, by), [&] {
    const auto found = book.witnesses().find(card.witness.name());
    return found != book.witnesses().end() && found->second.key.Text() == card.witness.Text();
  });
}

}  // namespace

Result<crypto::Hash> Members::PinOf(std::string_view certificate_pem) {
  constexpr std::size_t kMostPins = 256;
  const std::lock_guard lock(mutex_);
  const auto known = pins_.find(certificate_pem);
  if (known != pins_.end()) return known->second;
  const crypto::Hash pin = TRY(crypto::KeyPin(certificate_pem));
  if (pins_.size() >= kMostPins) pins_.clear();
  pins_.emplace(certificate_pem, pin);
  return pin;
}

Result<std::string> Members::Recognise(std::string_view certificate_pem) {
  const crypto::Hash pin = TRY(PinOf(certificate_pem));
  const std::string pinned = TRY(Pinned(node_, pin));
  if (!pinned.empty()) return pinned;
  const std::string comment = TRY(crypto::CommentOf(certificate_pem));
  const std::string claimed = member::ClaimedName(comment);
  std::optional<Member> known;
  {
    const auto lock = node_.ledger().Share();
    const Member* found = node_.members().Find(claimed);
    if (found != nullptr) known = *found;
  }
  if (!known)
    return Fail(ErrorCode::kPermissionDenied,
                fmt::format("nobody's key ({}, pin {})", claimed.empty() ? "it names no member" : claimed,
                            ToHex(pin).substr(0, 16)));
  if (known->state == State::kRemoved) return Removed(claimed);
  if (known->state == State::kIntroduced)
    return Fail(ErrorCode::kPermissionDenied, claimed + " was introduced, and is not accepted yet",
                "concordat member accept " + claimed);
  const auto statement = member::StatementOf(certificate_pem, known->card.key);
  if (!statement || statement->number <= known->card.number)
    return Fail(ErrorCode::kPermissionDenied,
                fmt::format("not the key that is pinned for {}, nor one that comes after it", claimed));
  TRY(node_.ledger().Append(member::RotatedDraft(claimed, *statement, claimed)));
  Log(Severity::kInfo, "a member has changed its key for the line", {{"member", claimed}});
  return claimed;
}

Result<void> Members::Admit(const std::string& member) {
  const auto lock = node_.ledger().Share();
  const Member* found = node_.members().Find(member);
  if (found == nullptr || found->state == State::kRemoved) return Removed(member);
  if (node_.members().paused())
    return Fail(ErrorCode::kUnavailable, node_.member() + " speaks to no member now: its door is paused",
                "wait until its operator resumes it");
  if (found->state == State::kActive) return {};
  return Fail(ErrorCode::kUnavailable,
              fmt::format("{} is paused at {}{}{}", member, node_.member(), found->why.empty() ? "" : ": ",
                          found->why),
              "its operator resumes it with: concordat member resume " + member);
}

Result<std::string> Members::AddressOf(const std::string& member) {
  const auto lock = node_.ledger().Share();
  const Member* found = node_.members().Find(member);
  if (found == nullptr || found->state == State::kRemoved || found->state == State::kIntroduced)
    return Fail(ErrorCode::kNotFound, "this node is not connected with " + member,
                "concordat member list shows with whom it is");
  if (!found->card.address.empty()) return found->card.address;
  return Fail(ErrorCode::kUnavailable, "nobody knows where to reach " + member,
              fmt::format("concordat member address {} HOST:PORT", member));
}

bool Members::ExpectsStrangers() {
  const auto lock = node_.ledger().Share();
  return !node_.members().paused() && node_.members().HasOpenInvitation(node_.ledger().Now());
}

void Members::SawHead(const std::string& member, bool behind) {
  const std::lock_guard lock(mutex_);
  int& times = behind_[member];
  times = behind ? times + 1 : 0;
  if (times == 2)
    Log(Severity::kError,
        "a member's log ends before what was cosigned of it: it was put back to an earlier state",
        {{"member", member}});
}

Result<void> Members::CheckUpToDate(const std::string& member) {
  const std::lock_guard lock(mutex_);
  const auto found = behind_.find(member);
  if (found == behind_.end() || found->second < 2) return {};
  return Fail(
      ErrorCode::kFailedPrecondition,
      fmt::format("the log of {} ends before what {} cosigned of it: it was put back to an earlier state",
                  member, node_.member()),
      "put the newest store back");
}

std::string OwnAddress(const Node& node) {
  if (node.peers() != nullptr) return node.peers()->Address();
  const Config& config = node.home().config;
  if (!config.peer_address.empty()) return config.peer_address;
  return AddressFor(config.peer_listen);
}

Result<member::Card> OwnCard(Node& node, const std::string& address, bool non_disclosing) {
  const auto identity = TRY(ReadPeerIdentity(node.home()));
  const auto statement = TRY(member::StatementOf(identity.certificate_pem, node.ledger().key()));
  return member::Card{.key = node.ledger().key(),
                      .witness = node.cosigner().key(),
                      .pin = statement.pin,
                      .number = statement.number,
                      .address = address,
                      .non_disclosing = non_disclosing};
}

Result<void> Connect(Node& node, const member::Joined& joined, const std::string& by,
                     const ledger::Ledger::Condition& may) {
  const member::Card& card = joined.card;
  const auto entered = TRY(node.ledger().AppendIf(member::JoinedDraft(joined, by), [&]() -> Outcome<void> {
    TRY(node.members().CheckCard(card));
    return may ? may() : Outcome<void>();
  }));
  if (!entered) return tl::unexpected(AsError(entered.error()));
  return WitnessEachOther(node, card, by);
}

Result<Bytes> AnswerGuest(Node& node, const std::string& certificate_pem, ByteView letter) {
  const member::Joining joining = TRY(member::ParseJoining(AsText(letter)));
  const member::Card& card = joining.from;
  const auto statement = TRY(member::StatementOf(certificate_pem, card.key));
  if (joining.host != node.ledger().key().Text() || statement.pin != card.pin ||
      statement.number != card.number || card.name() == node.member()) {
    return Fail(ErrorCode::kPermissionDenied,
                "the letter is for another member, or came over another's line");
  }
  const std::string hash = member::HashOfSecret(joining.secret);
  bool again = false;
  Outcome<void> may;
  {
    const auto lock = node.ledger().Share();
    const auto& invitations = node.members().invitations();
    const auto found = invitations.find(hash);
    const Member* known = node.members().Find(card.name());
    again = found != invitations.end() && found->second.used_by == card.key.Text() && known != nullptr &&
            known->card.pin == card.pin && known->state != State::kRemoved;
    may = node.members().CheckGuest(joining, node.ledger().Now());
  }
  // The same guest again, whose answer was lost, or this node stopped half way.
  if (again) TRY(WitnessEachOther(node, card, card.name()));
  if (again) return Bytes();
  if (!may) {
    Log(Severity::kWarning, "a guest was refused", {{"guest", card.name()}, {"said", may.error().message}});
    return tl::unexpected(AsError(may.error()));
  }
  TRY(Connect(node, {.card = card, .invitation = hash}, card.name(),
              [&] { return node.members().CheckGuest(joining, node.ledger().Now()); }));
  Log(Severity::kInfo, "a member has joined: compare the fingerprint by voice",
      {{"member", card.name()}, {"fingerprint", FingerprintWith(node, card)}});
  return Bytes();
}

std::string FingerprintWith(Node& node, const member::Card& card) {
  return member::Fingerprint(node.ledger().key(), card.key);
}

}  // namespace concordat::node
