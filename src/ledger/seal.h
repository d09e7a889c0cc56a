// Sealing: a secret part that nobody is to be shown before a date, such as what an investigation asked. The
// date is in the public body, so everyone can see that something is sealed, and until when; the commitment in
// the leaf keeps it from being changed meanwhile. Nothing opens it earlier.
#pragma once

#include <optional>

#include "ledger/entry.h"

namespace concordat::ledger {

// Seals a draft's secret part. Precondition: it has one.
void Seal(Draft& draft, Time until);
// The date in a body; none where nothing is sealed. Errors: kCorrupt when it is not one.
Result<std::optional<Time>> SealedUntil(const Json& body);

// The secret part of an entry as it may be shown at `now` (Ledger::Now, which no clock set back turns): null
// where there is none, where it was erased, and while it is sealed; a date that cannot be read seals for
// ever. Whoever shows secret parts to anyone (register, receipts, exports, lists) asks here and nowhere else.
// What a node does with them itself, such as giving an analyst the same answer again, is not showing.
const Json* Shown(const Entry& entry, Time now);

}  // namespace concordat::ledger
