#include "learning/known.h"

#include <fmt/format.h>

#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "base/name.h"
#include "learning/coefficient_table.h"
#include "learning/formula.h"

namespace concordat::learning {
namespace {

Outcome<KnownMethod> FindMethod(std::span<const KnownMethod> known, const std::string& name) {
  std::vector<std::string> names;
  for (const KnownMethod& each : known) {
    if (each.name == name) return each;
    names.emplace_back(each.name);
  }
  const std::string nearest = NearestName(name, names);
  return Refuse("unknown_method", fmt::format("no method is called {}", name),
                nearest.empty()
                    ? fmt::format("there are {}", fmt::join(names, ", "))
                    : fmt::format("did you mean {}? There are {}", nearest, fmt::join(names, ", ")),
                "42883");
}

std::string NamesWhere(std::span<const KnownMethod> known, bool KnownMethod::*takes) {
  std::vector<std::string_view> names;
  for (const KnownMethod& each : known)
    if (each.*takes) names.push_back(each.name);
  return fmt::format("{}", fmt::join(names, ", "));
}

// What cannot be read is refused when the method is made.
Outcome<void> CheckResponse(std::span<const KnownMethod> known, const KnownMethod& method, const Call& call,
                            bool noisy) {
  const auto formula = ParseFormula(call.formula);
  if (!formula) return {};
  const std::string_view where = noisy ? " under noise" : "";
  if (formula->start && (noisy || !method.takes_starts))
    return Refuse("formula_not_supported",
                  fmt::format("{} has no use for Surv(start, time, status){}", method.name, where),
                  fmt::format("write Surv(time, status); under mode: threshold a start is taken by {}",
                              NamesWhere(known, &KnownMethod::takes_starts)),
                  "0A000");
  if (formula->failures && (noisy || !method.takes_counts))
    return Refuse("formula_not_supported",
                  fmt::format("{} has no use for cbind(successes, failures){}", method.name, where),
                  fmt::format("under mode: threshold it is taken, with family => 'binomial', by {}",
                              NamesWhere(known, &KnownMethod::takes_counts)),
                  "0A000");
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

Made MakeMethod(std::span<const KnownMethod> known, const Call& call, const Schema& schema,
                const Rules& rules) {
  const KnownMethod method = TRY(FindMethod(known, call.method));
  TRY(CheckResponse(known, method, call, false));
  return MadeBy(method.make, call, schema, rules);
}

MadeNoisy MakeNoisyMethod(std::span<const KnownMethod> known, const Call& call, const Schema& schema,
                          const Rules& rules) {
  const KnownMethod method = TRY(FindMethod(known, call.method));
  if (method.make_noisy != nullptr) {
    TRY(CheckResponse(known, method, call, true));
    return MadeBy(method.make_noisy, call, schema, rules);
  }
  std::vector<std::string_view> names;
  for (const KnownMethod& each : known)
    if (each.make_noisy != nullptr) names.push_back(each.name);
  return Refuse("no_noisy_form", fmt::format("{} has no form under noise", call.method),
                fmt::format("under protection: {{mode: dp}} there are {}; the others need mode: threshold",
                            fmt::join(names, ", ")),
                "0A000");
}

}  // namespace concordat::learning
