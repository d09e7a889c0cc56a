#include "agreement/analyst.h"

#include <algorithm>

#include "agreement/names.h"

namespace concordat::agreement {
namespace {

Outcome<void> CheckAllowed(const Analyst* before, const AnalystStep& step) {
  if (step.verb != AnalystVerb::kAdd) {
    if (before != nullptr) return {};
    return Refuse("analyst_unknown", "there is no analyst '" + step.analyst + "'",
                  "concordat analyst list shows those there are", "42501");
  }
  if (before != nullptr) {
    return Refuse("analyst_exists", "there is an analyst '" + step.analyst + "' already",
                  "to give a new password: concordat analyst password " + step.analyst, "42501");
  }
  if (IsName(step.analyst)) return {};
  return Refuse("analyst_name", "'" + step.analyst + "' cannot name an analyst",
                "use lower-case letters, digits, dots, hyphens and underscores, a letter first", "22023");
}

}  // namespace

Result<Training> ParseTraining(std::string_view text, Time now) {
  const auto at = text.find('@');
  const auto attested = at == text.npos ? ParseTime("") : ParseTime(text.substr(at + 1));
  if (!attested || !IsName(text.substr(0, at))) {
    return Fail(ErrorCode::kInvalidArgument, "'" + std::string(text) + "' is not a training",
                "write its name and the day it was attested: data-ethics@2026-03-01");
  }
  if (*attested > now) {
    return Fail(ErrorCode::kInvalidArgument, "'" + std::string(text) + "' lies in the future",
                "write the day on which it was attested");
  }
  return Training{std::string(text.substr(0, at)), *attested};
}

Time ExpiryOf(Time attested) {
  const auto day = std::chrono::floor<std::chrono::days>(attested);
  const std::chrono::year_month_day date(day);
  const auto later = date + std::chrono::years(1);
  // sys_days carries an impossible 29 February over to 1 March.
  return Time(std::chrono::sys_days(later)) + (attested - day);
}

Outcome<std::optional<Analyst>> Take(const Analyst* before, const AnalystStep& step) {
  TRY(CheckAllowed(before, step));
  if (step.verb == AnalystVerb::kRemove) return std::optional<Analyst>();
  Analyst after = before != nullptr ? *before : Analyst{.name = step.analyst, .added = step.when};
  for (const Training& training : step.trainings) {
    Time& newest = after.trainings[training.name];
    newest = std::max(newest, training.attested);
  }
  if (step.verb == AnalystVerb::kAdd || step.verb == AnalystVerb::kPassword) after.verifier = step.verifier;
  return std::optional(std::move(after));
}

}  // namespace concordat::agreement
