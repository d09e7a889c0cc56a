// What an analyst is told of a failure: a code and a receipt, never the engine's words.
#pragma once

#include <string>

#include "base/refusal.h"
#include "base/result.h"

namespace concordat::release {

// Of a question that was charged. Where its failure came from is the operator's to know.
Refusal FailureOf(const Error& error, const std::string& id);
// Before any charge.
Refusal UnavailableOf(const Error& error);
// The agreement ended between charge and record.
Refusal WithReceipt(Refusal refusal, const std::string& id);

}  // namespace concordat::release
