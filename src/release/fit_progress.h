// How far a fit has come, in the record of the node that asks: what each round's entry keeps for the next
// one, and where a fit that ended on the way goes on. Format: docs/formats/entry.md.
#pragma once

#include <cstddef>
#include <map>
#include <string>

#include "ledger/ledger.h"
#include "release/fit.h"

namespace concordat::release {

// Bytes of a state that is kept. A fit with a larger one begins anew.
inline constexpr std::size_t kLargestKept = std::size_t{4} << 20;

// SHA-256 of owners' revisions: over which rows a round went.
std::string RowsOf(const std::map<std::string, std::string>& revisions);
// Adds to the secret part of a round's entry what comes of it.
void AddTo(Json& secret, const FitPlan& plan, const FitRound& round, const FitOutcome& outcome);
// As FitAsker::Resume, but that the state is one of the method's. Errors: the ledger's.
Result<FitResumed> ResumedOf(const ledger::Ledger& ledger, const FitPlan& plan, const std::string& rows);

}  // namespace concordat::release
