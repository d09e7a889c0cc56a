#include "learning/methods.h"

#include <fmt/format.h>

#include "base/name.h"

namespace concordat::learning {
namespace {

struct Entry {
  std::string_view name;
  Made (*make)(const Call& call, const Schema& schema, const Rules& rules);
  MadeNoisy (*make_noisy)(const Call& call, const Schema& schema, const Rules& rules) = nullptr;
};

// Sorted by name. A method's row is all that makes it known.
constexpr Entry kEntries[] = {
    {"anova", MakeAnova},
    {"chi_square", MakeChiSquare},
    {"correlation", MakeCorrelation},
    {"cox", MakeCox},
    {"glm", MakeGlm, MakeNoisyGlm},
    {"kaplan_meier", MakeKaplanMeier},
    {"kmeans", MakeKmeans},
    {"lm", MakeLm, MakeNoisyLm},
    {"log_rank", MakeLogRank},
    {"mixed", MakeMixed},
    {"network", MakeNetwork, MakeNoisyNetwork},
    {"pca", MakePca},
    {"penalised", MakePenalised},
    {"t_test", MakeTTest},
};

std::vector<std::string> NamesOfAll() {
  std::vector<std::string> names;
  for (const Entry& entry : kEntries) names.emplace_back(entry.name);
  return names;
}

Outcome<Entry> FindEntry(const std::string& method) {
  for (const Entry& entry : kEntries)
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
  const Entry entry = TRY(FindEntry(call.method));
  if (entry.make_noisy != nullptr) return entry.make_noisy(call, schema, rules);
  std::vector<std::string_view> names;
  for (const Entry& each : kEntries)
    if (each.make_noisy != nullptr) names.push_back(each.name);
  return Refuse("no_noisy_form", fmt::format("{} has no form under noise", call.method),
                fmt::format("under protection: {{mode: dp}} there are {}; the others need mode: threshold",
                            fmt::join(names, ", ")),
                "0A000");
}

}  // namespace concordat::learning
