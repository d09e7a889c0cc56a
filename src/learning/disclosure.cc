#include "learning/disclosure.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace concordat::learning {

Outcome<void> CheckSize(const Rules& rules, double rows, double parameters) {
  if (rows < rules.minimum_rows)
    return Refuse(
        "too_few_rows",
        fmt::format("{:.0f} rows count, and the agreement's minimum is {}", rows, rules.minimum_rows),
        "leave out columns with missing values, or ask for a table with more rows", "42501");
  if (parameters > rules.parameters_share * rows)
    return Refuse("too_many_parameters",
                  fmt::format("{:.0f} parameters over {:.0f} rows are more than {} for each", parameters,
                              rows, rules.parameters_share),
                  "leave out terms", "42501");
  return {};
}

tl::unexpected<Refusal> RefuseState(const Error& error) {
  return Refuse("state_invalid", error.message, "tell the operator of the asking node", "58000");
}

Outcome<void> CheckTotals(std::span<const double> totals, std::size_t length) {
  const bool finite = std::all_of(totals.begin(), totals.end(), [](double x) { return std::isfinite(x); });
  if (finite && totals.size() == length) return {};
  return RefuseState({ErrorCode::kInvalidArgument, "the totals are not those of the state", ""});
}

Outcome<void> CheckTotals(const Method& method, const Json& state, std::span<const double> totals) {
  const auto length = method.Length(state);
  if (!length) return RefuseState(length.error());
  return CheckTotals(totals, *length);
}

}  // namespace concordat::learning
