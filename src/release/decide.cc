#include "release/decide.h"

#include <fmt/format.h>

#include "release/prepare.h"

namespace concordat::release {
namespace {

// As charges have it: "ana", and of another member "ana@cleveland".
std::string AskerName(const Caller& caller) {
  return caller.visitor ? fmt::format("{}@{}", caller.analyst, caller.visitor->home) : caller.analyst;
}

}  // namespace

Outcome<void> CheckLife(const catalogue::Catalogue& catalogue, const std::string& product, Time now) {
  const catalogue::Life life = catalogue.LifeOf(product);
  const catalogue::Stage stage = life.At(now);
  if (stage == catalogue::Stage::kDraft) {
    return Refuse("product_draft", product + " is a draft: it answers nothing yet",
                  "ask its owner to publish it with 'status: active'", "42501");
  }
  if (stage == catalogue::Stage::kRetired) {
    return Refuse("product_retired",
                  product + " is retired" + (life.reason.empty() ? "" : ": " + life.reason),
                  "ask its owner what replaces it", "42501");
  }
  return {};
}

Outcome<agreement::Permit> DecideOn(const Parts& parts, const Caller& caller, const Question& question,
                                    const std::string& analysis) {
  const agreement::Request request{.analyst = caller.analyst,
                                   .agreement = caller.agreement,
                                   .analysis = analysis,
                                   .purpose = question.settings.purpose,
                                   .epsilon = question.settings.epsilon,
                                   .visitor = caller.visitor};
  const Time now = parts.ledger.Now();
  return parts.agreements.Decide(request, now,
                                 parts.pace.AskedInTheHourBefore(now, caller.agreement, AskerName(caller)));
}

std::string AnalysisFor(const Parts& parts, const std::string& agreement, const std::string& method) {
  constexpr char kAll[] = "fit";
  const auto* standing = parts.agreements.Find(agreement, parts.ledger.Now());
  const bool all =
      standing != nullptr && !standing->document->Allows(method) && standing->document->Allows(kAll);
  return all ? kAll : method;
}

std::string AnyAnalysis(const Parts& parts, const std::string& agreement) {
  const auto* standing = parts.agreements.Find(agreement, parts.ledger.Now());
  if (standing == nullptr || standing->document->Allows("sql") || standing->document->allows.empty())
    return "sql";
  return standing->document->allows.front();
}

Outcome<void> InForce(const Parts& parts, const Prepared& prepared) {
  const Time now = parts.ledger.Now();
  TRY(CheckLife(parts.catalogue, prepared.published->product.id, now));
  for (const auto& each : prepared.joined) TRY(CheckLife(parts.catalogue, each->product.id, now));
  for (const auto& each : prepared.models) TRY(CheckLife(parts.catalogue, each->product.id, now));
  const auto* standing = parts.agreements.Find(prepared.permit.agreement, now);
  const bool same = standing != nullptr && standing->document->id == prepared.permit.agreement_id;
  if (same && standing->At(now) == agreement::State::kActive) return {};
  return Refuse(
      "agreement_not_active",
      fmt::format("the agreement '{}' was {} while the question was under way", prepared.permit.agreement,
                  same ? agreement::Name(standing->At(now)) : "superseded"),
      "ask the steward why", "42501");
}

Outcome<void> StillPermitted(const Parts& parts, const Caller& caller, const Question& question,
                             const Prepared& prepared, const std::string& analysis) {
  TRY(DecideOn(parts, caller, question, analysis));
  return InForce(parts, prepared);
}

}  // namespace concordat::release
