// Analysts: who may connect, and what training they have attested. Pure.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/refusal.h"
#include "base/result.h"
#include "crypto/scram.h"

namespace concordat::agreement {

struct Training {
  std::string name;  // "data-ethics"
  Time attested{};
  bool operator==(const Training&) const = default;
};

// "data-ethics@2026-03-01". Errors: kInvalidArgument: malformed, or a date after `now`.
Result<Training> ParseTraining(std::string_view text, Time now);
// A year after it was attested, on the same day; on 1 March for 29 February.
Time ExpiryOf(Time attested);

struct Analyst {
  std::string name;
  Time added{};
  std::map<std::string, Time> trainings;  // name to the newest attestation
  std::optional<crypto::ScramVerifier>
      verifier;  // none once its entry's secret part was erased: cannot log in
};

enum class AnalystVerb { kAdd, kPassword, kTraining, kRemove };

struct AnalystStep {
  AnalystVerb verb = AnalystVerb::kAdd;
  std::string analyst;
  std::string by;
  Time when{};
  std::vector<Training> trainings;                // kAdd, kTraining
  std::optional<crypto::ScramVerifier> verifier;  // kAdd, kPassword
  // kTraining: the signed note that says so (attestation.h); empty where the steward vouches for it.
  std::string attestation = {};
};

// The analyst after `step`, none once removed; `before` is null for one not there. Refusals: analyst_unknown,
// analyst_exists, analyst_name.
Outcome<std::optional<Analyst>> Take(const Analyst* before, const AnalystStep& step);

}  // namespace concordat::agreement
