// Names: how an entry among millions is found again without keeping any of them in memory.
//
// A table of the store, written in the entry's own transaction. Whoever reads holds the entry against the
// name that led to it, so a row that is wrong or missing can hide an entry but never pass another off as it;
// a question whose stored answer is hidden is answered and charged anew. Format: docs/formats/ledger.md.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "ledger/entry.h"

namespace concordat::ledger {

std::string QuestionName(const std::string& question);  // its charge, and what came of it
std::string RepeatName(const std::string& question);    // its stored answer, given again
std::string IdentityName(const std::string& identity);  // the answer to all questions that are the same
std::string AskerName(const std::string& agreement,
                      const std::string& analyst);  // what was charged for them, here or at others
// Every round of a fit that this node asked for them, and what came of it; all of them begin as that of no
// job does.
std::string JobName(const std::string& agreement, const std::string& analyst, const std::string& job);
std::string FittedName(const std::string& agreement, const std::string& analyst);  // fits that were answered

// How all names of that sort begin.
inline constexpr char kJobNames[] = "job/";
inline constexpr char kFittedNames[] = "fitted/";

// All that an entry goes by, from its public part; none for most kinds.
std::vector<std::string> NamesOf(const std::string& kind, const Json& body);

}  // namespace concordat::ledger
