#include "sql/expr.h"

#include <tuple>

namespace concordat::sql {

bool operator==(const Expr& a, const Expr& b) {
  const auto parts = [](const Expr& e) {
    return std::tie(e.op, e.type, e.nullable, e.range, e.args, e.literal, e.index, e.text);
  };
  return parts(a) == parts(b);
}

}  // namespace concordat::sql
