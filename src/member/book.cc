#include "member/book.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "ledger/body.h"

namespace concordat::member {
namespace {

using ledger::TextIn;

bool FlagIn(const Json& body, const char* field) {
  const auto found = body.find(field);
  return found != body.end() && found->is_boolean() && found->get<bool>();
}

std::uint64_t NumberIn(const Json& body, const char* field) {
  const auto found = body.find(field);
  return found != body.end() && found->is_number_unsigned() ? found->get<std::uint64_t>() : 0;
}

// "member.joined": "joined".
std::string What(const ledger::Entry& entry) { return entry.kind.substr(entry.kind.find('.') + 1); }

Event EventOf(const ledger::Entry& entry, const std::string& reason) {
  return {.what = What(entry), .by = TextIn(entry.body, "by"), .reason = reason, .when = entry.time};
}

// Whom we pinned, and have not removed.
bool IsPinned(const Member& member) {
  return member.state == State::kActive || member.state == State::kPaused;
}

}  // namespace

const char* Name(State state) {
  constexpr const char* kNames[] = {"introduced", "active", "paused", "removed"};
  return kNames[static_cast<std::size_t>(state)];
}

void Book::Apply(const ledger::Entry& entry) {
  if (entry.kind == "member.invited") Invite(entry);
  if (entry.kind == "member.joined") Join(entry);
  if (entry.kind == "member.introduced") Introduce(entry);
  if (entry.kind == "member.rotated" || entry.kind == "member.address" || entry.kind == "member.removed")
    Change(entry);
  if (entry.kind == "member.paused") Pause(entry, true);
  if (entry.kind == "member.resumed") Pause(entry, false);
  if (entry.kind != ledger::kind::kWitnessAlarm) return;
  const auto found = members_.find(TextIn(entry.body, "origin"));
  if (found == members_.end() || !IsPinned(found->second)) return;
  found->second.state = State::kPaused;
  found->second.why = fmt::format("its log has signed two histories (entry {})", entry.index);
  found->second.history.push_back({"alarm", "witness", TextIn(entry.body, "fault"), entry.time});
}

void Book::Clear() { *this = {}; }

void Book::Invite(const ledger::Entry& entry) {
  const auto until = ParseTime(TextIn(entry.body, "until"));
  if (until) invitations_[TextIn(entry.body, "invitation")] = {TextIn(entry.body, "guest"), *until, ""};
}

void Book::Join(const ledger::Entry& entry) {
  const auto card = ReadCard(entry.body.value("card", Json()));
  if (!card || !CheckCard(*card)) return;
  const auto invitation = invitations_.find(TextIn(entry.body, "invitation"));
  if (invitation != invitations_.end()) invitation->second.used_by = card->key.Text();
  const auto before = members_.find(card->name());
  Member member{.card = *card, .announced = card->address};
  if (before != members_.end()) member.history = std::move(before->second.history);
  member.introducer = TextIn(entry.body, "introducer");
  member.may_introduce = FlagIn(entry.body, "may_introduce");
  member.history.push_back(
      EventOf(entry, member.introducer.empty() ? "" : "introduced by " + member.introducer));
  members_.insert_or_assign(card->name(), std::move(member));
  non_disclosing_ = non_disclosing_ || FlagIn(entry.body, "as_non_disclosing");
}

void Book::Introduce(const ledger::Entry& entry) {
  const auto card = ReadCard(entry.body.value("card", Json()));
  if (!card) return;
  const auto before = members_.find(card->name());
  if (before != members_.end() && IsPinned(before->second)) return;
  Member member{.card = *card, .announced = card->address, .state = State::kIntroduced};
  if (before != members_.end()) member.history = std::move(before->second.history);
  member.introducer = TextIn(entry.body, "introducer");
  member.history.push_back({"introduced", member.introducer, "", entry.time});
  members_.insert_or_assign(card->name(), std::move(member));
}

void Book::Change(const ledger::Entry& entry) {
  const auto found = members_.find(TextIn(entry.body, "name"));
  if (found == members_.end()) return;
  Member& member = found->second;
  if (entry.kind == "member.removed") {
    member.state = State::kRemoved;
    member.why = TextIn(entry.body, "reason");
    member.history.push_back(EventOf(entry, member.why));
  } else if (entry.kind == "member.address") {
    member.card.address = TextIn(entry.body, "address");
    if (FlagIn(entry.body, "announced")) member.announced = member.card.address;
    member.history.push_back(EventOf(entry, member.card.address));
  } else {
    const auto pin = FromHex(TextIn(entry.body, "pin"));
    const std::uint64_t number = NumberIn(entry.body, "number");
    if (!pin || pin->size() != member.card.pin.size() || number <= member.card.number) return;
    std::copy(pin->begin(), pin->end(), member.card.pin.begin());
    member.card.number = number;
    member.history.push_back(EventOf(entry, fmt::format("to key {}", number)));
  }
}

void Book::Pause(const ledger::Entry& entry, bool pause) {
  const std::string name = TextIn(entry.body, "name"), reason = TextIn(entry.body, "reason");
  if (name.empty()) paused_ = pause;
  const auto found = members_.find(name);
  if (found == members_.end() || !IsPinned(found->second)) return;
  found->second.state = pause ? State::kPaused : State::kActive;
  found->second.why = reason;
  found->second.history.push_back(EventOf(entry, reason));
}

const Member* Book::Find(std::string_view name) const {
  const auto found = members_.find(name);
  return found == members_.end() ? nullptr : &found->second;
}

const Member* Book::FindPin(const crypto::Hash& pin) const {
  const auto found = std::find_if(members_.begin(), members_.end(), [&](const auto& known) {
    return known.second.state != State::kIntroduced && known.second.card.pin == pin;
  });
  return found == members_.end() ? nullptr : &found->second;
}

bool Book::HasOpenInvitation(Time now) const {
  return std::any_of(invitations_.begin(), invitations_.end(), [&](const auto& known) {
    return known.second.used_by.empty() && now < known.second.until;
  });
}

Outcome<void> Book::CheckGuest(const Joining& joining, Time now) const {
  const auto found = invitations_.find(HashOfSecret(joining.secret));
  if (found == invitations_.end() || found->second.guest != joining.from.name())
    return Refuse("invitation_unknown", "no such invitation was written for " + joining.from.name(),
                  "ask for another: concordat member invite " + joining.from.name());
  if (!found->second.used_by.empty())
    return Refuse("invitation_used", "the invitation of " + found->second.guest + " was used",
                  "ask for another; if it was not you who used it, tell its writer");
  if (now >= found->second.until)
    return Refuse("invitation_expired", "the invitation ended " + FormatTime(found->second.until),
                  "ask for another");
  return CheckCard(joining.from);
}

Outcome<void> Book::CheckCard(const Card& card) const {
  const Member* known = Find(card.name());
  if (known != nullptr && IsPinned(*known) && known->card.key.Text() != card.key.Text())
    return Refuse("member_known", "there is a member " + card.name() + " already, with another key",
                  "look at both keys; 'concordat member remove' makes room for a new one");
  const Member* holder = FindPin(card.pin);
  if (holder != nullptr && IsPinned(*holder) && holder->card.name() != card.name())
    return Refuse("member_known",
                  fmt::format("the TLS key of {} is that of {}", card.name(), holder->card.name()),
                  "one of them has copied the other's keys: each member makes its own");
  return {};
}

Outcome<void> Book::CheckKnown(std::string_view name) const {
  const Member* known = Find(name);
  if (known == nullptr || known->state == State::kRemoved)
    return Refuse("member_unknown", fmt::format("there is no member {}", name),
                  "concordat member list shows those there are");
  if (known->state == State::kIntroduced)
    return Refuse("member_introduced", fmt::format("{} was introduced, and is not accepted yet", name),
                  fmt::format("concordat member accept {}", name));
  return {};
}

}  // namespace concordat::member
