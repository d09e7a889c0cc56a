// Whatever state another member sends, it is one of the method's or refused, by members and by the node that
// asks; sums of what is taken are finite, and as many as were said.
//
// The first byte chooses the method. The rest is the state's text.
#include <cmath>
#include <cstdint>
#include <memory>
#include <nlohmann/json.hpp>

#include "base/check.h"
#include "learning/testing_fit.h"
#include "methods/methods.h"

using namespace concordat;
using namespace concordat::learning;

namespace {

constexpr const char* kLayers = "dense(1) sigmoid";

Schema SchemaOfFive() {
  Schema schema = PeopleSchema();
  schema.push_back({std::string(kSite), {"a", "b", "c", "d", "e"}, {}});
  return schema;
}

std::vector<std::unique_ptr<ExactMethod>> OneOfEach() {
  const Call calls[] = {
      {"glm", "ill ~ age", "people", {{"family", "binomial"}}},
      {"glm", "visits ~ age + offset(log(age))", "people", {{"family", "poisson"}, {"link", "sqrt"}}},
      {"glm", "cost ~ sex", "people", {{"family", "gamma"}, {"weights", "weight"}}},
      {"lm", "cost ~ age * sex", "people", {}},
      {"penalised", "ill ~ age + visits", "people", {{"family", "binomial"}, {"link", "cloglog"}}},
      {"cox", "Surv(visits, none) ~ age + sex", "people", {}},
      {"cox", "Surv(visits, none) ~ age + strata(sex)", "people", {{"ties", "breslow"}}},
      {"kaplan_meier", "Surv(visits, none) ~ sex", "people", {}},
      {"pca", "~ age + cost", "people", {}},
      {"kmeans", "~ age + cost", "people", {}},
      {"boost", "ill ~ age + region", "people", {{"trees", std::int64_t{3}}, {"depth", std::int64_t{2}}}},
      {"network", "ill ~ age", "people", {{"layers", kLayers}, {"method", "scaffold"}}},
      {"network", "ill ~ age", "people", {{"layers", kLayers}, {"combine", "trimmed_mean"}}},
      {"cox", "Surv(none, visits, split) ~ age", "people", {{"weights", "weight"}}},
      {"kaplan_meier", "Surv(none, visits, split) ~ sex", "people", {{"weights", "weight"}}},
      {"penalised",
       "cbind(visits, age) ~ cost",
       "people",
       {{"family", "binomial"}, {"alpha", 0.0}, {"lambda", 0.1}}},
  };
  std::vector<std::unique_ptr<ExactMethod>> made;
  for (const Call& call : calls) made.push_back(*methods::Make(call, SchemaOfFive(), {}));
  return made;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const auto all = OneOfEach();
  static const auto members = People(100, 1);
  if (size == 0) return 0;
  const ExactMethod& method = *all[data[0] % all.size()];
  const Json state = Json::parse(data + 1, data + size, nullptr, false);
  if (state.is_discarded()) return 0;
  const auto length = method.Length(state);
  const auto sums = method.Add(members[0], state);
  if (!length) {
    CHECK(!sums);
    CHECK(!method.Next(state, {}));
    return 0;
  }
  if (!sums) return 0;
  CHECK(sums->numbers.size() == *length);
  for (const double number : sums->numbers) CHECK(std::isfinite(number));
  const auto slots = method.SlotsOf(state);
  CHECK(slots && (slots->empty() || ToIntegers(*slots, sums->numbers)));
  CHECK(sums->effective_rows >= 0 && sums->effective_rows <= 100.001);
  const auto step = method.Next(state, sums->numbers);
  if (step && !step->state.is_null()) CHECK(method.Length(step->state));
  return 0;
}
