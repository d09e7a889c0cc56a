// What a published model says of the rows of a file, as questions have it computed by the engine, for tests.
// Reads a JSON description on standard input, prints JSON.
//
//   {"csv": "people.csv", "schema": [{"name": "age", "range": [0, 120]}, …], "model": what a fit left}
//
// Prints {"scores": [0.25, null, …], "document": as it is published}, or {"refused": why}. A field that is
// empty or NA is missing.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <iostream>
#include <nlohmann/json.hpp>

#include "base/check.h"
#include "base/name.h"
#include "engine/duckdb.h"
#include "model/document.h"
#include "model/fitted.h"
#include "sql/generate_expr.h"

namespace concordat::model {
namespace {

// The file's columns, in the model's order, typed as contracts type them.
std::string Typed(const Document& document, const engine::Source& source) {
  std::vector<std::string> columns = {"row_number() OVER () AS place"};
  std::size_t place = 0;
  for (const catalogue::Column& column : ColumnsOf(document))
    columns.push_back(fmt::format("TRY_CAST({} AS {}) AS c{}", QuoteIdentifier(column.name),
                                  sql::SqlType(column.type), place++));
  return fmt::format("(SELECT {} FROM ({}) AS file) AS typed", fmt::join(columns, ", "),
                     engine::SelectFrom(source));
}

std::vector<sql::Expr> InputsOf(const Document& document) {
  std::vector<sql::Expr> inputs;
  for (const catalogue::Column& column : ColumnsOf(document)) {
    inputs.push_back({.op = sql::Op::kColumn,
                      .type = column.type,
                      .range = column.range,
                      .index = static_cast<int>(inputs.size())});
  }
  return inputs;
}

Json ScoresOf(const Json& asked, const Document& document) {
  const engine::Source source{.path = asked.at("csv"), .null_texts = {"NA"}};
  sql::Bindings bindings({});
  sql::ExprWriter writer(
      bindings, [](const sql::Expr& column) { return fmt::format("c{}", column.index); }, "h");
  const std::string score = writer.Write(Applied(document, "")->Score(InputsOf(document)));
  const std::string text = fmt::format("SELECT place, {} AS score FROM {} ORDER BY place", score,
                                       writer.Over(Typed(document, source)));
  const auto engine = engine::OpenDuckdb({.sources = {source}, .threads = 1});
  CHECK(engine);
  const auto rows = (*engine)->Run(text, bindings.Take(), {}, nullptr);
  if (!rows) {
    fmt::print(stderr, "{}\n", rows.error().message);
    std::exit(2);
  }
  Json scores = Json::array();
  for (const Row& row : rows->rows)
    scores.push_back(IsNull(row[1]) ? Json() : Json(std::get<double>(row[1])));
  return scores;
}

Json Answer(const Json& asked) {
  const auto json = DocumentOf(asked.at("model"), {});
  if (!json) return {{"refused", json.error().message}};
  const auto document = ReadModel(*json);
  CHECK(document);
  return {{"scores", ScoresOf(asked, *document)}, {"document", *json}};
}

}  // namespace
}  // namespace concordat::model

int main() {
  std::cout << concordat::model::Answer(concordat::Json::parse(std::cin)) << "\n";
  return 0;
}
