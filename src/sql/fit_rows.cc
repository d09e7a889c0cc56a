#include "sql/fit_rows.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/name.h"
#include "sql/generate_expr.h"

namespace concordat::sql {

Statement FitRowsStatement(const catalogue::Product& product, const std::vector<std::size_t>& columns,
                           const Row& left_out, bool by_unit) {
  const Row none;
  Bindings bindings(none);
  std::vector<std::string> typed;
  std::vector<std::string> names;
  const auto read = [&](const catalogue::Column& column, const std::string& name) {
    typed.push_back(fmt::format("TRY_CAST({} AS {}) AS {}", QuoteIdentifier(column.source_name),
                                SqlType(column.type), name));
  };
  for (const std::size_t index : columns) {
    names.push_back(fmt::format("c{}", names.size()));
    read(product.columns.at(index), names.back());
  }
  if (names.empty()) names.emplace_back("1 AS nothing");
  const bool has_unit = product.unit() != nullptr;
  if (by_unit)
    names.emplace_back(has_unit ? "dense_rank() OVER (ORDER BY u) AS n" : "row_number() OVER () AS n");
  std::string where;
  if (const catalogue::Column* unit = product.unit(); unit != nullptr) {
    read(*unit, "u");
    std::vector<std::string> gone;
    for (const Value& each : left_out) gone.push_back(bindings.Bind(each, unit->type));
    where = " WHERE u IS NOT NULL";
    if (!gone.empty()) where += fmt::format(" AND u NOT IN ({})", fmt::join(gone, ", "));
  }
  if (typed.empty()) typed.emplace_back("1 AS one");
  std::string sql = fmt::format("SELECT {} FROM (SELECT {} FROM source) AS typed{}", fmt::join(names, ", "),
                                fmt::join(typed, ", "), where);
  if (by_unit) sql += " ORDER BY n";
  return {std::move(sql), bindings.Take()};
}

}  // namespace concordat::sql
