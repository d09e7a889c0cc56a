#include "agreement/decision.h"

#include <fmt/format.h>

#include <cmath>

namespace concordat::agreement {
namespace {

constexpr char kNotAllowed[] = "42501";
constexpr char kBadSetting[] = "22023";

std::string Steward(const Evidence& evidence) { return fmt::format("the steward of {}", evidence.member); }
std::string Day(Time time) { return FormatTime(time).substr(0, 10); }

Outcome<void> AnalystIsKnown(const Request& request, const Evidence& evidence) {
  if (evidence.analyst != nullptr) return {};
  return Refuse("analyst_unknown",
                fmt::format("'{}' is not an analyst of {}", request.analyst, evidence.member),
                fmt::format("ask {} to add you", Steward(evidence)), kNotAllowed);
}

// One refusal for both, so that nobody learns which agreements there are by trying names.
Outcome<void> AgreementNamesAnalyst(const Request& request, const Evidence& evidence) {
  const std::string analyst = fmt::format("{}@{}", request.analyst, evidence.member);
  if (evidence.standing != nullptr && evidence.standing->document->Names(analyst)) return {};
  return Refuse("agreement_unknown",
                fmt::format("there is no agreement '{}' that names {}", request.agreement, analyst),
                fmt::format("check the database name; if it is right, ask {} whether the agreement names you",
                            Steward(evidence)),
                kNotAllowed);
}

std::string WhatToDo(State state, const Evidence& evidence) {
  switch (state) {
    case State::kDraft:
      return fmt::format("ask {} when it will be proposed", Steward(evidence));
    case State::kProposed:
      return fmt::format("it waits for approval: ask {}", Steward(evidence));
    case State::kSuspended:
      return fmt::format("ask {} why, and when it will be resumed", Steward(evidence));
    default:
      return fmt::format("it has ended: ask {} whether a new agreement is to follow", Steward(evidence));
  }
}

Outcome<void> AgreementIsActive(const Request& request, const Evidence& evidence) {
  const State state = evidence.standing->state;
  if (state == State::kActive) return {};
  return Refuse("agreement_not_active",
                fmt::format("the agreement '{}' is {}", request.agreement, Name(state)),
                WhatToDo(state, evidence), kNotAllowed);
}

Outcome<void> AgreementHasNotExpired(const Request& request, const Evidence& evidence) {
  const Agreement& document = *evidence.standing->document;
  if (evidence.now < document.until) return {};
  return Refuse("agreement_expired",
                fmt::format("the agreement '{}' ended on {}", request.agreement, Day(document.until)),
                fmt::format("ask {} for a new agreement", Steward(evidence)), kNotAllowed);
}

Outcome<void> AgreementHasBegun(const Request& request, const Evidence& evidence) {
  const Agreement& document = *evidence.standing->document;
  if (evidence.now >= document.from) return {};
  return Refuse("agreement_not_yet_valid",
                fmt::format("the agreement '{}' begins on {}", request.agreement, Day(document.from)),
                fmt::format("wait until then, or ask {} for an earlier date", Steward(evidence)),
                kNotAllowed);
}

Outcome<void> TrainingIsAttested(const Request& request, const Evidence& evidence) {
  for (const std::string& name : evidence.standing->document->needs.training) {
    const auto found = evidence.analyst->trainings.find(name);
    if (found != evidence.analyst->trainings.end() && found->second <= evidence.now) continue;
    return Refuse("training_missing",
                  fmt::format("the agreement '{}' needs the training {}", request.agreement, name),
                  fmt::format("take it, then ask {} to record it", Steward(evidence)), kNotAllowed);
  }
  return {};
}

Outcome<void> TrainingIsRecent(const Request&, const Evidence& evidence) {
  for (const std::string& name : evidence.standing->document->needs.training) {
    const Time expiry = ExpiryOf(evidence.analyst->trainings.at(name));
    if (evidence.now < expiry) continue;
    return Refuse("training_expired", fmt::format("your training {} expired on {}", name, Day(expiry)),
                  fmt::format("take it again, then ask {} to record it", Steward(evidence)), kNotAllowed);
  }
  return {};
}

Outcome<void> PurposeFits(const Request& request, const Evidence& evidence) {
  const std::string& agreed = evidence.standing->document->purpose;
  if (!request.purpose || *request.purpose == agreed) return {};
  return Refuse(
      "purpose_mismatch", fmt::format("the agreement '{}' is for the purpose {}", request.agreement, agreed),
      fmt::format("SET concordat.purpose = '{}' if that is what you do; if not, ask {} for an agreement for "
                  "your purpose",
                  agreed, Steward(evidence)),
      kNotAllowed);
}

Outcome<void> AnalysisIsAllowed(const Request& request, const Evidence& evidence) {
  if (evidence.standing->document->Allows(request.analysis)) return {};
  return Refuse("analysis_not_allowed",
                fmt::format("the agreement '{}' does not allow {}", request.agreement, request.analysis),
                fmt::format("ask {} for an agreement that allows it", Steward(evidence)), kNotAllowed);
}

Outcome<void> EpsilonIsANumber(const Request& request, const Evidence&) {
  if (!request.epsilon || (std::isfinite(*request.epsilon) && *request.epsilon > 0)) return {};
  return Refuse("epsilon_invalid", "concordat.epsilon is not a number above zero",
                "SET concordat.epsilon = 0.5", kBadSetting);
}

Outcome<void> EpsilonIsWithinPerQuery(const Request& request, const Evidence& evidence) {
  const double most = evidence.standing->document->protection.per_query.value;
  if (!request.epsilon || *request.epsilon <= most) return {};
  return Refuse("epsilon_too_large",
                fmt::format("epsilon {} is more than the {} that '{}' allows a question", *request.epsilon,
                            most, request.agreement),
                fmt::format("SET concordat.epsilon = {}, or less", most), kBadSetting);
}

// In order; the first that does not hold is the refusal. Each may rely on those before it.
using Condition = Outcome<void> (*)(const Request&, const Evidence&);
constexpr Condition kConditions[] = {
    AnalystIsKnown,    AgreementNamesAnalyst, AgreementIsActive,       AgreementHasNotExpired,
    AgreementHasBegun, TrainingIsAttested,    TrainingIsRecent,        PurposeFits,
    AnalysisIsAllowed, EpsilonIsANumber,      EpsilonIsWithinPerQuery,
};

}  // namespace

Outcome<Permit> Decide(const Request& request, const Evidence& evidence) {
  for (const Condition condition : kConditions) TRY(condition(request, evidence));
  const Agreement& document = *evidence.standing->document;
  const Protection& protection = document.protection;
  return Permit{.agreement = document.name,
                .agreement_id = document.id,
                .analyst = request.analyst,
                .purpose = document.purpose,
                .tables = document.tables,
                .epsilon = request.epsilon ? Epsilon{*request.epsilon} : protection.per_query,
                .budget = {protection.epsilon, protection.delta},
                .analyst_epsilon = protection.per_analyst,
                .minimum_people = protection.minimum_people,
                .retention_days = document.retention_days};
}

}  // namespace concordat::agreement
