#include "release/run.h"

#include "base/check.h"
#include "sql/generate.h"

namespace concordat::release {
namespace {

// The engine's wide integers as the integers that answers have; a value of another shape stays.
void Narrow(const std::vector<OutputColumn>& columns, std::vector<Row>& rows) {
  for (Row& row : rows) {
    CHECK(row.size() == columns.size());
    for (std::size_t i = 0; i < row.size(); ++i) {
      if (const auto* wide = std::get_if<Int128>(&row[i])) row[i] = static_cast<std::int64_t>(*wide);
      const auto* number = std::get_if<double>(&row[i]);
      const auto* integer = std::get_if<std::int64_t>(&row[i]);
      if (integer != nullptr && columns[i].type == Type::kNumber) row[i] = static_cast<double>(*integer);
      if (number != nullptr && columns[i].type == Type::kInteger) row[i] = static_cast<std::int64_t>(*number);
    }
  }
}

}  // namespace

std::vector<OutputColumn> ColumnsOf(const sql::Query& query, bool margins) {
  std::vector<OutputColumn> columns;
  for (const sql::ResultColumn& column : sql::ResultColumns(query, margins))
    columns.push_back({column.name, column.type});
  return columns;
}

Result<void> RunInner(const Parts& parts, engine::Engine& engine, const Prepared& prepared,
                      Milliseconds limit, const engine::Cancel& cancel,
                      const std::function<Result<void>(const std::vector<Row>&)>& sink) {
  sql::Statement inner = sql::InnerStatement(prepared.plan, prepared.parameters, parts.random.NextU64());
  std::vector<std::string> selects = {engine::SelectFrom(prepared.published->product.source)};
  for (const auto& each : prepared.joined) selects.push_back(engine::SelectFrom(each->product.source));
  const std::string with = sql::WithSources(selects, inner.sql);
  TRY(engine.Stream(with, inner.parameters, limit, &cancel,
                    [&](engine::ResultSet& batch) { return sink(batch.rows); }));
  for (const auto& each : prepared.joined) TRY(engine::CheckUnchanged(each->product.source, each->files));
  return engine::CheckUnchanged(prepared.published->product.source, prepared.published->files);
}

Result<std::vector<Row>> RunOuter(const Parts& parts, const Prepared& prepared, const std::vector<Row>& noisy,
                                  Milliseconds limit, const engine::Cancel& cancel) {
  const sql::Statement outer = sql::OuterStatement(prepared.plan, noisy, prepared.parameters);
  auto rows = TRY(parts.sources.released().Run(outer.sql, outer.parameters, {.time = limit}, &cancel)).rows;
  Narrow(ColumnsOf(*prepared.query, prepared.plan.terms.margins), rows);
  return rows;
}

}  // namespace concordat::release
