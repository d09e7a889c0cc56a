// From a plan to the statement that an engine runs over a product's rows.
//
// The statement reads a relation named `source`, and for each of Plan::publics one named `public_1`, …, which
// the caller defines (WithSources): one column for each of Product::columns, named by Column::source_name, of
// any type that converts to the contract's; text for CSV. Other columns do no harm. It returns one row a
// group: the keys, typed by the contract, then one integer for each of Plan::measured (NULL or absent means
// 0; for public data sums are numbers). It is total: no content of a row makes it fail.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/value.h"
#include "sql/plan.h"

namespace concordat::sql {

// What analysts wrote is in `parameters` alone, bound to $1, $2, …
struct Statement {
  std::string sql;
  Row parameters;
};

// `parameters`: the question's, of the types Query::parameters. `secret`: fresh for each run; chooses which
// groups of a unit are kept.
Statement InnerStatement(const Plan& plan, const Row& parameters, std::uint64_t secret);

// What the statement calls the rows of Plan::publics[index].
std::string PublicName(std::size_t index);
// The statement with its relations defined, by a SELECT each: of `source`, then of each of Plan::publics.
std::string WithSources(const std::vector<std::string>& selects, const std::string& statement);

}  // namespace concordat::sql
