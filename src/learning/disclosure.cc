#include "learning/disclosure.h"

#include <fmt/format.h>

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

}  // namespace concordat::learning
