#include "learning/methods.h"

#include <fmt/format.h>

#include "base/name.h"

namespace concordat::learning {
namespace {

struct Entry {
  std::string_view name;
  Made (*make)(const Call& call, const Schema& schema, const Rules& rules);
};

// Sorted by name. A method's row is all that makes it known.
constexpr Entry kEntries[] = {
    {"anova", MakeAnova},
    {"chi_square", MakeChiSquare},
    {"correlation", MakeCorrelation},
    {"cox", MakeCox},
    {"glm", MakeGlm},
    {"kaplan_meier", MakeKaplanMeier},
    {"kmeans", MakeKmeans},
    {"lm", MakeLm},
    {"log_rank", MakeLogRank},
    {"mixed", MakeMixed},
    {"network", MakeNetwork},
    {"pca", MakePca},
    {"penalised", MakePenalised},
    {"t_test", MakeTTest},
};

}  // namespace

std::vector<std::string> MethodNames() {
  std::vector<std::string> names;
  for (const Entry& entry : kEntries) names.emplace_back(entry.name);
  return names;
}

Outcome<std::unique_ptr<ExactMethod>> MakeMethod(const Call& call, const Schema& schema, const Rules& rules) {
  for (const Entry& entry : kEntries)
    if (entry.name == call.method) return entry.make(call, schema, rules);
  const std::vector<std::string> names = MethodNames();
  const std::string nearest = NearestName(call.method, names);
  return Refuse("unknown_method", fmt::format("no method is called {}", call.method),
                nearest.empty()
                    ? fmt::format("there are {}", fmt::join(names, ", "))
                    : fmt::format("did you mean {}? There are {}", nearest, fmt::join(names, ", ")),
                "42883");
}

}  // namespace concordat::learning
