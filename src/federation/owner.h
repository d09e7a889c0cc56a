// An owner's side of federated questions: it decides, charges and contributes for itself, whatever the node
// that asks may say. What each round shows, and why it may: federation.proof.md.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "base/clock.h"
#include "base/random.h"
#include "crypto/keys.h"
#include "federation/message.h"
#include "federation/seam.h"

namespace concordat::federation {

struct OwnerTerms {
  bool non_disclosing = false;  // contributes under encryption only, and selects no groups
  Milliseconds grid{100};       // answers that took work leave at its multiples
  Milliseconds patience = std::chrono::minutes(10);  // a session that has not ended by then is given up
  std::size_t most = 64;                             // sessions at a time, of all members together
  std::size_t most_of_one = 16;                      // of one member
  std::size_t most_known = 65'536;                   // sessions that statements still good may be replayed of
};

// What an owner stands on; all of it outlives the owner.
struct OwnerParts {
  std::string member;
  const crypto::SigningKey& key;  // the one that agreements name
  Desk& desk;
  const Summing& summing;
  const Clock& clock;
  RandomSource& random;
  Wait wait;
};

// Threading: any thread.
class Owner {
 public:
  Owner(OwnerParts parts, const OwnerTerms& terms);
  ~Owner();

  // Answers what `member` (authenticated) asks. A request that was answered is answered with the same bytes
  // again, and nothing is done twice. A refusal is a reply. Errors: kInvalidArgument (malformed), kNotFound
  // (no such session: it ended, or this node restarted), kFailedPrecondition (not this round's turn, or
  // another request of a round that was answered), kUnavailable (still at work on this session),
  // kResourceExhausted (too many sessions), kPermissionDenied (another member's session); those of sums.
  Result<Bytes> Answer(const std::string& member, const std::string& method, ByteView request);

  // Ends sessions whose time is over, records those that were charged as failed; for a timer, and on each
  // request.
  void Sweep();
  // Sessions that are under way.
  std::size_t size() const;

 private:
  struct Live;
  class Round;

  Result<Bytes> Prepare(const std::string& member, ByteView request, bool explains);
  Result<std::shared_ptr<Live>> Admit(const std::string& member, const SignedStatement& statement);
  Result<std::shared_ptr<Live>> FindSession(const std::string& member, const Session& session);

  OwnerParts parts_;
  OwnerTerms terms_;
  mutable std::mutex mutex_;
  std::map<Session, std::shared_ptr<Live>> live_;
  std::map<Session, Milliseconds> known_;  // until when a session stays known after its end
};

}  // namespace concordat::federation
