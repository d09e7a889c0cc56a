// A refusal: what the product declines to do, and what to do instead. Not a failure, and never caused by one
// row.
//
// Every reason is a stable code listed in docs/refusals.md with an example; the SQLSTATE is that of its
// family: 42501 the agreement does not allow it, 0A000 not supported, 53400 a budget would be passed, 22023
// bad setting, 42P01 unknown table, 42703 unknown column, 42601 not SQL, 42804 types do not fit.
#pragma once

#include <optional>
#include <string>
#include <tl/expected.hpp>

#include "base/result.h"

namespace concordat {

// SQLSTATE of what an agreement, or whoever decides, does not allow.
inline constexpr char kNotAllowed[] = "42501";

struct Refusal {
  std::string reason;   // stable code: "row_level_output"
  std::string message;  // what was refused: "every output column must be an aggregate or a declared group"
  std::string hint;     // what to write instead
  std::string sqlstate = "0A000";
  std::optional<int> position;  // byte offset into the analyst's text, where known
};

// A value, or the reasoned refusal. TRY works on it in functions that return an Outcome.
template <class T>
using Outcome = tl::expected<T, Refusal>;

inline tl::unexpected<Refusal> Refuse(std::string reason, std::string message, std::string hint,
                                      std::string sqlstate = "0A000", std::optional<int> position = {}) {
  return tl::unexpected(
      Refusal{std::move(reason), std::move(message), std::move(hint), std::move(sqlstate), position});
}

}  // namespace concordat
