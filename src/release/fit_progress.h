// How far a fit has come, in the record of the node that asks: what each round's entry keeps for the next
// one, and where a fit that ended on the way goes on. Format: docs/formats/entry.md.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "ledger/ledger.h"
#include "release/fit.h"

namespace concordat::release {

// Bytes of a state that is kept. A fit with a larger one begins anew.
inline constexpr std::size_t kLargestKept = std::size_t{4} << 20;
// The outcome of the entry with which a session under noise begins.
inline constexpr char kBegun[] = "begun";

// SHA-256 of owners' revisions: over which rows a round went.
std::string RowsOf(const std::map<std::string, std::string>& revisions);
// What every entry of a job keeps of its cost, in its secret part; and the session that owners were asked in,
// by which they know what they charged.
Json KeptOf(const FitPlan& plan, const FitSpent& spent, const std::string& session);
// Adds to the secret part of a round's entry what comes of it.
void AddTo(Json& secret, const FitPlan& plan, const FitRound& round, const FitOutcome& outcome);
// Is it of a round that came to a total? Else it says that a session began or failed.
bool IsRound(const ledger::Entry& entry);
// The newest entries of a job, the newest last, back to its newest round at least; all, where none is one.
// Errors: the ledger's.
Result<std::vector<ledger::Entry>> NewestOf(const ledger::Ledger& ledger, const std::string& name);
// What a job came to, as it was kept with its answer.
struct StoredFit {
  std::string answer;  // its id
  Time when{};
  learning::Fitted fitted;  // without the model
};
// Of the same job's newest round, where that was its last, over the same rows; none where it is not kept (any
// more). Errors: the ledger's.
Result<std::optional<StoredFit>> StoredFitOf(const ledger::Ledger& ledger, const FitPlan& plan,
                                             const std::string& rows);
// As FitAsker::Resume, but that the state is one of the method's. Errors: the ledger's.
Result<FitResumed> ResumedOf(const ledger::Ledger& ledger, const FitPlan& plan, const std::string& rows);

}  // namespace concordat::release
