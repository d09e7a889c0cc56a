#include "sql/testing_plan.h"

#include <fmt/format.h>

#include "base/check.h"
#include "base/name.h"
#include "engine/duckdb.h"
#include "sql/generate_expr.h"

namespace concordat::sql {
namespace {

catalogue::Column MakeColumn(const char* name, const char* source, Type type) {
  catalogue::Column column;
  column.name = name;
  column.source_name = source;
  column.type = type;
  return column;
}

std::string Quoted(const std::string& text) {
  std::string quoted = "'";
  for (const char c : text) quoted += c == '\'' ? std::string("''") : std::string(1, c);
  return quoted + "'";
}

}  // namespace

std::shared_ptr<catalogue::Product> Visits(const VisitsOptions& options) {
  auto product = std::make_shared<catalogue::Product>();
  product->id = "lewisham/visits";
  product->name = "visits";
  product->columns = {
      MakeColumn("person", "Person Id", Type::kText), MakeColumn("region", "Region", Type::kText),
      MakeColumn("age", "age", Type::kInteger),       MakeColumn("cost", "cost \"gbp\"", Type::kNumber),
      MakeColumn("day", "day", Type::kDate),          MakeColumn("note", "note", Type::kText),
      MakeColumn("seen", "seen", Type::kTimestamp)};
  product->columns[kPerson].unit = true;
  product->columns[kRegion].domain = {Value("north"), Value("south"), Value("east"), Value("west")};
  product->columns[kAge].range = Range{0, 100};
  product->columns[kCost].range = Range{0, 5000};
  product->columns[kCost].resolution = 0.01;
  product->columns[kDay].range = Range{18262, 20453};  // 2020-01-01 to 2025-12-31
  product->bounds = {options.rows_per_unit, options.groups_per_unit, options.rows_proven,
                     options.ranges_proven};
  product->people = 1000;
  product->budget = {Epsilon{10}, Delta{1e-6}};
  return product;
}

Terms Plenty() { return {.budget = {Epsilon{1}, Delta{1e-6}}, .threshold = Delta{1e-9}}; }
Plan Planned(const Query& query, const Terms& terms) {
  return MakePlan(std::make_shared<Query>(query), terms).value();
}

std::shared_ptr<const Relation> ScanRelation(std::shared_ptr<const catalogue::Product> product) {
  auto relation = std::make_shared<Relation>();
  for (const catalogue::Column& column : product->columns) {
    relation->columns.push_back(
        {column.name, column.type, column.nullable, column.range, column.domain, column.unit});
  }
  relation->rows_per_unit = product->bounds.rows_per_unit;
  relation->rows_proven = product->bounds.rows_proven;
  relation->product = std::move(product);
  return relation;
}

std::shared_ptr<const Relation> Filtered(std::shared_ptr<const Relation> input, Expr predicate) {
  auto relation = std::make_shared<Relation>(*input);
  relation->kind = Relation::Kind::kFilter;
  relation->product = nullptr;
  relation->predicate = std::move(predicate);
  relation->input = std::move(input);
  return relation;
}

Expr Col(const Relation& relation, int index) {
  const RelationColumn& column = relation.columns[static_cast<std::size_t>(index)];
  Expr expr;
  expr.op = Op::kColumn;
  expr.type = column.type;
  expr.nullable = column.nullable;
  expr.range = column.range;
  expr.index = index;
  return expr;
}

Expr Lit(Value value) {
  Expr expr;
  expr.nullable = IsNull(value);
  if (std::holds_alternative<std::int64_t>(value)) {
    expr.type = Type::kInteger;
    const auto whole = static_cast<double>(std::get<std::int64_t>(value));
    expr.range = Range{whole, whole};
  } else if (std::holds_alternative<double>(value)) {
    expr.type = Type::kNumber;
    expr.range = Range{std::get<double>(value), std::get<double>(value)};
  } else if (std::holds_alternative<Date>(value)) {
    expr.type = Type::kDate;
  } else if (std::holds_alternative<bool>(value)) {
    expr.type = Type::kBoolean;
  }
  expr.literal = std::move(value);
  return expr;
}

Expr Call(Op op, Type type, std::vector<Expr> args, std::optional<Range> range) {
  Expr expr;
  expr.op = op;
  expr.type = type;
  expr.args = std::move(args);
  expr.range = range;
  return expr;
}

Expr Group(const Query& query, int index) {
  Expr expr;
  expr.op = Op::kGroup;
  expr.type = query.groups[static_cast<std::size_t>(index)].value.type;
  expr.index = index;
  return expr;
}

Expr Agg(const Query& query, int index) {
  Expr expr;
  expr.op = Op::kAggregate;
  const Aggregate& aggregate = query.aggregates[static_cast<std::size_t>(index)];
  expr.type = aggregate.kind == AggregateKind::kSum ? aggregate.argument->type : Type::kInteger;
  expr.index = index;
  return expr;
}

Expr Average(const Query& query, int sum, int count) {
  return Call(Op::kDivide, Type::kNumber, {Agg(query, sum), Agg(query, count)});
}

std::string SourceSql(const catalogue::Product& product, const std::vector<Row>& table, bool text) {
  std::vector<std::string> columns;
  for (std::size_t i = 0; i < product.columns.size(); ++i) {
    columns.push_back(fmt::format("CAST(v{} AS {}) AS {}", i,
                                  text ? "TEXT" : SqlType(product.columns[i].type),
                                  QuoteIdentifier(product.columns[i].source_name)));
  }
  std::vector<std::string> rows;
  std::vector<std::string> names;
  for (std::size_t i = 0; i < product.columns.size(); ++i) names.push_back(fmt::format("v{}", i));
  for (const Row& row : table) {
    std::vector<std::string> values;
    for (const Value& value : row) values.push_back(IsNull(value) ? "NULL" : Quoted(ToText(value)));
    rows.push_back(fmt::format("({})", fmt::join(values, ", ")));
  }
  if (rows.empty())
    rows.push_back(fmt::format("({})", fmt::join(std::vector<std::string>(names.size(), "NULL"), ", ")));
  return fmt::format("SELECT {} FROM (VALUES {}) AS t({}){}", fmt::join(columns, ", "), fmt::join(rows, ", "),
                     fmt::join(names, ", "), table.empty() ? " LIMIT 0" : "");
}

std::unique_ptr<engine::Engine> MemoryEngine() {
  auto engine = engine::OpenDuckdb({.sources = {}, .memory_mb = 256, .threads = 2});
  CHECK(engine);
  return std::move(*engine);
}

Result<std::vector<Row>> RunInner(engine::Engine& engine, const Plan& plan, const std::vector<Row>& table,
                                  const Row& parameters, bool text, std::uint64_t secret,
                                  const std::vector<std::vector<Row>>& publics) {
  Statement inner = InnerStatement(plan, parameters, secret);
  std::vector<std::string> selects = {SourceSql(*plan.product, table, text)};
  for (std::size_t i = 0; i < plan.publics.size(); ++i)
    selects.push_back(
        SourceSql(*plan.publics[i], i < publics.size() ? publics[i] : std::vector<Row>{}, text));
  return TRY(engine.Run(WithSources(selects, inner.sql), inner.parameters, {}, nullptr)).rows;
}

}  // namespace concordat::sql
