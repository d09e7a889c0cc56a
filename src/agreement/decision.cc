#include "agreement/decision.h"

#include <fmt/format.h>

#include <cmath>

namespace concordat::agreement {
namespace {

constexpr char kBadSetting[] = "22023";

std::string Steward(const Evidence& evidence) { return fmt::format("the steward of {}", evidence.member); }
// The member that knows the analyst.
std::string_view HomeOf(const Request& request, const Evidence& evidence) {
  return request.visitor ? std::string_view(request.visitor->home) : evidence.member;
}
std::string NameAtHome(const Request& request, const Evidence& evidence) {
  return fmt::format("{}@{}", request.analyst, HomeOf(request, evidence));
}
const std::map<std::string, Time>& TrainingsOf(const Request& request, const Evidence& evidence) {
  return request.visitor ? request.visitor->trainings : evidence.analyst->trainings;
}
std::string WhoRecords(const Request& request, const Evidence& evidence) {
  return fmt::format("the steward of {}", HomeOf(request, evidence));
}

// The same refusal whether there is no such agreement or one that is not the visitor's home's: names are not
// to be probed.
Outcome<void> VisitorIsVouchedFor(const Request& request, const Evidence& evidence) {
  const bool party = evidence.standing != nullptr && request.visitor->home != evidence.member &&
                     evidence.standing->document->parties.contains(request.visitor->home);
  if (party) return {};
  return Refuse(
      "analyst_unknown",
      fmt::format("no party to an agreement '{}' vouches for '{}' at {}", request.agreement,
                  NameAtHome(request, evidence), evidence.member),
      fmt::format("check the agreement's name; if it is right, ask {} whether its member is a party",
                  WhoRecords(request, evidence)),
      kNotAllowed);
}

Outcome<void> AnalystIsKnown(const Request& request, const Evidence& evidence) {
  if (request.visitor) return VisitorIsVouchedFor(request, evidence);
  if (evidence.analyst != nullptr) return {};
  return Refuse("analyst_unknown",
                fmt::format("'{}' is not an analyst of {}", request.analyst, evidence.member),
                fmt::format("ask {} to add you", Steward(evidence)), kNotAllowed);
}

// One refusal for both, so that nobody learns which agreements there are by trying names.
Outcome<void> AgreementNamesAnalyst(const Request& request, const Evidence& evidence) {
  const std::string analyst = NameAtHome(request, evidence);
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
    case State::kApproved:
      return "all have signed; it begins once the period for objections is over";
    case State::kSuspended:
      return fmt::format("ask {} why, and when it will be resumed", Steward(evidence));
    default:
      return fmt::format("it has ended: ask {} whether a new agreement is to follow", Steward(evidence));
  }
}

Outcome<void> AgreementIsActive(const Request& request, const Evidence& evidence) {
  const State state = evidence.standing->At(evidence.now);
  if (state == State::kActive || state == State::kExpired) return {};
  return Refuse("agreement_not_active",
                fmt::format("the agreement '{}' is {}", request.agreement, Name(state)),
                WhatToDo(state, evidence), kNotAllowed);
}

Outcome<void> AgreementHasNotExpired(const Request& request, const Evidence& evidence) {
  const Agreement& document = *evidence.standing->document;
  if (evidence.now < document.until) return {};
  return Refuse("agreement_expired",
                fmt::format("the agreement '{}' ended on {}", request.agreement, FormatDay(document.until)),
                fmt::format("ask {} for a new agreement", Steward(evidence)), kNotAllowed);
}

Outcome<void> AgreementHasBegun(const Request& request, const Evidence& evidence) {
  const Agreement& document = *evidence.standing->document;
  if (evidence.now >= document.from) return {};
  return Refuse("agreement_not_yet_valid",
                fmt::format("the agreement '{}' begins on {}", request.agreement, FormatDay(document.from)),
                fmt::format("wait until then, or ask {} for an earlier date", Steward(evidence)),
                kNotAllowed);
}

std::string HoursText(const Hours& hours) {
  constexpr const char* kDays[] = {"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};
  std::string days;
  for (std::size_t i = 0; i < hours.days.size(); ++i) {
    if (hours.days.at(i)) days += (days.empty() ? "" : ", ") + std::string(kDays[i]);
  }
  return fmt::format("{} from {:02}:{:02} until {:02}:{:02} UTC", days, hours.from / 60, hours.from % 60,
                     hours.until / 60, hours.until % 60);
}

Outcome<void> HoursHold(const Request& request, const Evidence& evidence) {
  const auto& hours = evidence.standing->document->conditions.hours;
  if (!hours || hours->Hold(evidence.now)) return {};
  return Refuse("outside_hours",
                fmt::format("the agreement '{}' answers on {}", request.agreement, HoursText(*hours)),
                "ask again then", kNotAllowed);
}

Outcome<void> TrainingIsAttested(const Request& request, const Evidence& evidence) {
  for (const std::string& name : evidence.standing->document->needs.training) {
    const auto& trainings = TrainingsOf(request, evidence);
    const auto found = trainings.find(name);
    if (found != trainings.end() && found->second <= evidence.now) continue;
    return Refuse(
        "training_missing", fmt::format("the agreement '{}' needs the training {}", request.agreement, name),
        fmt::format("take it, then ask {} to record it", WhoRecords(request, evidence)), kNotAllowed);
  }
  return {};
}

Outcome<void> TrainingIsRecent(const Request& request, const Evidence& evidence) {
  for (const std::string& name : evidence.standing->document->needs.training) {
    const Time expiry = ExpiryOf(TrainingsOf(request, evidence).at(name));
    if (evidence.now < expiry) continue;
    return Refuse("training_expired", fmt::format("your training {} expired on {}", name, FormatDay(expiry)),
                  fmt::format("take it again, then ask {} to record it", WhoRecords(request, evidence)),
                  kNotAllowed);
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

Outcome<void> RateIsKept(const Request& request, const Evidence& evidence) {
  const auto& most = evidence.standing->document->conditions.per_hour;
  if (!most || evidence.asked < *most) return {};
  return Refuse("rate_exceeded",
                fmt::format("the agreement '{}' allows {} questions an hour, and you have asked {}",
                            request.agreement, *most, evidence.asked),
                "ask again later", kNotAllowed);
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

std::string DateOf(const char* what, Time time) { return fmt::format("{} {}", what, FormatDay(time)); }

std::string SignaturesText(const Standing& standing) {
  if (standing.seals.empty()) return "";
  std::string signers;
  for (const auto& [signer, seal] : standing.seals) signers += (signers.empty() ? "" : ", ") + signer;
  return fmt::format(", signed by {}", signers);
}

std::string TrainingText(const Request& request, const Evidence& evidence, bool expiry) {
  std::string text;
  for (const std::string& name : evidence.standing->document->needs.training) {
    const Time attested = TrainingsOf(request, evidence).at(name);
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", name,
                        expiry ? DateOf("until", ExpiryOf(attested)) : DateOf("of", attested));
  }
  return text.empty() ? "none is needed" : text;
}

// In order; the first that does not hold is the refusal. Each may rely on those before it, and its evidence
// is told only once it holds.
struct Condition {
  const char* what;
  Outcome<void> (*check)(const Request&, const Evidence&);
  std::string (*evidence)(const Request&, const Evidence&);
  const char* of_visitor = nullptr;  // what it is called where another member's analyst asks, if otherwise
};

const Condition kConditions[] = {
    {"the analyst is known here", AnalystIsKnown,
     [](const Request& r, const Evidence& e) {
       return r.visitor ? fmt::format("{} vouches for {}", r.visitor->home, r.analyst)
                        : fmt::format("{} was added {}", r.analyst, DateOf("on", e.analyst->added));
     },
     "the analyst is vouched for by their member, which is a party"},
    {"the agreement names the analyst", AgreementNamesAnalyst,
     [](const Request& r, const Evidence& e) { return "as " + NameAtHome(r, e); }},
    {"the agreement is in force", AgreementIsActive,
     [](const Request&, const Evidence& e) {
       return fmt::format("it is {}{}", Name(e.standing->At(e.now)), SignaturesText(*e.standing));
     }},
    {"it has not ended", AgreementHasNotExpired,
     [](const Request&, const Evidence& e) { return DateOf("valid until", e.standing->document->until); }},
    {"it has begun", AgreementHasBegun,
     [](const Request&, const Evidence& e) { return DateOf("valid from", e.standing->document->from); }},
    {"questions are answered at this hour", HoursHold,
     [](const Request&, const Evidence& e) {
       const auto& hours = e.standing->document->conditions.hours;
       return hours ? HoursText(*hours) : std::string("at any hour");
     }},
    {"the training it needs is attested", TrainingIsAttested,
     [](const Request& r, const Evidence& e) { return TrainingText(r, e, false); }},
    {"the training has not expired", TrainingIsRecent,
     [](const Request& r, const Evidence& e) { return TrainingText(r, e, true); }},
    {"the purpose is the agreement's", PurposeFits,
     [](const Request& r, const Evidence& e) {
       const Agreement& document = *e.standing->document;
       return fmt::format("{}, on the legal basis {}{}", document.purpose, document.legal_basis,
                          r.purpose ? "" : "; the analyst has set none");
     }},
    {"this kind of analysis is allowed", AnalysisIsAllowed,
     [](const Request& r, const Evidence&) { return r.analysis; }},
    {"the rate is kept", RateIsKept,
     [](const Request&, const Evidence& e) {
       const auto& most = e.standing->document->conditions.per_hour;
       return most ? fmt::format("{} of {} questions in the last hour", e.asked, *most)
                   : fmt::format("{} questions in the last hour, and no limit", e.asked);
     }},
    {"the epsilon asked for is a number", EpsilonIsANumber,
     [](const Request& r, const Evidence& e) {
       return r.epsilon
                  ? fmt::format("{}", *r.epsilon)
                  : fmt::format("none: the agreement's {}", e.standing->document->protection.per_query.value);
     }},
    {"a question may spend as much", EpsilonIsWithinPerQuery,
     [](const Request&, const Evidence& e) {
       return fmt::format("at most {}", e.standing->document->protection.per_query.value);
     }},
};

// Tables that are not this member's alone.
std::vector<std::string> Elsewhere(const Agreement& document, std::string_view member) {
  const auto own = document.TablesOf(member);
  std::vector<std::string> elsewhere;
  for (const auto& [table, products] : document.tables) {
    if (!own.contains(table)) elsewhere.push_back(table);
  }
  return elsewhere;
}

}  // namespace

std::vector<Finding> Examine(const Request& request, const Evidence& evidence) {
  std::vector<Finding> findings;
  bool reached = true;
  for (const Condition& condition : kConditions) {
    const bool otherwise = request.visitor && condition.of_visitor != nullptr;
    Finding& finding = findings.emplace_back(
        Finding{.condition = otherwise ? condition.of_visitor : condition.what, .evidence = {}});
    if (!reached) continue;
    const auto outcome = condition.check(request, evidence);
    reached = outcome.has_value();
    finding.outcome = reached ? Finding::Outcome::kHolds : Finding::Outcome::kFails;
    finding.evidence = reached ? condition.evidence(request, evidence)
                               : fmt::format("refused ({}): {}; {}", outcome.error().reason,
                                             outcome.error().message, outcome.error().hint);
  }
  return findings;
}

Outcome<Permit> Decide(const Request& request, const Evidence& evidence) {
  for (const Condition& condition : kConditions) TRY(condition.check(request, evidence));
  const Agreement& document = *evidence.standing->document;
  const Protection& protection = document.protection;
  return Permit{.agreement = document.name,
                .agreement_id = document.id,
                .analyst = request.visitor ? NameAtHome(request, evidence) : request.analyst,
                .purpose = document.purpose,
                .tables = document.TablesOf(evidence.member),
                .elsewhere = Elsewhere(document, evidence.member),
                .others = document.TablesOfOthers(evidence.member),
                .epsilon = request.epsilon ? Epsilon{*request.epsilon} : protection.per_query,
                .budget = {protection.epsilon, protection.delta},
                .analyst_epsilon = protection.per_analyst,
                .minimum_people = protection.minimum_people,
                .retention_days = document.retention_days,
                .sealed_days = document.conditions.sealed_days,
                .document = evidence.standing->document};
}

}  // namespace concordat::agreement
