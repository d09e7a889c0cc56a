#include "catalogue/life.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "ledger/body.h"

namespace concordat::catalogue {
namespace {

struct Kind {
  LifeVerb verb;
  const char* kind;
};
constexpr std::array kKinds = {Kind{LifeVerb::kActivate, "product.activated"},
                               Kind{LifeVerb::kDeprecate, "product.deprecated"},
                               Kind{LifeVerb::kRetire, "product.retired"}};

std::string Day(Time time) { return FormatDay(time); }

tl::unexpected<Refusal> NotAllowed(const LifeStep& step, Stage stage, const std::string& remedy) {
  return Refuse("step_not_allowed",
                fmt::format("{} is {}, so it cannot be {}", step.product, Name(stage),
                            step.verb == LifeVerb::kActivate    ? "activated"
                            : step.verb == LifeVerb::kDeprecate ? "deprecated"
                                                                : "retired"),
                remedy, "42501");
}

}  // namespace

const char* Name(Stage stage) {
  constexpr std::array kNames = {"draft", "active", "deprecated", "retired"};
  return kNames.at(static_cast<std::size_t>(stage));
}

Outcome<Life> Take(const Life& before, const LifeStep& step) {
  const Stage stage = before.At(step.when);
  if (stage == Stage::kRetired) return NotAllowed(step, stage, "publish its successor as another product");
  switch (step.verb) {
    case LifeVerb::kActivate:
      if (stage == Stage::kDeprecated) return Life{Stage::kActive, {}, step.reason};
      return NotAllowed(
          step, stage,
          stage == Stage::kDraft ? "publish its contract with 'status: active'" : "nothing is to be done");
    case LifeVerb::kDeprecate:
      if (stage == Stage::kDraft) return NotAllowed(step, stage, "retire it: nobody uses it yet");
      if (!step.until || *step.until <= step.when) {
        return Refuse("date_passed", fmt::format("{} would be retired at once", step.product),
                      "give a later day, or retire it", "22023");
      }
      return Life{Stage::kDeprecated, step.until, step.reason};
    case LifeVerb::kRetire:
      return Life{Stage::kRetired, {}, step.reason};
  }
  return before;
}

ledger::Draft DraftOf(const LifeStep& step) {
  const auto kind =
      std::find_if(kKinds.begin(), kKinds.end(), [&](const Kind& row) { return row.verb == step.verb; });
  Json body = {{"product", step.product}, {"by", step.by}};
  if (!step.reason.empty()) body["reason"] = step.reason;
  if (step.until) body["until"] = FormatTime(*step.until);
  return {.kind = kind->kind, .body = std::move(body), .secret = {}};
}

std::optional<LifeStep> LifeStepOf(const ledger::Entry& entry) {
  const auto kind =
      std::find_if(kKinds.begin(), kKinds.end(), [&](const Kind& row) { return entry.kind == row.kind; });
  if (kind == kKinds.end()) return std::nullopt;
  LifeStep step{.verb = kind->verb,
                .product = ledger::TextIn(entry.body, "product"),
                .by = ledger::TextIn(entry.body, "by"),
                .reason = ledger::TextIn(entry.body, "reason"),
                .until = {},
                .when = entry.time};
  if (const auto until = ParseTime(ledger::TextIn(entry.body, "until"))) step.until = *until;
  return step;
}

std::string Describe(const Life& life, Time now) {
  const Stage stage = life.At(now);
  std::string text = Name(stage);
  if (life.until) text += (stage == Stage::kRetired ? " since " : ", retired on ") + Day(*life.until);
  return life.reason.empty() ? text : text + ": " + life.reason;
}

std::string Warning(const std::string& product, const Life& life, Time now) {
  if (life.At(now) != Stage::kDeprecated) return "";
  std::string text = fmt::format("{} is deprecated: it is retired on {}", product, Day(*life.until));
  if (!life.reason.empty()) text += fmt::format(" ({})", life.reason);
  return text;
}

}  // namespace concordat::catalogue
