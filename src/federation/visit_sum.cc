// The rounds of a visit, from select to finish.
#include <fmt/format.h>

#include <algorithm>

#include "base/mutation.h"
#include "federation/visit.h"

namespace concordat::federation {
namespace {

using aggregation::Message;

Result<std::vector<Message>> MessagesIn(ByteView request) {
  const Relayed relayed = TRY(DecodeRelayed(request));
  std::vector<Message> messages;
  for (const Bytes& bytes : relayed.messages) messages.push_back(TRY(aggregation::DecodeMessage(bytes)));
  return messages;
}

tl::unexpected<Refusal> BadSetting(const std::string& what) {
  return Refuse("setting_invalid", what,
                "nothing was charged for this round; do both members run the same version?", "58000");
}

// Members of the table, each once, in order, this one among them, and a quorum of them?
Outcome<void> CheckParticipants(const std::vector<std::string>& participants, const release::Sharing& sharing,
                                const std::string& self) {
  const auto is_owner = [&](const std::string& name) {
    return std::find(sharing.owners.begin(), sharing.owners.end(), name) != sharing.owners.end();
  };
  const bool in_order = std::adjacent_find(participants.begin(), participants.end(),
                                           std::greater_equal<>()) == participants.end();
  if (!in_order || !std::all_of(participants.begin(), participants.end(), is_owner))
    return BadSetting("participants must be owners of the table, each once, in order");
  if (!std::binary_search(participants.begin(), participants.end(), self))
    return BadSetting(fmt::format("'{}' is asked to take part in a sum without it", self));
  if (participants.size() < sharing.quorum && !Mutated("quorum_ignored"))
    return BadSetting(fmt::format("{} participants are fewer than the agreement's quorum of {}",
                                  participants.size(), sharing.quorum));
  return {};
}

Outcome<void> CheckKeys(const std::vector<Row>& keys, const Outline& outline) {
  if (!outline.finds_groups && !keys.empty()) return BadSetting("keys of groups that the plan declares");
  if (!AreInOrder(keys) && !Mutated("keys_repeated"))
    return BadSetting("keys must be there once each, in order");
  return {};
}

Outcome<void> CheckWay(const Setting& setting, const Outline& outline) {
  const auto& wish = outline.sharing.sums;
  const bool encrypted = setting.way == aggregation::Way::kEncryption;
  if (wish && encrypted != (*wish == agreement::SumsBy::kEncryption))
    return BadSetting("the agreement asks for sums of the other way");
  if ((setting.width == aggregation::Width::k128) != outline.wide)
    return BadSetting("the sum has another width than the plan");
  return {};
}

}  // namespace

Refusal FailedHere(const std::string& id) {
  return {.reason = "failed",
          .message = "the question could not be computed after its charge, which stands",
          .hint = fmt::format(
              "receipt: concordat receipt {}; ask the operator there, who finds it in the node's log", id),
          .sqlstate = "XX000",
          .position = {}};
}

Outcome<void> Visit::TakeSetting(Setting setting) {
  const Outline& outline = opened_.part->outline();
  TRY(CheckParticipants(setting.participants, outline.sharing, parts_.member));
  TRY(CheckKeys(setting.keys, outline));
  TRY(CheckWay(setting, outline));
  const bool plain = outline.sharing.local || setting.way != aggregation::Way::kEncryption;
  if (plain && IsNonDisclosing(parts_, terms_, outline) && !Mutated("disclosing_anyway"))
    return tl::unexpected(NonDisclosing(parts_.member));
  setting_ = std::move(setting);
  context_ = ContextOf(statement_.statement, outline.description, setting_);
  return {};
}

Result<aggregation::Terms> SumTerms(const Setting& setting, const Outline& outline,
                                    const agreement::Agreement& document, const crypto::Hash& context) {
  aggregation::Terms terms{.way = setting.way,
                           .width = setting.width,
                           .length = outline.Length(setting.keys.size()),
                           .parties = {},
                           .quorum = outline.sharing.quorum,
                           .colluding = outline.sharing.colluding,
                           .context = context};
  if (Mutated("quorum_ignored")) {
    terms.quorum = 1;
    terms.colluding = 0;
  }
  for (const std::string& participant : setting.participants)
    terms.parties.push_back(TRY(crypto::VerifyKey::Parse(document.KeyOf(participant))));
  return terms;
}

Visit::Body Visit::Select(ByteView request) {
  TRY(DecodeRelayed(request));
  TRY(Compute());
  const auto keys = opened_.part->Select();
  if (!keys) return tl::unexpected(FailedHere(IdOf(statement_.statement)));
  return Encode(*keys);
}

Visit::Body Visit::Commit(ByteView request) {
  Setting setting = TRY(DecodeSetting(request));
  TRY(TakeSetting(std::move(setting)));
  const auto terms = TRY(SumTerms(setting_, opened_.part->outline(), *opened_.document, context_));
  const auto& all = setting_.participants;
  const auto self = std::lower_bound(all.begin(), all.end(), parts_.member) - all.begin();
  party_ = TRY(parts_.summing.Join(terms, static_cast<std::size_t>(self), parts_.key, parts_.random));
  return aggregation::Encode(TRY(party_->Commit()));
}

Visit::Body Visit::Reveal(ByteView request) {
  const auto commits = TRY(MessagesIn(request));
  return aggregation::Encode(TRY(party_->Reveal(commits)));
}

Visit::Body Visit::Contribute(ByteView request) {
  if (opened_.part->outline().sharing.local) return ContributePlainly(request);
  const auto reveals = TRY(MessagesIn(request));
  TRY(Compute());
  const auto values = opened_.part->Share(setting_.keys, cancel_);
  if (!values) return tl::unexpected(FailedHere(IdOf(statement_.statement)));
  return aggregation::Encode(TRY(party_->Contribute(reveals, *values)));
}

// Each owner's part has the whole noise: it may be seen, so it goes as it is.
Visit::Body Visit::ContributePlainly(ByteView request) {
  Setting setting = TRY(DecodeSetting(request));
  TRY(TakeSetting(std::move(setting)));
  TRY(Compute());
  auto values = opened_.part->Share(setting_.keys, cancel_);
  if (!values) return tl::unexpected(FailedHere(IdOf(statement_.statement)));
  recorded_ = true;
  TRY(opened_.part->RecordOpening(context_));
  const crypto::Signature signature = parts_.key.Sign(PlainText(context_, *values));
  return Encode(Plain{*std::move(values), signature});
}

Visit::Body Visit::Agree(ByteView request) {
  const auto contributions = TRY(MessagesIn(request));
  return aggregation::Encode(TRY(party_->Agree(contributions)));
}

// What opens the sum leaves once it is on record that it did.
Visit::Body Visit::Open(ByteView request) {
  const auto agreements = TRY(MessagesIn(request));
  const Message opening = TRY(party_->Open(agreements));
  recorded_ = true;
  if (!Mutated("opening_unrecorded")) TRY(opened_.part->RecordOpening(context_));
  return aggregation::Encode(opening);
}

// For the sum that this owner opened, by its record; so nothing more is recorded. But who learns in between
// that the agreement has ended helps no further: whoever is said to be dead may have ended it.
Visit::Body Visit::Restore(ByteView request) {
  const auto openings = TRY(MessagesIn(request));
  TRY(opened_.part->InForce());
  return aggregation::Encode(TRY(party_->Restore(openings)));
}

Visit::Body Visit::Finish(ByteView request) {
  TRY(DecodeRelayed(request));
  if (!recorded_) RecordEnd(true);
  recorded_ = true;
  Finished finished{.receipts = TRY(opened_.part->Receipts()), .left = opened_.part->Left()};
  ending_ = true;
  return Encode(finished);
}

Visit::Body Visit::Abandon(ByteView request) {
  TRY(DecodeRelayed(request));
  ending_ = true;
  return Bytes{};
}

}  // namespace concordat::federation
