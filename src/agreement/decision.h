// The decision: may this analyst ask this, under this agreement, now? Pure; what it reads is the fold's state
// of this moment, so a revocation holds from the next request.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "agreement/agreement.h"
#include "agreement/analyst.h"
#include "agreement/lifecycle.h"
#include "base/refusal.h"

namespace concordat::agreement {

struct Request {
  std::string analyst;    // authenticated; of this member: "ana"
  std::string agreement;  // its name
  std::string analysis = "sql";
  std::optional<std::string> purpose;  // when the analyst set one
  std::optional<double> epsilon;       // when the analyst asked for one
};

// What the record says about a request. Null where it says nothing.
struct Evidence {
  std::string_view member;  // whose node decides
  const Standing* standing = nullptr;
  const Analyst* analyst = nullptr;
  Time now{};
};

// Leave, and what whoever uses it is bound to.
struct Permit {
  std::string agreement;
  std::string agreement_id;
  std::string analyst;
  std::string purpose;
  std::map<std::string, ProductVersion> tables;
  Epsilon epsilon;                         // for this question: asked for, or the agreement's per_query
  PrivacyBudget budget;                    // of the agreement
  std::optional<Epsilon> analyst_epsilon;  // of this analyst under it, when it sets one
  std::int64_t minimum_people = 1;
  int retention_days = 0;
};

// Refusals, in the order of the conditions: analyst_unknown, agreement_unknown (also for one that does not
// name the analyst: names are not to be probed), agreement_not_active, agreement_expired,
// agreement_not_yet_valid, training_missing, training_expired, purpose_mismatch, analysis_not_allowed,
// epsilon_invalid, epsilon_too_large.
Outcome<Permit> Decide(const Request& request, const Evidence& evidence);

}  // namespace concordat::agreement
