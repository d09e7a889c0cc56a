// One question's session at one owner: from prepare to finish, each round once and in its order.
#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "federation/message.h"
#include "federation/owner.h"
#include "federation/seam.h"

namespace concordat::federation {

// The part of an owner in a question that `member` asks with `statement`, after every check of it.
// Refusals: those of CheckStatement and of release; agreement_unknown; session_replayed; non_disclosing.
struct Opened {
  std::shared_ptr<const agreement::Agreement> document;
  std::unique_ptr<Part> part;
  FittingPart* fitting = nullptr;  // the same, of a fit
};
Outcome<Opened> OpenPart(const OwnerParts& parts, const OwnerTerms& terms, const std::string& member,
                         const SignedStatement& statement);
Refusal NonDisclosing(const std::string& member);
// Fits are summed by masks alone: who gives nothing but ciphertexts takes no part in one. Refusals:
// non_disclosing.
Outcome<void> CheckDisclosing(const OwnerParts& parts, const OwnerTerms& terms, const Outline& outline);
// By its own terms, or by the agreement's.
bool IsNonDisclosing(const OwnerParts& parts, const OwnerTerms& terms, const Outline& outline);
// A failure after the charge, in words that tell nothing of rows.
Refusal FailedHere(const std::string& id);
// How long a session is kept of which nothing more is heard.
Milliseconds Lifetime(const OwnerTerms& terms);
Prepared PreparedOf(const Part& part, const OwnerParts& parts, const OwnerTerms& terms);

// What a sum among the participants has to be, by the agreement's document. Errors: kInvalidArgument: a key
// is none.
Result<aggregation::Terms> SumTerms(const Setting& setting, const Outline& outline,
                                    const agreement::Agreement& document, const crypto::Hash& context);

// Threading: any thread; while one is at work, others are told so.
class Visit {
 public:
  // `until`, of the clock's Elapsed: when it is given up.
  Visit(const OwnerParts& parts, const OwnerTerms& terms, std::string member, SignedStatement statement,
        Milliseconds until);
  ~Visit();

  // As Owner::Answer.
  Result<Bytes> Answer(std::string_view method, ByteView request);
  // Ends it, now or as soon as nobody is at work on it.
  void End();
  bool ended() const { return ended_; }
  Milliseconds until() const { return until_; }

 private:
  enum class Stage : std::uint8_t {
    kNew,
    kPrepared,
    kSelected,
    kCommitted,
    kRevealed,
    kContributed,
    kAgreed,
    kOpened,
    kRestored,
    kRounds
  };
  using Body = Result<Outcome<Bytes>>;
  struct Step {
    const char* method;
    Body (Visit::*take)(ByteView request);
    Stage after;
    bool works;  // so its answer leaves on the grid
  };
  struct Fit;
  struct Answered {
    crypto::Hash request{};
    Bytes reply;
  };

  static const std::vector<Step>& Steps();
  bool IsTurnOf(const Step& step) const;
  bool IsOldRound(ByteView request) const;
  Result<Bytes> Take(const Step& step, ByteView request);
  void EndInside();

  Body Prepare(ByteView request);
  Body Select(ByteView request);
  Body Commit(ByteView request);
  Body Reveal(ByteView request);
  Body Contribute(ByteView request);
  Body ContributePlainly(ByteView request);
  Body Agree(ByteView request);
  Body Open(ByteView request);
  Body Restore(ByteView request);
  Body TakeRound(ByteView request);
  Body Finish(ByteView request);
  Body Abandon(ByteView request);

  Outcome<void> TakeSetting(Setting setting);
  Outcome<void> Compute();
  Body PledgeToFit();
  Outcome<void> CheckFirst(const Round& round) const;
  // Of a fit's session the first round, and those after it: may it be contributed to?
  Body Meet(const Round& round);
  Body GoOn(const Round& round);
  void RecordEnd(bool finished);

  const OwnerParts& parts_;
  const OwnerTerms& terms_;
  const std::string member_;  // that asks
  const SignedStatement statement_;
  std::atomic<Milliseconds> until_;

  std::atomic<bool> ended_{false};
  std::atomic<bool> ending_{false};
  engine::Cancel cancel_;

  std::mutex mutex_;  // of all that follows
  Stage stage_ = Stage::kNew;
  std::map<std::string, Answered, std::less<>> answered_;
  Opened opened_;
  Setting setting_;
  crypto::Hash context_{};
  std::unique_ptr<aggregation::Party> party_;
  std::unique_ptr<Fit> fit_;
  bool charged_ = false;
  bool recorded_ = false;  // what came of it is on this owner's ledger
};

}  // namespace concordat::federation
