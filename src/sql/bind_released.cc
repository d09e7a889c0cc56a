#include "sql/bind_released.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/mutation.h"
#include "sql/bind_type.h"
#include "sql/plan.h"

namespace concordat::sql {
namespace {

using pg_query::Node;

bool SameAggregate(const Aggregate& a, const Aggregate& b) {
  return a.kind == b.kind && a.argument == b.argument && a.filter == b.filter;
}

tl::unexpected<Refusal> Unbounded(const std::string& name, int position) {
  return Refuse("unbounded_aggregate", fmt::format("{} needs a value whose range is known", name),
                "use a column with a range, or bound it yourself: least(greatest(x, 0), 100)", "0A000",
                position);
}

const char* InsteadOf(const std::string& name) {
  if (name == "min" || name == "max")
    return "one person decides it: count those above or below a value, or use avg";
  if (name.starts_with("stddev") || name.starts_with("var"))
    return "ask avg(x) and avg(x * x), and compute it from them";
  if (name.starts_with("percentile") || name == "mode") return "count by width_bucket(x, low, high, n)";
  return "count, sum and avg are supported";
}

}  // namespace

Outcome<std::optional<Expr>> ReleasedBinder::BindSpecial(const Node& node) {
  if (node.has_func_call() && IsAggregateName(LastName(node.func_call().funcname())))
    return TRY(BindAggregate(node.func_call()));
  if (auto group = AsGroup(node)) return group;
  if (!node.has_column_ref()) return std::nullopt;
  const std::size_t index = TRY(rows_.FindColumn(node.column_ref()));
  const RelationColumn& column = rows_.relation().columns[index];
  if (column.unit) {
    return Refuse("unit_exposed", fmt::format("{} is the privacy unit: it names people", column.name),
                  fmt::format("count people with count(DISTINCT {})", column.name), "0A000",
                  node.column_ref().location());
  }
  return Refuse("row_level_output", "every output column must be an aggregate or a declared group",
                fmt::format("try SELECT count(*), or add {} to GROUP BY", column.name), "0A000",
                node.column_ref().location());
}

// A node that means a group key, whatever its spelling.
std::optional<Expr> ReleasedBinder::AsGroup(const Node& node) {
  if (query_.groups.empty() || node.has_a_const() || HasAggregate(node)) return {};
  const auto bound = rows_.Bind(node);
  if (!bound) return {};
  for (std::size_t i = 0; i < query_.groups.size(); ++i) {
    if (!(query_.groups[i].value == *bound)) continue;
    Expr expr;
    expr.op = Op::kGroup;
    expr.type = bound->type;
    expr.nullable = bound->nullable;
    expr.range = bound->range;
    expr.index = static_cast<int>(i);
    return expr;
  }
  return {};
}

Expr ReleasedBinder::Intern(Aggregate aggregate, Type type) {
  auto place = std::find_if(query_.aggregates.begin(), query_.aggregates.end(),
                            [&](const Aggregate& known) { return SameAggregate(known, aggregate); });
  if (place == query_.aggregates.end()) place = query_.aggregates.insert(place, std::move(aggregate));
  Expr expr;
  expr.op = Op::kAggregate;
  expr.type = type;
  expr.nullable = true;  // withheld where too few people are in a group
  expr.index = static_cast<int>(place - query_.aggregates.begin());
  return expr;
}

Outcome<Expr> ReleasedBinder::BindAggregate(const pg_query::FuncCall& call) {
  const std::string name = LastName(call.funcname());
  if (name != "count" && name != "sum" && name != "avg") {
    return Refuse("aggregate_not_supported", fmt::format("the aggregate {} is not supported", name),
                  InsteadOf(name), "0A000", call.location());
  }
  for (const Node& arg : call.args()) {
    if (HasAggregate(arg))
      return Refuse("nested_aggregate", "an aggregate inside another is not supported", "aggregate once",
                    "42803", call.location());
  }
  std::optional<Expr> filter;
  if (call.has_agg_filter() && !Mutated("filter_dropped"))
    filter = TRY(rows_.BindAs(call.agg_filter(), Type::kBoolean, "what follows FILTER (WHERE"));
  return name == "count" ? BindCount(call, std::move(filter)) : BindSum(call, name, std::move(filter));
}

Outcome<Expr> ReleasedBinder::BindCount(const pg_query::FuncCall& call, std::optional<Expr> filter) {
  if (call.agg_star()) return Intern({AggregateKind::kCountRows, {}, std::move(filter)}, Type::kInteger);
  if (call.args_size() != 1)
    return Refuse("argument_count", "count takes * or one value", "write count(*)", "42883", call.location());
  if (call.agg_distinct()) {
    if (call.args(0).has_column_ref()) {
      const std::size_t index = TRY(rows_.FindColumn(call.args(0).column_ref()));
      if (rows_.relation().columns[index].unit)
        return Intern({AggregateKind::kCountUnits, {}, std::move(filter)}, Type::kInteger);
    }
    return Refuse("distinct_not_supported", "count(DISTINCT …) counts people only",
                  "name the privacy unit, or GROUP BY the value", "0A000", call.location());
  }
  Expr argument = TRY(rows_.Bind(call.args(0)));
  if (!argument.nullable) return Intern({AggregateKind::kCountRows, {}, std::move(filter)}, Type::kInteger);
  return Intern({AggregateKind::kCount, std::move(argument), std::move(filter)}, Type::kInteger);
}

Outcome<Expr> ReleasedBinder::BindSum(const pg_query::FuncCall& call, const std::string& name,
                                      std::optional<Expr> filter) {
  if (call.args_size() != 1 || call.agg_star())
    return Refuse("argument_count", name + " takes one value", "write " + name + "(x)", "42883",
                  call.location());
  if (call.agg_distinct()) {
    return Refuse("distinct_not_supported", name + "(DISTINCT …) is not supported", "leave DISTINCT out",
                  "0A000", call.location());
  }
  Expr argument = TRY(rows_.Bind(call.args(0), Type::kNumber));
  if (!IsNumeric(argument.type)) {
    return Refuse("type_mismatch", fmt::format("{} needs a number, not {}", name, Name(argument.type)),
                  "cast it, or count instead", "42804", call.location());
  }
  const bool bounded =
      argument.range && std::isfinite(argument.range->low) && std::isfinite(argument.range->high);
  if (!bounded && !ScanOf(rows_.relation()).product->is_public) return Unbounded(name, call.location());
  const Type type = argument.type;
  Aggregate count{argument.nullable ? AggregateKind::kCount : AggregateKind::kCountRows, {}, filter};
  if (argument.nullable) count.argument = argument;
  Expr sum = Intern({AggregateKind::kSum, std::move(argument), std::move(filter)}, type);
  if (name == "sum") return sum;
  return Operation(Op::kDivide, Type::kNumber, {std::move(sum), Intern(std::move(count), Type::kInteger)},
                   true);
}

}  // namespace concordat::sql
