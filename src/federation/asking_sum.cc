// The rounds of a sum, as the node that asks goes through them.
#include <fmt/format.h>

#include <algorithm>

#include "federation/asking.h"
#include "federation/visit.h"

namespace concordat::federation {
namespace {

// `binds`: whoever is asked has contributed. If it refuses, nothing is opened against its word.
struct Turn {
  const char* method;
  const char* done;
  bool binds;
};
constexpr Turn kTurns[] = {
    {method::kCommit, "committed", false},       {method::kReveal, "shown their keys", false},
    {method::kContribute, "contributed", false}, {method::kAgree, "agreed on who is in", true},
    {method::kOpen, "opened the sum", true},     {method::kRestore, "stood in for who died", true},
};

}  // namespace

Outcome<std::vector<Int128>> Asking::Sum(const Setting& setting) {
  if (asked_.outline().Length(setting.keys.size()) == 0) {  // no owner found a group
    included_ = setting.participants;
    return std::vector<Int128>{};
  }
  return asked_.outline().sharing.local ? SumPlainly(setting) : SumSecretly(setting);
}

Outcome<std::vector<Int128>> Asking::SumSecretly(const Setting& setting) {
  const crypto::Hash context = ContextOf(statement_.statement, asked_.outline().description, setting);
  const auto terms = SumTerms(setting, asked_.outline(), *asked_.document(), context);
  if (!terms) return tl::unexpected(Failed(terms.error().message));
  const auto receiver = parts_.summing.Receive(*terms);
  if (!receiver) return tl::unexpected(Failed(receiver.error().message));
  Bytes request = Encode(setting);
  for (const Turn& turn : kTurns) {
    if (std::string_view(turn.method) == method::kRestore && !(*receiver)->NeedsRestore()) break;
    auto messages = GoRound(**receiver, setting, turn.method, request, turn.done);
    if (turn.binds && circle_.refusal_now()) return tl::unexpected(Refused(*circle_.refusal_now()));
    if (circle_.cancelled() || !circle_.enough()) return tl::unexpected(Missing());
    if (!messages) return tl::unexpected(Failed(messages.error().message));
    request = Encode(Relayed{setting.session, *std::move(messages)});
  }
  const auto sums = (*receiver)->Finish();
  if (!sums) return tl::unexpected(Failed(sums.error().message));
  for (const std::uint16_t party : (*receiver)->Included()) included_.push_back(setting.participants[party]);
  return *sums;
}

// What all who are left said in this round, for each of them to hear in the next.
Result<std::vector<Bytes>> Asking::GoRound(aggregation::Receiver& receiver, const Setting& setting,
                                           const char* method, const Bytes& request, const char* done) {
  for (const auto& [owner, body] : circle_.Ask(method, request, done)) {
    auto message = aggregation::DecodeMessage(body);
    if (!message) {
      circle_.Lose(owner, message.error().message);
    } else if (message->party >= setting.participants.size() ||
               setting.participants[message->party] != owner) {
      circle_.Lose(owner, "sent another's message");
    } else if (const auto added = receiver.Add(*std::move(message)); !added) {
      circle_.Lose(owner, added.error().message);
    }
  }
  const auto closed = TRY(receiver.Close());
  std::vector<Bytes> messages;
  std::vector<std::string> left;
  for (const aggregation::Message& message : closed) {
    messages.push_back(aggregation::Encode(message));
    left.push_back(setting.participants[message.party]);
  }
  circle_.KeepOnly(left, "was left out of the sum");
  return messages;
}

Result<Plain> Asking::CheckPlain(const std::string& owner, ByteView body, const Setting& setting) const {
  Plain plain = TRY(DecodePlain(body));
  const auto key = TRY(crypto::VerifyKey::Parse(asked_.document()->KeyOf(owner)));
  const crypto::Hash context = ContextOf(statement_.statement, asked_.outline().description, setting);
  if (!key.Verify(PlainText(context, plain.values), plain.signature))
    return Fail(ErrorCode::kPermissionDenied, "contributed without its signature", "");
  if (plain.values.size() != asked_.outline().Length(setting.keys.size()))
    return Fail(ErrorCode::kInvalidArgument, "contributed another number of values", "");
  return plain;
}

Outcome<std::vector<Int128>> Asking::SumPlainly(const Setting& setting) {
  std::vector<Uint128> sums(asked_.outline().Length(setting.keys.size()));
  for (const auto& [owner, body] : circle_.Ask(method::kContribute, Encode(setting), "contributed")) {
    const auto plain = CheckPlain(owner, body, setting);
    if (!plain) {
      circle_.Lose(owner, plain.error().message);
      continue;
    }
    included_.push_back(owner);
    for (std::size_t i = 0; i < sums.size(); ++i) sums[i] += static_cast<Uint128>(plain->values[i]);
  }
  if (circle_.cancelled() || !circle_.enough()) return tl::unexpected(Missing());
  return std::vector<Int128>(sums.begin(), sums.end());
}

}  // namespace concordat::federation
