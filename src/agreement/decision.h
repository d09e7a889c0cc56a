// The decision: may this analyst ask this, under this agreement, now? Pure; what it reads is the fold's state
// of this moment, so a revocation holds from the next request.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "agreement/agreement.h"
#include "agreement/analyst.h"
#include "agreement/lifecycle.h"
#include "base/refusal.h"

namespace concordat::agreement {

// What another member has said of an analyst of its own, who asks here.
struct Vouched {
  std::string home;                       // the member
  std::map<std::string, Time> trainings;  // attested there, by name
};

struct Request {
  std::string analyst;    // authenticated, by this member or by the one that vouches: "ana"
  std::string agreement;  // its name
  std::string analysis = "sql";
  std::optional<std::string> purpose;   // when the analyst set one
  std::optional<double> epsilon;        // when the analyst asked for one
  std::optional<Vouched> visitor = {};  // another member's analyst
};

// What the record says about a request. Null where it says nothing.
struct Evidence {
  std::string_view member;  // whose node decides
  const Standing* standing = nullptr;
  const Analyst* analyst = nullptr;
  Time now{};
  int asked = 0;  // questions of this analyst under this agreement in the hour before now
};

// Leave, and what whoever uses it is bound to.
struct Permit {
  std::string agreement;
  std::string agreement_id;
  std::string analyst;  // "ana"; of another member "ana@cleveland"
  std::string purpose;
  std::map<std::string, ProductVersion> tables;  // those that this member holds alone
  std::vector<std::string> elsewhere;            // tables that others hold, or hold as well
  std::map<std::string, ProductVersion> others;  // those of them that one other member holds alone
  Epsilon epsilon;                               // for this question: asked for, or the agreement's per_query
  PrivacyBudget budget;                          // of the agreement
  std::optional<Epsilon> analyst_epsilon;        // of this analyst under it, when it sets one
  std::int64_t minimum_people = 1;
  int retention_days = 0;
  int sealed_days = 0;  // of the record of what was asked; 0: it is not sealed
  std::shared_ptr<const Agreement> document = {};
};

// Refusals, in the order of the conditions: analyst_unknown, agreement_unknown (also for one that does not
// name the analyst: names are not to be probed), agreement_not_active, agreement_expired,
// agreement_not_yet_valid, outside_hours, training_missing, training_expired, purpose_mismatch,
// analysis_not_allowed, rate_exceeded, epsilon_invalid, epsilon_too_large.
Outcome<Permit> Decide(const Request& request, const Evidence& evidence);

// One condition of a decision, as examined.
struct Finding {
  const char* condition;  // "the analyst is known here"
  std::string evidence;   // "ana was added on 2026-03-01"; of a failed one, the refusal's words
  enum class Outcome { kHolds, kFails, kNotReached } outcome = Outcome::kNotReached;
};

// Every condition in its order: Decide permits exactly when all hold. Conditions after one that fails are not
// reached.
std::vector<Finding> Examine(const Request& request, const Evidence& evidence);

}  // namespace concordat::agreement
