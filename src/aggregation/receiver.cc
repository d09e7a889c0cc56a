#include "aggregation/receiver.h"

#include <fmt/format.h>

#include <map>

#include "aggregation/part.h"

namespace concordat::aggregation {
namespace {

class SignedReceiver final : public Receiver {
 public:
  explicit SignedReceiver(const Terms& terms)
      : roll_(terms),
        opening_(terms.way == Way::kMasks ? MakeMaskOpening(roll_) : MakeEncryptionOpening(roll_)) {}

  Round round() const override { return roll_.round(); }

  Result<void> Add(Message message) override {
    TRY(CheckStands());
    const crypto::Hash digest = TRY(roll_.Check(message));
    if (message.elided) {
      return Blame(ErrorCode::kInvalidArgument, roll_.NameOf(message.party),
                   "sent a message without its body");
    }
    if (const auto earlier = taken_.find(message.party); earlier != taken_.end()) {
      if (earlier->second.digest == digest) return {};
      return Blame(ErrorCode::kPermissionDenied, roll_.NameOf(message.party),
                   fmt::format("signed two messages of round {}", Name(roll_.round())));
    }
    TRY(opening_->Take(roll_.round(), {message.party, digest, message.body}));
    const bool masked = roll_.round() == Round::kContribute && roll_.terms().way == Way::kMasks;
    if (masked || roll_.round() == Round::kOpen) {
      message.body = {};  // taken already; parties need its hash alone
      message.elided = digest;
    }
    Taken& taken = taken_[message.party];
    taken.digest = digest;
    taken.message = std::move(message);
    return {};
  }

  Result<std::vector<Message>> Close() override {
    TRY(CheckStands());
    std::vector<Said> said;
    for (const auto& [party, taken] : taken_) said.push_back({party, taken.digest, taken.message.body});
    const Round closed = roll_.round();
    stands_ = false;
    TRY(roll_.Close(said));
    TRY(opening_->Close(closed, said));
    stands_ = true;
    std::vector<Message> messages;
    for (auto& [party, taken] : taken_) messages.push_back(std::move(taken.message));
    taken_.clear();
    finished_ = closed == Round::kRestore || (closed == Round::kOpen && !NeedsRestore());
    return messages;
  }

  bool NeedsRestore() const override { return roll_.round() == Round::kRestore && opening_->NeedsRestore(); }
  std::vector<std::uint16_t> Included() const override { return opening_->Included(); }
  std::vector<Error> Faults() const override { return opening_->Faults(); }

  Result<std::vector<Int128>> Finish() override {
    if (!finished_) {
      return Fail(ErrorCode::kFailedPrecondition, "a sum is opened once, when its last round is closed");
    }
    finished_ = stands_ = false;
    return opening_->Finish();
  }

 private:
  struct Taken {
    crypto::Hash digest{};
    Message message;
  };

  Result<void> CheckStands() const {
    if (stands_ && !finished_) return {};
    return Fail(ErrorCode::kFailedPrecondition, "this sum is over");
  }

  Roll roll_;
  std::unique_ptr<Opening> opening_;
  std::map<std::uint16_t, Taken> taken_;  // in the open round
  bool stands_ = true, finished_ = false;
};

}  // namespace

Result<std::unique_ptr<Receiver>> MakeReceiver(const Terms& terms) {
  TRY(CheckTerms(terms));
  return std::make_unique<SignedReceiver>(terms);
}

}  // namespace concordat::aggregation
