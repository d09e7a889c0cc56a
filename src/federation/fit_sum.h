// The sums of a fit: what they are of, as every owner and the node that asks work it out for themselves.
#pragma once

#include "aggregation/series.h"
#include "federation/message.h"
#include "federation/seam.h"

namespace concordat::federation {

// All owners of the table, by masks, in a session that begins with `statement`. Errors: kInvalidArgument: a
// key of the agreement's document is none.
Result<aggregation::SeriesTerms> SeriesTermsOf(const Statement& statement, const Outline& outline,
                                               const agreement::Agreement& document);

}  // namespace concordat::federation
