// Who a secure sum is opened for: collects each round's messages, says who is at fault, hands on what is
// good, and forms the sum. It holds no secret of any party and need not be one of them; what it may learn is
// the sum.
//
//   for each round, from kCommit to kOpen: Add each message that came, then Close; hand every party of what
//   Close gave all of it; those parties, and no others, answer in the next round. After kOpen, if it
//   NeedsRestore: the same for kRestore. Then Finish.
#pragma once

#include <memory>
#include <vector>

#include "aggregation/message.h"
#include "aggregation/terms.h"
#include "base/int128.h"

namespace concordat::aggregation {

// Threading: one thread at a time.
class Receiver {
 public:
  virtual ~Receiver() = default;

  // The round whose messages are taken now.
  virtual Round round() const = 0;

  // Takes a message of this round. One that comes twice is taken once. After an error the party counts as
  // missing in this round and those that follow, unless an earlier message of it was good: that one stands.
  // Errors, which name the party: kPermissionDenied for a message that its party did not sign for this sum
  // and round, a second one that differs, one of a party that was not there in the round before or saw other
  // messages than the others, a key that does not fit its commitment, a share that is not the one dealt;
  // kInvalidArgument for one that is malformed.
  virtual Result<void> Add(Message message) = 0;

  // Ends the round: what every party in it is handed, by index. Errors, final: kUnavailable with fewer than
  // quorum, naming who is missing.
  virtual Result<std::vector<Message>> Close() = 0;

  // After kOpen: did one that agreed not open, so that the others must restore its key (encryption)?
  virtual bool NeedsRestore() const = 0;

  // Parties whose values are in the sum, by index; known once kAgree is closed.
  virtual std::vector<std::uint16_t> Included() const = 0;

  // What turned out to be wrong after it was taken, without ending the sum: contributions that are no
  // encryptions, seen when their seals are opened, which names their parties and leaves them out. Known once
  // kAgree is closed.
  virtual std::vector<Error> Faults() const { return {}; }

  // The sum of the values of those included, modulo 2^width, as signed numbers; once. Errors:
  // kFailedPrecondition before the last round is closed, and a second time; kPermissionDenied naming a party
  // whose shares do not fit its keys; kCorrupt when a partial decryption was wrong, of whomever.
  virtual Result<std::vector<Int128>> Finish() = 0;
};

// Errors: those of CheckTerms.
Result<std::unique_ptr<Receiver>> MakeReceiver(const Terms& terms);

}  // namespace concordat::aggregation
