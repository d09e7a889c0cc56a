// What the two ways to keep a sum secret differ in: what a party puts into its messages, and what the
// receiver makes of them. Envelopes (signatures, views, who is there) are checked before (party.cc,
// receiver.cc).
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "aggregation/roll.h"
#include "base/int128.h"
#include "base/random.h"

namespace concordat::aggregation {

// One party's part. Each call is made once, in order; what it is handed is by party, this one's own among it,
// at least quorum, and a part of what the call before was handed. Errors name the party whose body is at
// fault.
class Part {
 public:
  virtual ~Part() = default;
  virtual Result<Bytes> Commit() = 0;
  virtual Result<Bytes> Reveal(const std::vector<Said>& commits) = 0;
  virtual Result<Bytes> Contribute(const std::vector<Said>& reveals, std::span<const Int128> values) = 0;
  virtual Result<Bytes> Agree(const std::vector<Said>& contributions) = 0;
  virtual Result<Bytes> Open(const std::vector<Said>& agreements) = 0;
  // What stands in for those who agreed and did not open; bodies are not there.
  virtual Result<Bytes> Restore(const std::vector<Said>& openings) = 0;
};

// The receiver's part.
class Opening {
 public:
  virtual ~Opening() = default;
  // Takes one party's body of the round that is open, or says what is wrong with it and keeps nothing of it.
  virtual Result<void> Take(Round round, const Said& said) = 0;
  // A round ended with these, whose bodies stay where they are unless parties need not see them.
  virtual Result<void> Close(Round round, const std::vector<Said>& said) = 0;
  virtual bool NeedsRestore() const = 0;                    // as receiver.h says
  virtual std::vector<std::uint16_t> Included() const = 0;  // by index
  virtual std::vector<Error> Faults() const = 0;            // as receiver.h says
  virtual Result<std::vector<Int128>> Finish() = 0;
};

// `roll` and `random` must outlive what is made.
std::unique_ptr<Part> MakeMaskPart(const Roll& roll, std::uint16_t self, RandomSource& random);
std::unique_ptr<Part> MakeEncryptionPart(const Roll& roll, std::uint16_t self, RandomSource& random);
std::unique_ptr<Opening> MakeMaskOpening(const Roll& roll);
std::unique_ptr<Opening> MakeEncryptionOpening(const Roll& roll);

}  // namespace concordat::aggregation
