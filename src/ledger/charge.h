// A charge as the ledger has it. Format: docs/formats/entry.md.
#pragma once

#include <string>

#include "base/json.h"
#include "base/result.h"
#include "dp/measurement.h"

namespace concordat::ledger {

// One question's charge to one product.
struct Charge {
  std::string question;  // id of the answer it pays for
  std::string product;   // "lewisham/adult"
  std::string agreement;
  std::string document;  // id of the agreement's document: an amendment has limits of its own
  std::string analyst;
  dp::Measurements measurements;
};

// Measurements as entries have them, and back. Errors: kCorrupt.
Json MeasurementsJson(const dp::Measurements& measurements);
Result<dp::Measurements> MeasurementsFromJson(const Json& list);

// The body of a charge entry, and back. Strict, because what is misread here is budget that nobody counts:
// whole numbers where whole numbers belong, a scale above 0, a delta in [0, 1), a rate only where fewer than
// everyone were looked at. Errors: kCorrupt.
Json ChargeBody(const Charge& charge);
Result<Charge> ChargeFromBody(const Json& body);

}  // namespace concordat::ledger
