// Whatever the text: it is no fit, refused by name with a hint, or read, and then the rest of it is planned
// over a table of coefficients or refused.
#include "base/check.h"
#include "sql/fit.h"
#include "sql/shape.h"

using namespace concordat;

namespace {

void CheckRefusal(const Refusal& refusal) { CHECK(!refusal.reason.empty() && !refusal.message.empty()); }

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto read = sql::ReadFit({reinterpret_cast<const char*>(data), size});
  if (!read) CheckRefusal(read.error());
  if (!read || !*read) return 0;
  CHECK(!(*read)->call.formula.empty() && !(*read)->call.table.empty());
  const auto plan =
      sql::PlanFitted(**read, {{"term", Type::kText}, {"estimate", Type::kNumber}, {"df", Type::kInteger}});
  if (!plan) CheckRefusal(plan.error());
  if (!plan) return 0;
  CHECK(plan->query->aggregates.empty());
  const Row parameters(plan->query->parameters.size());
  const std::vector<Row> rows = {{Value("age"), Value(0.5), Value(std::int64_t{3})}};
  CHECK(!sql::OuterStatement(*plan, rows, parameters).sql.empty());
  return 0;
}
