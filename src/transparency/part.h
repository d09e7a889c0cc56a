// Whose part a release entry of a question of several members records: an owner's, or that of the node which
// asked. Format: docs/formats/entry.md.
#pragma once

#include <string>
#include <vector>

#include "base/json.h"

namespace concordat::transparency {

// Members whose table was asked; none in an entry of one member's question.
std::vector<std::string> OwnersIn(const Json& body);
// Is it what the node that asked says of all owners' parts together?
bool IsOfAsker(const Json& body);
// Is it that, while `member`, whose ledger it is, is an owner as well? Then its own part tells of the use.
// A stored answer that was given again is told by nothing else.
bool IsToldByOwnPart(const Json& body, const std::string& member);
// Is it of one round of a fit, while the last, or the session that finished it, tells of the fit?
bool IsToldByAnotherRound(const Json& body);

}  // namespace concordat::transparency
