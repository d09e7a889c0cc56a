// The life of a product: draft → active → deprecated, with the day from which it is retired → retired. Pure.
//
// Publishing makes a draft or what is active; the rest are steps of its own, each an entry of the ledger. A
// retired product does not come back, and what was spent of its budget stays spent.
#pragma once

#include <optional>
#include <string>

#include "base/clock.h"
#include "base/refusal.h"
#include "ledger/entry.h"

namespace concordat::catalogue {

enum class Stage { kDraft, kActive, kDeprecated, kRetired };
const char* Name(Stage stage);  // "draft", …

struct Life {
  Stage stage = Stage::kActive;
  std::optional<Time> until;  // kDeprecated: it is retired from then on
  std::string reason;         // of the last step; may be empty
  // By the calendar.
  Stage At(Time now) const {
    return stage == Stage::kDeprecated && until && *until <= now ? Stage::kRetired : stage;
  }
};

enum class LifeVerb { kActivate, kDeprecate, kRetire };

struct LifeStep {
  LifeVerb verb = LifeVerb::kActivate;
  std::string product;  // "lewisham/adult"
  std::string by, reason;
  std::optional<Time> until;  // kDeprecate
  Time when{};                // the entry's own
};

// Refusals: step_not_allowed (from this stage), date_passed (a deprecation that ends at once).
Outcome<Life> Take(const Life& before, const LifeStep& step);

ledger::Draft DraftOf(const LifeStep& step);
// None of an entry of another kind, or that cannot be read.
std::optional<LifeStep> LifeStepOf(const ledger::Entry& entry);

// "deprecated, retired on 2027-01-01: replaced by claims-2".
std::string Describe(const Life& life, Time now);

// "lewisham/claims is deprecated: it is retired on 2027-01-01 (replaced by claims-2)"; empty unless it is.
std::string Warning(const std::string& product, const Life& life, Time now);

}  // namespace concordat::catalogue
