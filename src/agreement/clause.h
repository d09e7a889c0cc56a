// The clauses of an agreement, read from its document: each says what is wrong, where, and what to write
// instead.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "agreement/agreement.h"
#include "agreement/document.h"
#include "base/result.h"

namespace concordat::agreement {

// clause.cc: who it is between. Parties first, then overseers: the rest name them.
Result<std::string> ReadName(const Place& place);
Result<std::vector<std::string>> ReadNames(const Place& list);
Result<std::string> ReadId(const Place& place);  // of a document: 64 hex digits
Result<void> ReadParties(const Place& place, Agreement& agreement);
Result<void> ReadOversight(const Place& place, Agreement& agreement);
Result<void> ReadTables(const Place& place, Agreement& agreement);
Result<void> ReadAnalysts(const Place& place, Agreement& agreement);
Result<void> ReadNeeds(const Place& place, Agreement& agreement);

// clause_terms.cc: what for, and within what.
Result<std::string> ReadTerm(const Place& place);
Result<Programme> ReadProgramme(const Place& place);
Result<std::map<std::string, std::string>> ReadSafes(const Place& place);
Result<Conditions> ReadConditions(const Place& place);
Result<void> ReadProtection(const Place& place, Protection& protection);
Result<void> ReadValidity(const Place& place, Agreement& agreement);
Result<int> ReadRetention(const Place& place);  // days

// clause_federation.cc: how members answer together. After tables and protection: it is about both.
Result<void> ReadFederation(const Place& place, Agreement& agreement);

}  // namespace concordat::agreement
