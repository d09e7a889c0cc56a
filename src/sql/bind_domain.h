// Which values an expression over rows can take, where they can be listed: groups that are there whatever the
// data.
#pragma once

#include <optional>
#include <vector>

#include "sql/query.h"

namespace concordat::sql {

// Every value, NULL among them when the expression is nullable; none where they cannot be listed. Sound: no
// row gives another value but those that the scan takes as NULL.
std::optional<std::vector<Value>> DomainOf(const Expr& expr, const Relation& relation);

}  // namespace concordat::sql
