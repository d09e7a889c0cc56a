#include "learning/methods.h"

#include <fmt/format.h>

#include "base/name.h"

namespace concordat::learning {
namespace {

struct MethodEntry {
  std::string_view name;
  Made (*make)(const Call& call, const Schema& schema, const Rules& rules);
  MadeNoisy (*make_noisy)(const Call& call, const Schema& schema, const Rules& rules) = nullptr;
};

// Sorted by name. A method's row is all that makes it known.
constexpr MethodEntry kEntries[] = {
    {"anova", MakeAnova},
    {"boost", MakeBoost, MakeNoisyBoost},
    {"chi_square", MakeChiSquare, MakeNoisyChiSquare},
    {"correlation", MakeCorrelation, MakeNoisyCorrelation},
    {"cox", MakeCox},
    {"glm", MakeGlm, MakeNoisyGlm},
    {"kaplan_meier", MakeKaplanMeier, MakeNoisyKaplanMeier},
    {"kmeans", MakeKmeans, MakeNoisyKmeans},
    {"lm", MakeLm, MakeNoisyLm},
    {"log_rank", MakeLogRank, MakeNoisyLogRank},
    {"mixed", MakeMixed},
    {"network", MakeNetwork, MakeNoisyNetwork},
    {"pca", MakePca, MakeNoisyPca},
    {"penalised", MakePenalised},
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

}  // namespace

std::vector<std::string> MethodNames() { return NamesOfAll(); }

Outcome<std::unique_ptr<ExactMethod>> MakeMethod(const Call& call, const Schema& schema, const Rules& rules) {
  return TRY(FindEntry(call.method)).make(call, schema, rules);
}

Outcome<std::unique_ptr<NoisyMethod>> MakeNoisyMethod(const Call& call, const Schema& schema,
                                                      const Rules& rules) {
  const MethodEntry entry = TRY(FindEntry(call.method));
  if (entry.make_noisy != nullptr) return entry.make_noisy(call, schema, rules);
  std::vector<std::string_view> names;
  for (const MethodEntry& each : kEntries)
    if (each.make_noisy != nullptr) names.push_back(each.name);
  return Refuse("no_noisy_form", fmt::format("{} has no form under noise", call.method),
                fmt::format("under protection: {{mode: dp}} there are {}; the others need mode: threshold",
                            fmt::join(names, ", ")),
                "0A000");
}

}  // namespace concordat::learning
