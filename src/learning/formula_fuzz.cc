// Whatever the text: it is refused with a hint, or its normal form reads as itself, and what it is bound to
// has a matrix whose numbers are finite, over rows that break things.
#include <cmath>

#include "base/check.h"
#include "learning/design.h"

namespace concordat::learning {
namespace {

const Schema kSchema = {{.name = "a", .levels = {}, .range = {{-1, 2}}},
                        {.name = "b", .levels = {}, .range = {}},
                        {.name = "f", .levels = {"x", "y"}, .range = {}},
                        {.name = "g", .levels = {"u", "v", "w"}, .range = {}},
                        {.name = std::string(kSite), .levels = {"one", "two"}, .range = {}}};

Rows NastyRows() {
  Rows rows;
  for (const Field& field : kSchema)
    rows.columns.push_back({.name = field.name, .values = {0, 1, -1, 0.5, 2, 1e308, -1e-320, NAN, INFINITY}});
  return rows;
}

void Use(const Formula& formula) {
  const auto design = Design::Bind(formula, kSchema);
  if (!design) return CHECK(!design.error().hint.empty() && design.error().sqlstate.size() == 5);
  const auto width = static_cast<Eigen::Index>(design->terms().size());
  CHECK(width <= static_cast<Eigen::Index>(Design::kMostColumns) + 1);
  const Frame frame = design->Of(NastyRows());
  CHECK(frame.x.cols() == width && frame.x.rows() == frame.size() && frame.x.allFinite() &&
        frame.y.allFinite());
  for (const Scale& scale : design->scales()) CHECK(std::isfinite(scale.centre) && scale.half > 0);
}

}  // namespace
}  // namespace concordat::learning

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace concordat::learning;
  const auto formula = ParseFormula({reinterpret_cast<const char*>(data), size});
  if (!formula) {
    CHECK(!formula.error().hint.empty() && formula.error().position.value_or(0) <= static_cast<int>(size));
    return 0;
  }
  const std::string normal = ToText(*formula);
  const auto again = ParseFormula(normal);
  // The normal form may be longer than formulas are.
  CHECK(again ? *again == *formula : again.error().reason == "formula_too_large");
  Use(*formula);
  return 0;
}
