// The members that this one knows: inviting, joining, and what may happen after.
#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "base/file.h"
#include "member/identity.h"
#include "node/members.h"
#include "node/node.h"
#include "node/peers.h"
#include "node/table.h"
#include "node/verb.h"

namespace concordat::node {
namespace {

using member::Member;
using member::State;

constexpr double kMostInvitationDays = 365;
constexpr Milliseconds kJoinPatience{30'000};

std::string By(const Json& arguments) { return arguments.value("by", "operator"); }

void WakePeers(Node& node) {
  if (node.peers() != nullptr) node.peers()->Wake();
}

// What "member invite" and "member join" say of the other, to both sides alike.
std::string CompareText(const std::string& name, const std::string& fingerprint) {
  return fmt::format(
      "\n  fingerprint  {}\n\nCall {} on a number you had before, and compare: only the same digits mean "
      "that nobody "
      "is in between.\n",
      fingerprint, name);
}

Result<std::string> AddressToGive(Node& node, const Json& arguments) {
  const std::string address = arguments.value("address", OwnAddress(node));
  if (address.empty()) {
    return Fail(ErrorCode::kFailedPrecondition, "this node has no address that others could dial",
                "set peer_listen and peer_address in node.yaml, or say --address node.example:6490");
  }
  TRY(member::CheckAddress(address));
  return address;
}

Result<Reply> Invite(Node& node, const Json& arguments, const Progress&) {
  const double days = arguments.value("days", 7.0);
  if (!(days > 0) || days > kMostInvitationDays)
    return Fail(ErrorCode::kInvalidArgument, "an invitation lasts from some hours to 365 days",
                "say --days 7");
  const std::string address = TRY(AddressToGive(node, arguments));
  const member::Card from = TRY(OwnCard(node, address, arguments.value("non_disclosing", false)));
  member::Invitation invitation{
      .from = from,
      .guest = arguments.at("name").get<std::string>(),
      .until = node.ledger().Now() + Milliseconds(static_cast<std::int64_t>(days * 86'400'000)),
      .secret = Bytes(member::kSecretBytes)};
  if (!crypto::IsKeyName(invitation.guest) || invitation.guest == node.member())
    return Fail(ErrorCode::kInvalidArgument, "'" + invitation.guest + "' cannot name another member",
                "write the name that they gave to 'concordat init'");
  node.random().Fill(invitation.secret);
  const std::string text = member::FormatInvitation(invitation, node.ledger().signing_key());
  const std::string file = arguments.value("out", "");
  if (!file.empty()) TRY(WriteFileDurably(file, text, FileMode::kSecret));
  TRY(node.ledger().Append(member::InvitedDraft(invitation, By(arguments))));
  const std::string where =
      file.empty() ? text : fmt::format("written to {}: hand it to {} in secret\n", file, invitation.guest);
  return Reply{fmt::format("{}{} joins with it until {}: concordat member join FILE\n", where,
                           invitation.guest, FormatTime(invitation.until)),
               Data({{"invitation", text},
                     {"for", invitation.guest},
                     {"until", FormatTime(invitation.until)},
                     {"address", invitation.from.address}})};
}

Result<Reply> Join(Node& node, const Json& arguments, const Progress& progress) {
  const member::Invitation invitation = TRY(member::ParseInvitation(arguments.at("text").get<std::string>()));
  const member::Card& host = invitation.from;
  if (invitation.guest != node.member()) {
    return Fail(ErrorCode::kInvalidArgument,
                fmt::format("the invitation is for {}, and this is {}", invitation.guest, node.member()),
                "ask for one in this member's name: concordat member invite " + node.member());
  }
  if (node.ledger().Now() >= invitation.until)
    return Fail(ErrorCode::kPermissionDenied,
                "refused (invitation_expired): it ended " + FormatTime(invitation.until), "ask for another");
  const bool quiet = arguments.value("non_disclosing", false);
  const std::string address = arguments.value("address", OwnAddress(node));
  if (!address.empty()) TRY(member::CheckAddress(address));
  const member::Card from = TRY(OwnCard(node, address, quiet));
  const member::Joining joining{.from = from, .host = host.key.Text(), .secret = invitation.secret};
  auto identity = TRY(ReadPeerIdentity(node.home()));
  const std::string letter = member::FormatJoining(joining, node.ledger().signing_key());
  progress("asking " + host.name());
  auto answer =
      peer::AskStranger({host.address, host.pin}, {.identity = std::move(identity), .member = node.member()},
                        "member/join", AsBytes(letter), kJoinPatience);
  if (!answer && answer.error().code == ErrorCode::kUnavailable)
    answer.error().remedy = fmt::format(
        "see that the node of {} runs and can be reached there; if so, the invitation was used, or has ended",
        host.name());
  TRY(std::move(answer));
  TRY(Connect(
      node,
      {.card = host, .may_introduce = arguments.value("introductions", false), .as_non_disclosing = quiet},
      By(arguments)));
  WakePeers(node);
  const std::string fingerprint = FingerprintWith(node, host);
  return Reply{fmt::format("{} and {} are members to each other now\n{}", node.member(), host.name(),
                           CompareText(host.name(), fingerprint)),
               Data({{"member", host.name()}, {"fingerprint", fingerprint}, {"address", host.address}})};
}

Json MemberJson(Node& node, const Member& member) {
  Json history = Json::array();
  for (const member::Event& event : member.history)
    history.push_back(
        {{"step", event.what}, {"by", event.by}, {"reason", event.reason}, {"when", FormatTime(event.when)}});
  Json json = member::CardJson(member.card);
  json["member"] = member.card.name();
  json["state"] = member::Name(member.state);
  json["why"] = member.why;
  json["introduced_by"] = member.introducer;
  json["may_introduce"] = member.may_introduce;
  json["fingerprint"] = FingerprintWith(node, member.card);
  json["history"] = std::move(history);
  return json;
}

Result<Member> FindMember(Node& node, const std::string& name) {
  const auto lock = node.ledger().Share();
  const Member* member = node.members().Find(name);
  if (member != nullptr) return *member;
  return Fail(ErrorCode::kNotFound, "this member does not know " + name,
              "concordat member list shows whom it knows");
}

Result<Reply> ShowMember(Node& node, const Json& arguments, const Progress&) {
  const Member member = TRY(FindMember(node, arguments.at("name")));
  const member::Card& card = member.card;
  std::string text = fmt::format(
      "{}: {}{}{}\n\n  fingerprint  {}\n  address      {}\n  key          {}\n  line's key   SHA-256 {} "
      "(number {})\n",
      card.name(), member::Name(member.state), member.why.empty() ? "" : ": ", member.why,
      FingerprintWith(node, card), card.address.empty() ? "not known" : card.address, card.key.Text(),
      ToHex(card.pin), card.number);
  if (card.non_disclosing) text += "  sums         under encryption alone\n";
  text += "\n";
  for (const member::Event& event : member.history)
    text += fmt::format("  {}  {} by {}{}{}\n", FormatTime(event.when), event.what, event.by,
                        event.reason.empty() ? "" : ": ", event.reason);
  return Reply{std::move(text), Data(MemberJson(node, member))};
}

Result<Reply> ListMembers(Node& node, const Json&, const Progress&) {
  std::vector<Member> members;
  bool paused = false;
  Json invitations = Json::array();
  {
    const auto lock = node.ledger().Share();
    for (const auto& [name, member] : node.members().members()) members.push_back(member);
    paused = node.members().paused();
    for (const auto& [hash, invited] : node.members().invitations()) {
      if (invited.used_by.empty() && node.ledger().Now() < invited.until)
        invitations.push_back({{"for", invited.guest}, {"until", FormatTime(invited.until)}});
    }
  }
  std::vector<std::vector<std::string>> rows = {{"member", "state", "address", "fingerprint"}};
  Json data = Json::array();
  for (const Member& member : members) {
    data.push_back(MemberJson(node, member));
    rows.push_back(
        {member.card.name(), member::Name(member.state), member.card.address, data.back()["fingerprint"]});
  }
  std::string text =
      rows.size() > 1 ? FormatTable(rows) : "no members yet: concordat member invite NAME, or join FILE\n";
  for (const Json& open : invitations)
    text += fmt::format("invited: {}, until {}\n", open["for"].get<std::string>(),
                        open["until"].get<std::string>());
  for (const Member& member : members) {
    if (member.state == State::kIntroduced)
      text +=
          fmt::format("{} was introduced by {}: compare the fingerprint, then concordat member accept {}\n",
                      member.card.name(), member.introducer, member.card.name());
  }
  if (paused) text += "THE DOOR IS PAUSED: nobody is spoken to until 'concordat member resume'\n";
  return Reply{
      std::move(text),
      Data({{"members", std::move(data)}, {"invitations", std::move(invitations)}, {"paused", paused}})};
}

Result<Reply> AcceptMember(Node& node, const Json& arguments, const Progress&) {
  const std::string name = arguments.at("name");
  const Member member = TRY(FindMember(node, name));
  if (member.state != State::kIntroduced)
    return Fail(ErrorCode::kFailedPrecondition,
                fmt::format("{} is {}, and waits for nothing", name, member::Name(member.state)),
                "concordat member show " + name);
  TRY(Connect(node, {.card = member.card, .introducer = member.introducer}, By(arguments)));
  WakePeers(node);
  const std::string fingerprint = FingerprintWith(node, member.card);
  return Reply{fmt::format("{} is a member here now, on the word of {}; it accepts this one likewise\n{}",
                           name, member.introducer, CompareText(name, fingerprint)),
               Data({{"member", name}, {"fingerprint", fingerprint}})};
}

// A step about one member that is pinned here.
Result<ledger::Entry> EnterKnown(Node& node, ledger::Draft draft, const std::string& name) {
  const auto entered =
      TRY(node.ledger().AppendIf(std::move(draft), [&] { return node.members().CheckKnown(name); }));
  if (!entered) return tl::unexpected(AsError(entered.error()));
  return *entered;
}

Result<Reply> RemoveMember(Node& node, const Json& arguments, const Progress&) {
  const std::string name = arguments.at("name"), by = By(arguments);
  const Member member = TRY(FindMember(node, name));
  if (member.state == State::kIntroduced) {
    TRY(node.ledger().Append(member::RemovedDraft(name, arguments.value("reason", ""), by)));
  } else {
    TRY(EnterKnown(node, member::RemovedDraft(name, arguments.value("reason", ""), by), name));
    TRY(node.ledger().Append(ledger::StopDraft(name, by)));
    TRY(node.ledger().Append(ledger::StopDraft(member.card.witness.name(), by)));
  }
  return Reply{
      fmt::format("{} is no member here any more: it is refused from now on, and its log is not cosigned\n"
                  "agreements with it stand until they are revoked: concordat agreement list\n",
                  name),
      Data({{"member", name}, {"state", "removed"}})};
}

Result<Reply> Rotate(Node& node, const Json& arguments, const Progress& progress) {
  const auto identity = TRY(RenewPeerIdentity(node.home()));
  const auto statement = TRY(member::StatementOf(identity.certificate_pem, node.ledger().key()));
  TRY(node.ledger().Append(member::RotatedDraft(node.member(), statement, By(arguments))));
  std::string text =
      fmt::format("the line has key number {} now, SHA-256 {}\n", statement.number, ToHex(statement.pin));
  Json told = Json::array();
  if (node.peers() != nullptr) {
    progress("showing it to the others");
    TRY(node.peers()->Renew());
    for (const std::string& name : node.peers()->Tell(kJoinPatience).told) told.push_back(name);
  }
  text +=
      "members take it when they next meet it, since this member's ledger key vouches for it: none need do "
      "anything\n";
  return Reply{
      std::move(text),
      Data({{"number", statement.number}, {"pin", ToHex(statement.pin)}, {"told", std::move(told)}})};
}

Result<Reply> ChangeAddress(Node& node, const Json& arguments, const Progress&) {
  const std::string name = arguments.at("name"), address = arguments.at("address");
  TRY(member::CheckAddress(address));
  TRY(EnterKnown(node, member::AddressDraft(name, address, false, By(arguments)), name));
  WakePeers(node);
  return Reply{
      fmt::format("{} is dialled at {} from now on; its key stays the one that is pinned\n", name, address),
      Data({{"member", name}, {"address", address}})};
}

Result<Reply> Pause(Node& node, const Json& arguments, const Progress&) {
  const std::string name = arguments.value("name", ""), reason = arguments.value("reason", "");
  auto draft = member::PausedDraft(name, reason, By(arguments));
  if (name.empty()) {
    TRY(node.ledger().Append(std::move(draft)));
  } else {
    TRY(EnterKnown(node, std::move(draft), name));
  }
  return Reply{fmt::format("{} until 'concordat member resume{}{}', over restarts too\n",
                           name.empty() ? "nobody is spoken to" : name + " is not spoken to",
                           name.empty() ? "" : " ", name),
               Data({{"member", name}, {"state", "paused"}})};
}

Result<Reply> ResumeMember(Node& node, const Json& arguments, const Progress&) {
  const std::string name = arguments.value("name", "");
  auto draft = member::ResumedDraft(name, By(arguments));
  if (name.empty()) {
    TRY(node.ledger().Append(std::move(draft)));
  } else {
    TRY(EnterKnown(node, std::move(draft), name));
  }
  WakePeers(node);
  return Reply{fmt::format("{} again\n", name.empty() ? "members are spoken to" : name + " is spoken to"),
               Data({{"member", name}, {"state", "active"}})};
}

}  // namespace

std::vector<Verb> MemberVerbs() {
  return {{"member invite", Invite},       {"member join", Join},
          {"member list", ListMembers},    {"member show", ShowMember},
          {"member accept", AcceptMember}, {"member remove", RemoveMember},
          {"member rotate", Rotate},       {"member address", ChangeAddress},
          {"member pause", Pause},         {"member resume", ResumeMember}};
}

}  // namespace concordat::node
