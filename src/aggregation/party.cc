#include "aggregation/party.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>

#include "aggregation/part.h"

namespace concordat::aggregation {
namespace {

// Envelopes around a part's bodies: what comes is checked, what goes is signed, and nothing is done twice.
class SignedParty final : public Party {
 public:
  SignedParty(const Terms& terms, std::uint16_t self, const crypto::SigningKey& key, RandomSource& random)
      : roll_(terms),
        self_(self),
        key_(key),
        part_(terms.way == Way::kMasks ? MakeMaskPart(roll_, self, random)
                                       : MakeEncryptionPart(roll_, self, random)) {}

  Result<Message> Commit() override {
    TRY(Enter(Round::kCommit));
    return Say(part_->Commit());
  }
  Result<Message> Reveal(std::span<const Message> commits) override {
    TRY(Enter(Round::kReveal));
    return Answer(commits, [this](const auto& said) { return part_->Reveal(said); });
  }
  Result<Message> Contribute(std::span<const Message> reveals, std::span<const Int128> values) override {
    TRY(Enter(Round::kContribute));
    TRY(CheckValues(values));
    return Answer(reveals, [&](const auto& said) { return part_->Contribute(said, values); });
  }
  Result<Message> Agree(std::span<const Message> contributions) override {
    TRY(Enter(Round::kAgree));
    return Answer(contributions, [this](const auto& said) { return part_->Agree(said); });
  }
  Result<Message> Open(std::span<const Message> agreements) override {
    TRY(Enter(Round::kOpen));
    return Answer(agreements, [this](const auto& said) { return part_->Open(said); });
  }
  Result<Message> Restore(std::span<const Message> openings) override {
    TRY(Enter(Round::kRestore));
    return Answer(openings, [this](const auto& said) { return part_->Restore(said); });
  }

 private:
  // A call is over once it began: what fails is not tried again, since it may have shown something already.
  Result<void> Enter(Round round) {
    if (next_ != static_cast<int>(round)) {
      return Fail(ErrorCode::kFailedPrecondition,
                  fmt::format("this party does not {} now: each round comes once, in order", Name(round)));
    }
    next_ = 0;
    return {};
  }

  Result<void> CheckValues(std::span<const Int128> values) const {
    if (values.size() != roll_.terms().length) {
      return Fail(ErrorCode::kInvalidArgument,
                  fmt::format("{} values for a sum of {} numbers", values.size(), roll_.terms().length));
    }
    const bool fit = roll_.terms().width == Width::k128 ||
                     std::ranges::all_of(values, [](Int128 v) { return v == static_cast<std::int64_t>(v); });
    if (!fit) return Fail(ErrorCode::kInvalidArgument, "a value does not fit the sum's 64 bits");
    return {};
  }

  // Contributions under masks and openings may come as their hashes; for all else that would be the relay's
  // doing.
  Result<void> CheckWhole(std::span<const Message> messages) const {
    const bool masked = roll_.terms().way == Way::kMasks && roll_.round() == Round::kContribute;
    if (masked || roll_.round() == Round::kOpen) return {};
    if (std::ranges::none_of(messages, [](const Message& m) { return m.elided.has_value(); })) return {};
    return Fail(ErrorCode::kInvalidArgument,
                fmt::format("messages of round {} were handed on without their bodies", Name(roll_.round())));
  }

  Result<Message> Answer(std::span<const Message> messages,
                         const std::function<Result<Bytes>(const std::vector<Said>&)>& body) {
    TRY(CheckWhole(messages));
    const std::vector<Said> said = TRY(roll_.CheckAll(messages));
    const auto own = std::ranges::find(said, self_, &Said::party);
    if (own == said.end() || own->digest != said_) {
      return Fail(ErrorCode::kFailedPrecondition,
                  fmt::format("what this party said in round {} is not among what it was handed",
                              Name(roll_.round())),
                  "its part of this sum is over");
    }
    TRY(roll_.Close(said));
    return Say(body(said));
  }

  Result<Message> Say(Result<Bytes> body) {
    Bytes bytes = TRY(std::move(body));
    said_ = crypto::Sha256(bytes);
    next_ = static_cast<int>(roll_.round()) + 1;
    return roll_.Sign(key_, self_, std::move(bytes), said_);
  }

  Roll roll_;
  std::uint16_t self_;
  const crypto::SigningKey& key_;
  std::unique_ptr<Part> part_;
  int next_ = 1;         // the round to come; 0 after a failure
  crypto::Hash said_{};  // of this party's last body
};

}  // namespace

Result<std::unique_ptr<Party>> MakeParty(const Terms& terms, std::size_t self, const crypto::SigningKey& key,
                                         RandomSource& random) {
  TRY(CheckTerms(terms));
  if (self >= terms.parties.size() || terms.parties[self].Text() != key.verify_key().Text())
    return Fail(ErrorCode::kInvalidArgument,
                "the key of " + key.verify_key().name() + " is not this party's");
  return std::make_unique<SignedParty>(terms, static_cast<std::uint16_t>(self), key, random);
}

}  // namespace concordat::aggregation
