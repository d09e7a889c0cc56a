// The register as an Atom feed (RFC 4287): steps of agreements and questions, newest first.
#pragma once

#include <string>

#include "ledger/ledger.h"

namespace concordat::transparency {

// The newest of them, at most some hundred. Links are relative to the address that the feed came from; ids
// are the hashes of the entries' leaves (RFC 6920), the same wherever the feed is read. Errors: the ledger's.
Result<std::string> Feed(const ledger::Ledger& ledger, const std::string& member);

}  // namespace concordat::transparency
