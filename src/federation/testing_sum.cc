#include "federation/testing_sum.h"

#include <algorithm>
#include <map>

#include "federation/wire.h"

namespace concordat::federation {
namespace {

using aggregation::Message;
using aggregation::Round;
using aggregation::Terms;

crypto::Hash TermsHash(const Terms& terms) {
  Writer out;
  out.U8(static_cast<std::uint8_t>(terms.way));
  out.U8(static_cast<std::uint8_t>(terms.width));
  out.U64(terms.length);
  out.U64(terms.quorum);
  out.U64(terms.colluding);
  out.Raw(terms.context);
  for (const auto& key : terms.parties) out.U32(key.id());
  return crypto::Sha256(std::move(out).Take());
}

// Stands for a signature: nobody here makes one with a key's id that is not its own.
crypto::Signature Tag(const crypto::Hash& terms, const Message& message, std::uint32_t key) {
  Writer out;
  out.U32(key);
  out.Raw(terms);
  out.U8(static_cast<std::uint8_t>(message.round));
  out.U32(message.party);
  out.Raw(message.view);
  out.Raw(message.body);
  const crypto::Hash hash = crypto::Sha256(std::move(out).Take());
  crypto::Signature signature{};
  std::copy(hash.begin(), hash.end(), signature.begin());
  return signature;
}

crypto::Hash ViewOf(std::span<const Message> messages) {
  Writer out;
  for (const Message& message : messages) {
    out.U32(message.party);
    out.Raw(message.signature);
  }
  return crypto::Sha256(std::move(out).Take());
}

Result<void> CheckOne(const Terms& terms, const crypto::Hash& hash, const Message& message, Round round,
                      const crypto::Hash& view) {
  if (message.round != round || message.party >= terms.parties.size())
    return Fail(ErrorCode::kPermissionDenied, "a message of another round or party");
  const crypto::VerifyKey& key = terms.parties[message.party];
  if (message.signature != Tag(hash, message, key.id()))
    return Fail(ErrorCode::kPermissionDenied, "'" + key.name() + "' did not sign its message for this sum");
  if (message.view != view)
    return Fail(ErrorCode::kPermissionDenied, "'" + key.name() + "' saw other messages");
  return {};
}

Result<std::vector<Int128>> ValuesOf(const Terms& terms, const Message& message) {
  Reader in(message.body);
  std::vector<Int128> values(in.Count(16));
  for (Int128& value : values) value = in.Wide();
  TRY(in.Finish("a contribution"));
  if (values.size() != terms.length)
    return Fail(ErrorCode::kInvalidArgument, "a contribution of another length");
  return values;
}

class PlainParty final : public aggregation::Party {
 public:
  PlainParty(const Terms& terms, std::size_t self, std::uint32_t key, std::uint64_t nonce)
      : terms_(terms),
        hash_(TermsHash(terms)),
        self_(static_cast<std::uint16_t>(self)),
        key_(key),
        nonce_(nonce) {}

  Result<Message> Commit() override {
    TRY(Turn(Round::kCommit));
    return Say(Round::kCommit, Nonce());
  }
  Result<Message> Reveal(std::span<const Message> commits) override {
    TRY(Turn(Round::kReveal));
    TRY(Hear(commits, Round::kCommit));
    return Say(Round::kReveal, Nonce());
  }
  Result<Message> Contribute(std::span<const Message> reveals, std::span<const Int128> values) override {
    TRY(Turn(Round::kContribute));
    TRY(Hear(reveals, Round::kReveal));
    if (values.size() != terms_.length) return Fail(ErrorCode::kInvalidArgument, "another number of values");
    Writer out;
    out.U32(values.size());
    for (const Int128 value : values) out.Wide(value);
    return Say(Round::kContribute, std::move(out).Take());
  }
  Result<Message> Agree(std::span<const Message> contributions) override {
    TRY(Turn(Round::kAgree));
    TRY(Hear(contributions, Round::kContribute));
    return Say(Round::kAgree, Bytes(view_.begin(), view_.end()));
  }
  Result<Message> Open(std::span<const Message> agreements) override {
    TRY(Turn(Round::kOpen));
    const Bytes mine(view_.begin(), view_.end());
    TRY(Hear(agreements, Round::kAgree));
    for (const Message& agreement : agreements) {
      if (agreement.body != mine) return Fail(ErrorCode::kPermissionDenied, "not all agreed to one sum");
    }
    return Say(Round::kOpen, mine);
  }
  Result<Message> Restore(std::span<const Message> openings) override {
    TRY(Turn(Round::kRestore));
    TRY(Hear(openings, Round::kOpen));
    if (terms_.way == aggregation::Way::kMasks)
      return Fail(ErrorCode::kFailedPrecondition, "nothing is restored under masks");
    return Say(Round::kRestore, {});
  }

 private:
  Result<void> Turn(Round round) {
    if (round != next_) return Fail(ErrorCode::kFailedPrecondition, "not this message's turn");
    next_ = static_cast<Round>(static_cast<int>(round) + 1);
    return {};
  }
  Result<void> Hear(std::span<const Message> messages, Round round) {
    std::vector<bool> heard(terms_.parties.size());
    for (const Message& message : messages) {
      TRY(CheckOne(terms_, hash_, message, round, view_));
      if (heard[message.party]) return Fail(ErrorCode::kPermissionDenied, "two messages of one party");
      heard[message.party] = true;
    }
    if (messages.size() < terms_.quorum) return Fail(ErrorCode::kFailedPrecondition, "fewer than the quorum");
    if (!heard[self_]) return Fail(ErrorCode::kFailedPrecondition, "without this party's own message");
    view_ = ViewOf(messages);
    return {};
  }
  Bytes Nonce() const {
    Writer out;
    out.U64(nonce_);
    return std::move(out).Take();
  }
  Message Say(Round round, Bytes body) const {
    Message message{.round = round,
                    .party = self_,
                    .view = view_,
                    .body = std::move(body),
                    .elided = {},
                    .signature = {}};
    message.signature = Tag(hash_, message, key_);
    return message;
  }

  Terms terms_;
  crypto::Hash hash_;
  std::uint16_t self_;
  std::uint32_t key_;
  std::uint64_t nonce_;
  crypto::Hash view_{};
  Round next_ = Round::kCommit;
};

class PlainReceiver final : public aggregation::Receiver {
 public:
  explicit PlainReceiver(const Terms& terms) : terms_(terms), hash_(TermsHash(terms)) {
    for (std::size_t i = 0; i < terms.parties.size(); ++i) there_.push_back(static_cast<std::uint16_t>(i));
  }
  Round round() const override { return round_; }

  Result<void> Add(Message message) override {
    TRY(CheckOne(terms_, hash_, message, round_, view_));
    if (std::find(there_.begin(), there_.end(), message.party) == there_.end())
      return Fail(ErrorCode::kPermissionDenied, "a party that was not there in the round before");
    if (round_ == Round::kContribute) TRY(ValuesOf(terms_, message));
    const bool agreed = round_ == Round::kAgree || round_ == Round::kOpen;
    if (agreed && message.body != Bytes(agreed_.begin(), agreed_.end()))
      return Fail(ErrorCode::kPermissionDenied, "agreed to another sum");
    messages_.emplace(message.party, std::move(message));
    return {};
  }

  Result<std::vector<Message>> Close() override {
    if (messages_.size() < terms_.quorum)
      return Fail(ErrorCode::kUnavailable, "fewer than the quorum are left");
    const bool encrypted = terms_.way == aggregation::Way::kEncryption;
    needs_restore_ = encrypted && round_ == Round::kOpen && messages_.size() < there_.size();
    std::vector<Message> closed;
    there_.clear();
    for (auto& [party, message] : messages_) {
      there_.push_back(party);
      closed.push_back(std::move(message));
    }
    messages_.clear();
    view_ = ViewOf(closed);
    if (round_ == Round::kContribute) {
      agreed_ = view_;
      contributions_ = closed;
    }
    round_ = static_cast<Round>(static_cast<int>(round_) + 1);
    return closed;
  }

  bool NeedsRestore() const override { return needs_restore_; }
  std::vector<std::uint16_t> Included() const override {
    std::vector<std::uint16_t> included;
    for (const Message& message : contributions_) included.push_back(message.party);
    return included;
  }

  Result<std::vector<Int128>> Finish() override {
    if (needs_restore_) return Fail(ErrorCode::kFailedPrecondition, "one that agreed did not open");
    std::vector<Uint128> sums(terms_.length);
    for (const Message& message : contributions_) {
      const auto values = TRY(ValuesOf(terms_, message));
      for (std::size_t i = 0; i < sums.size(); ++i) sums[i] += static_cast<Uint128>(values[i]);
    }
    return std::vector<Int128>(sums.begin(), sums.end());
  }

 private:
  Terms terms_;
  crypto::Hash hash_;
  Round round_ = Round::kCommit;
  std::vector<std::uint16_t> there_;
  std::map<std::uint16_t, Message> messages_;
  crypto::Hash view_{};
  crypto::Hash agreed_{};
  bool needs_restore_ = false;
  std::vector<Message> contributions_;
};

}  // namespace

Result<std::unique_ptr<aggregation::Party>> PlainSumming::Join(const Terms& terms, std::size_t self,
                                                               const crypto::SigningKey& key,
                                                               RandomSource& random) const {
  if (self >= terms.parties.size() || terms.quorum == 0 || terms.quorum > terms.parties.size())
    return Fail(ErrorCode::kInvalidArgument, "terms that do not fit");
  return std::make_unique<PlainParty>(terms, self, key.verify_key().id(), random.NextU64());
}

Result<std::unique_ptr<aggregation::Receiver>> PlainSumming::Receive(const Terms& terms) const {
  return std::make_unique<PlainReceiver>(terms);
}

Result<aggregation::Way> PlainSumming::Choose(const aggregation::Occasion& occasion) const {
  return occasion.undisclosed ? aggregation::Way::kEncryption : aggregation::Way::kMasks;
}

}  // namespace concordat::federation
