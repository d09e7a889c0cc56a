#include "learning/methods.h"

#include <fmt/format.h>

#include <map>
#include <nlohmann/json.hpp>

#include "base/name.h"
#include "learning/coefficient_table.h"
#include "learning/formula.h"

namespace concordat::learning {
namespace {

struct MethodEntry {
  std::string_view name;
  Made (*make)(const Call& call, const Schema& schema, const Rules& rules);
  MadeNoisy (*make_noisy)(const Call& call, const Schema& schema, const Rules& rules) = nullptr;
  // Responses that few methods have, under disclosure rules alone.
  bool takes_starts = false;  // Surv(start, time, status)
  bool takes_counts = false;  // cbind(successes, failures)
};

// Sorted by name. A method's row is all that makes it known.
constexpr MethodEntry kEntries[] = {
    {"anova", MakeAnova},
    {"boost", MakeBoost, MakeNoisyBoost},
    {"chi_square", MakeChiSquare, MakeNoisyChiSquare},
    {"correlation", MakeCorrelation, MakeNoisyCorrelation},
    {.name = "cox", .make = MakeCox, .takes_starts = true},
    {.name = "glm", .make = MakeGlm, .make_noisy = MakeNoisyGlm, .takes_counts = true},
    {.name = "kaplan_meier",
     .make = MakeKaplanMeier,
     .make_noisy = MakeNoisyKaplanMeier,
     .takes_starts = true},
    {"kmeans", MakeKmeans, MakeNoisyKmeans},
    {"lm", MakeLm, MakeNoisyLm},
    {"log_rank", MakeLogRank, MakeNoisyLogRank},
    {"mixed", MakeMixed},
    {"network", MakeNetwork, MakeNoisyNetwork},
    {"pca", MakePca, MakeNoisyPca},
    {.name = "penalised", .make = MakePenalised, .takes_counts = true},
    {"t_test", MakeTTest, MakeNoisyTTest},
};

std::vector<std::string> NamesOfAll() {
  std::vector<std::string> names;
  for (const MethodEntry& entry : kEntries) names.emplace_back(entry.name);
  return names;
}

Outcome<MethodEntry> FindEntry(const std::string& method) {
  for (const MethodEntry& entry : kEntries)
    if (entry.name == method) return entry;
  const std::vector<std::string> names = NamesOfAll();
  const std::string nearest = NearestName(method, names);
  return Refuse("unknown_method", fmt::format("no method is called {}", method),
                nearest.empty()
                    ? fmt::format("there are {}", fmt::join(names, ", "))
                    : fmt::format("did you mean {}? There are {}", nearest, fmt::join(names, ", ")),
                "42883");
}

// What cannot be read is refused when the method is made.
Outcome<void> CheckResponse(const MethodEntry& entry, const Call& call, bool noisy) {
  const auto formula = ParseFormula(call.formula);
  if (!formula) return {};
  const std::string_view where = noisy ? " under noise" : "";
  if (formula->start && (noisy || !entry.takes_starts))
    return Refuse("formula_not_supported",
                  fmt::format("{} has no use for Surv(start, time, status){}", entry.name, where),
                  "write Surv(time, status); cox and kaplan_meier take a start under mode: threshold",
                  "0A000");
  if (formula->failures && (noisy || !entry.takes_counts))
    return Refuse("formula_not_supported",
                  fmt::format("{} has no use for cbind(successes, failures){}", entry.name, where),
                  "glm and penalised with family => 'binomial' take it under mode: threshold", "0A000");
  return {};
}

// Of either form: what it makes, and what it says of itself.
template <class Make>
auto MadeBy(Make make, Call call, const Schema& schema, const Rules& rules)
    -> decltype(make(call, schema, rules)) {
  call.taken = std::make_shared<std::map<std::string, Value>>();
  auto method = TRY(make(call, schema, rules));
  call.options = *call.taken;
  method->SetAbout(
      {{"method", call.method}, {"call", ToJson(call)}, {"columns", ToJson(schema, method->Columns())}});
  return method;
}

}  // namespace

void Complete(const Method& method, Fitted& fitted) {
  if (!fitted.model.is_null() && !method.about().is_null()) fitted.model.update(method.about());
}

std::vector<std::string> MethodNames() { return NamesOfAll(); }

Outcome<std::unique_ptr<ExactMethod>> MakeMethod(const Call& call, const Schema& schema, const Rules& rules) {
  const MethodEntry entry = TRY(FindEntry(call.method));
  TRY(CheckResponse(entry, call, false));
  return MadeBy(entry.make, call, schema, rules);
}

Outcome<std::unique_ptr<NoisyMethod>> MakeNoisyMethod(const Call& call, const Schema& schema,
                                                      const Rules& rules) {
  const MethodEntry entry = TRY(FindEntry(call.method));
  if (entry.make_noisy != nullptr) {
    TRY(CheckResponse(entry, call, true));
    return MadeBy(entry.make_noisy, call, schema, rules);
  }
  std::vector<std::string_view> names;
  for (const MethodEntry& each : kEntries)
    if (each.make_noisy != nullptr) names.push_back(each.name);
  return Refuse("no_noisy_form", fmt::format("{} has no form under noise", call.method),
                fmt::format("under protection: {{mode: dp}} there are {}; the others need mode: threshold",
                            fmt::join(names, ", ")),
                "0A000");
}

}  // namespace concordat::learning
