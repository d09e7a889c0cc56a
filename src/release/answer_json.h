// An answer as JSON: what the ledger keeps beside an entry, and what --json prints. Values are their text
// forms, so that no integer or number loses a digit; NULL is null. Format: docs/formats/answer.md.
#pragma once

#include <string>

#include "base/json.h"
#include "base/result.h"
#include "release/answer.h"

namespace concordat::release {

Json ToJson(const Answer& answer);
// Errors: kCorrupt when it is not what ToJson writes.
Result<Answer> AnswerFromJson(const Json& json);

// A value of `type` from its text form. Errors: kCorrupt.
Result<Value> ValueFromText(Type type, const std::string& text);

}  // namespace concordat::release
