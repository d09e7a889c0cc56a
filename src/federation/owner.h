// An owner's side of federated questions: it decides, charges and contributes for itself, whatever the node
// that asks may say. What each round shows, and why it may: federation.proof.md.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include "base/clock.h"
#include "base/random.h"
#include "crypto/keys.h"
#include "federation/message.h"
#include "federation/seam.h"

namespace concordat::federation {

struct OwnerTerms {
  // Does this member contribute under encryption only, and select no groups, whatever the agreement says?
  // None: no.
  std::function<bool()> non_disclosing;
  Milliseconds grid{100};  // answers that took work leave at its multiples
  // Those of rounds that are exact: what a finer grid gives away is in ADR 11.
  Milliseconds round_grid{10};
  Milliseconds patience = std::chrono::minutes(10);  // a session that has not ended by then is given up
  std::size_t most = 64;                             // sessions at a time, of all members together
  std::size_t most_of_one = 16;                      // of one member
  std::size_t most_known = 65'536;                   // sessions that are remembered, so that none comes twice
};

// What an owner stands on; all of it outlives the owner.
struct OwnerParts {
  std::string member;
  const crypto::SigningKey& key;  // the one that agreements name
  Desk& desk;
  const Summing& summing;
  const Clock& clock;
  RandomSource& random;  // any thread
  Wait wait;
};

class Visit;

// Threading: any thread.
class Owner {
 public:
  Owner(OwnerParts parts, const OwnerTerms& terms);
  ~Owner();  // nobody may be at work any more

  // Answers what `member` (authenticated) asks. A request that was answered is answered with the same bytes
  // again, and nothing is done twice. A refusal is a reply. Errors: kInvalidArgument (malformed), kNotFound
  // (no such session: it ended, or this node restarted), kFailedPrecondition (not this round's turn, or
  // another request of a round that was answered), kTimeout (still at work on this session),
  // kResourceExhausted (too many sessions); those of sums.
  Result<Bytes> Answer(const std::string& member, const std::string& method, ByteView request);

  // Ends sessions whose time is over and records those that were charged as failed: for a timer, and on each
  // question.
  void Sweep();
  // Sessions that are under way.
  std::size_t size() const;

 private:
  using Place = std::pair<std::string, Session>;  // a member, and a session of its own choosing

  Result<Bytes> Explain(const std::string& member, ByteView request);
  Result<Bytes> Charged(const std::string& member, ByteView request);
  Result<std::shared_ptr<Visit>> Admit(const Place& place, SignedStatement statement);
  Result<std::shared_ptr<Visit>> FindVisit(const std::string& member, ByteView request) const;

  OwnerParts parts_;
  OwnerTerms terms_;
  mutable std::mutex mutex_;
  std::map<Place, std::shared_ptr<Visit>>
      visits_;  // those that ended too, until no statement of theirs is good
};

}  // namespace concordat::federation
