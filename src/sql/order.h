// SELECT concordat.cancel('4be1c07d'): what a client asks the node itself in SQL, beside questions and fits.
// Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace concordat::sql {

struct Order {
  std::string name;                     // "cancel"
  std::string column;                   // as the answer's is to be called
  std::optional<std::string> argument;  // none: it is $1
};

// None of every other statement: one function of schema concordat, of one text or $1, and nothing else.
std::optional<Order> ReadOrder(std::string_view text);

}  // namespace concordat::sql
