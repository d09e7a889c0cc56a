#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <memory>

#include "base/bytes.h"
#include "base/check.h"
#include "dp/interval.h"
#include "sql/generate_expr.h"
#include "sql/plan_accuracy.h"
#include "sql/shape.h"

namespace concordat::sql {
namespace {

bool DependsOnNoise(const Expr& expr) {
  return expr.op == Op::kAggregate || std::any_of(expr.args.begin(), expr.args.end(), DependsOnNoise);
}

bool IsNumeric(Type type) { return type == Type::kInteger || type == Type::kNumber; }

bool IsPublic(const Query& query) { return ScanOf(*query.relation).product->is_public; }

bool HasMargin(const Query& query, const Output& output) {
  return !IsPublic(query) && IsNumeric(output.value.type) && DependsOnNoise(output.value);
}

// One column of the noisy table as one text: elements between commas, NULL as "?", texts in hex after an "x".
std::string Pack(const std::vector<Row>& rows, std::size_t column) {
  std::string packed;
  for (const Row& row : rows) {
    if (&row != rows.data()) packed += ',';
    const Value& value = row[column];
    if (IsNull(value)) {
      packed += '?';
    } else if (const auto* text = std::get_if<std::string>(&value)) {
      packed += 'x' + ToHex(AsBytes(*text));
    } else if (const auto* date = std::get_if<Date>(&value)) {
      packed += std::to_string(date->days);
    } else if (const auto* moment = std::get_if<Timestamp>(&value)) {
      packed += std::to_string(moment->microseconds);
    } else {
      packed += ToText(value);
    }
  }
  return packed;
}

// The way back, for an element named `name`.
std::string Unpacked(const std::string& name, Type type) {
  switch (type) {
    case Type::kText:
      return fmt::format("CASE WHEN {0} <> '?' THEN decode(from_hex(substr({0}, 2))) END", name);
    case Type::kDate:
      return fmt::format("DATE '1970-01-01' + TRY_CAST({} AS INTEGER)", name);
    case Type::kTimestamp:
      return fmt::format("make_timestamp(TRY_CAST({} AS BIGINT))", name);
    default:
      return fmt::format("TRY_CAST({} AS {})", name, SqlType(type));
  }
}

// How far an aggregate moves when the noise of one measured column moves by its scale.
double Shift(const Plan& plan, std::size_t aggregate, std::size_t measured) {
  const Source& source = plan.sources[aggregate];
  const Measured& column = plan.measured[measured];
  const double noise = SpreadOf(column);
  double shift = source.value == measured ? noise : 0;
  if (plan.query->aggregates[aggregate].kind != AggregateKind::kSum || source.count != measured) return shift;
  const catalogue::Range& range = *plan.query->aggregates[aggregate].argument->range;
  shift += (source.value ? plan.measured[*source.value].centre : range.low) * noise;
  return shift;
}

class OuterWriter {
 public:
  OuterWriter(const Plan& plan, const std::vector<Row>& noisy, const Row& parameters)
      : plan_(plan), query_(*plan.query), noisy_(noisy), bindings_(parameters) {}

  Statement Write();

 private:
  std::string Table();
  Type ColumnType(std::size_t column) const;
  std::string Released(const Expr& expr);
  std::string Margin(const Output& output, std::size_t index);
  std::string Shifted(const Expr& expr, std::size_t measured, int direction);
  bool Moves(const Expr& expr, std::size_t measured) const;
  std::optional<double> AverageStep(const Expr& expr) const;
  std::string Computed();
  std::string Answer(const std::string& rows) const;
  ExprWriter& NewWriter(ExprWriter::Leaf leaf, bool real);

  const Plan& plan_;
  const Query& query_;
  const std::vector<Row>& noisy_;
  Bindings bindings_;
  std::vector<std::unique_ptr<ExprWriter>> writers_;
  std::vector<std::string> columns_;  // of the first stage, and of the second where there are margins
  std::vector<std::string> with_margins_;
};

Type OuterWriter::ColumnType(std::size_t column) const {
  const std::size_t keys = query_.groups.size();
  if (column < keys) return query_.groups[column].value.type;
  return query_.aggregates[column - keys].kind == AggregateKind::kSum ? Type::kNumber : Type::kInteger;
}

std::string KeyOrAggregate(const Expr& expr) {
  return fmt::format("{}{}", expr.op == Op::kGroup ? "k" : "a", expr.index);
}

ExprWriter& OuterWriter::NewWriter(ExprWriter::Leaf leaf, bool real) {
  const std::string prefix = fmt::format("h{}", writers_.size());
  return *writers_.emplace_back(std::make_unique<ExprWriter>(bindings_, std::move(leaf), prefix, real));
}

// A FROM item: keys k0, …, aggregates a0, …, and the row's place.
std::string OuterWriter::Table() {
  const std::size_t keys = query_.groups.size();
  const std::size_t width = keys + query_.aggregates.size();
  std::vector<std::string> packed = {fmt::format("unnest(range({})) AS place", noisy_.size())};
  std::vector<std::string> columns = {"place"};
  for (std::size_t i = 0; i < width; ++i) {
    const std::string name = i < keys ? fmt::format("k{}", i) : fmt::format("a{}", i - keys);
    if (noisy_.empty()) {
      columns.push_back(fmt::format("CAST(NULL AS {}) AS {}", SqlType(ColumnType(i)), name));
      continue;
    }
    packed.push_back(fmt::format("unnest(string_split({}, ',')) AS {}",
                                 bindings_.Bind(Pack(noisy_, i), Type::kText), name));
    columns.push_back(fmt::format("{} AS {}", Unpacked(name, ColumnType(i)), name));
  }
  return fmt::format("(SELECT {} FROM (SELECT {}) AS packed) AS noisy", fmt::join(columns, ", "),
                     fmt::join(packed, ", "));
}

// Sums are numbers in the table, whatever the type of the question's sum.
std::string OuterWriter::Released(const Expr& expr) {
  const auto leaf = [this](const Expr& e) {
    const std::string name = KeyOrAggregate(e);
    const bool sum = e.op == Op::kAggregate &&
                     query_.aggregates[static_cast<std::size_t>(e.index)].kind == AggregateKind::kSum;
    return sum && e.type == Type::kInteger ? fmt::format("TRY_CAST({} AS BIGINT)", name) : name;
  };
  const std::string value = NewWriter(leaf, false).WriteFinite(expr);
  const std::optional<double> step = AverageStep(expr);
  if (!step) return value;
  const double digits = -std::log10(*step);
  if (std::abs(digits - std::round(digits)) < 1e-9)
    return fmt::format("round({}, {})", value, std::lround(digits));
  return fmt::format("round({} / {}) * {}", value, NumberLiteral(*step), NumberLiteral(*step));
}

// The step that an average is reported in: the contract's, else about a millionth of the range. None for
// other things.
std::optional<double> OuterWriter::AverageStep(const Expr& expr) const {
  if (expr.op != Op::kDivide || expr.type != Type::kNumber) return std::nullopt;
  if (expr.args[0].op != Op::kAggregate || expr.args[1].op != Op::kAggregate) return std::nullopt;
  const Source& sum = plan_.sources[static_cast<std::size_t>(expr.args[0].index)];
  const Source& count = plan_.sources[static_cast<std::size_t>(expr.args[1].index)];
  if (!sum.value || !sum.count || sum.count != count.value) return std::nullopt;
  const Measured& measured = plan_.measured[*sum.value];
  if (measured.resolution && *measured.resolution > 0) return measured.resolution;
  return std::pow(10.0, std::floor(std::log10(measured.range)) - 5);
}

std::string OuterWriter::Shifted(const Expr& expr, std::size_t measured, int direction) {
  const auto leaf = [this, measured, direction](const Expr& e) {
    if (e.op == Op::kGroup) {
      const std::string key = KeyOrAggregate(e);
      return e.type == Type::kInteger ? fmt::format("CAST({} AS DOUBLE PRECISION)", key) : key;
    }
    const double shift = direction * Shift(plan_, static_cast<std::size_t>(e.index), measured);
    return fmt::format("(CAST({} AS DOUBLE PRECISION) + {})", KeyOrAggregate(e), NumberLiteral(shift));
  };
  return NewWriter(leaf, true).WriteFinite(expr);
}

bool OuterWriter::Moves(const Expr& expr, std::size_t measured) const {
  if (expr.op == Op::kAggregate) return Shift(plan_, static_cast<std::size_t>(expr.index), measured) != 0;
  return std::any_of(expr.args.begin(), expr.args.end(),
                     [&](const Expr& arg) { return Moves(arg, measured); });
}

// First-order propagation: half-width^2 is the sum over noisy columns of what each one's own half-width moves
// the value. Three digits are all that an estimate of an error deserves.
std::string OuterWriter::Margin(const Output& output, std::size_t index) {
  std::vector<std::string> squares;
  for (std::size_t j = 0; j < plan_.measured.size(); ++j) {
    if (!Moves(output.value, j)) continue;
    const std::string name = fmt::format("d{}_{}", index, j);
    columns_.push_back(fmt::format("{} AS {}_up", Shifted(output.value, j, 1), name));
    columns_.push_back(fmt::format("{} AS {}_down", Shifted(output.value, j, -1), name));
    squares.push_back(fmt::format("power({0}_up - {0}_down, 2)", name));
  }
  if (squares.empty()) return NumberLiteral(0);
  const double half_width = dp::HalfWidth(plan_.measured.front().measurement.mechanism, 1.0);
  return fmt::format("TRY_CAST(format('{{:.2e}}', {} * sqrt({})) AS DOUBLE PRECISION)",
                     NumberLiteral(half_width / 2), fmt::join(squares, " + "));
}

// A FROM item: outputs o0, …, their margins e0, …, what to order by s0, …, and the row's place.
std::string OuterWriter::Computed() {
  columns_ = {"place"};
  with_margins_ = {"place"};
  const auto offer = [&](const std::string& sql, const std::string& name) {
    columns_.push_back(fmt::format("{} AS {}", sql, name));
    with_margins_.push_back(name);
  };
  for (std::size_t i = 0; i < query_.outputs.size(); ++i)
    offer(Released(query_.outputs[i].value), fmt::format("o{}", i));
  for (std::size_t i = 0; i < query_.order.size(); ++i)
    offer(Released(query_.order[i].value), fmt::format("s{}", i));
  const std::string having = query_.having ? fmt::format(" WHERE {}", Released(*query_.having)) : "";
  const bool margins = plan_.terms.margins && !IsPublic(query_);
  for (std::size_t i = 0; margins && i < query_.outputs.size(); ++i) {
    if (!HasMargin(query_, query_.outputs[i])) continue;
    with_margins_.push_back(fmt::format("{} AS e{}", Margin(query_.outputs[i], i), i));
  }
  std::vector<const ExprWriter*> writers;
  for (const auto& writer : writers_) writers.push_back(writer.get());
  const std::string from = ExprWriter::OverAll(Table(), writers);
  const std::string rows =
      fmt::format("(SELECT {} FROM {}{}) AS computed", fmt::join(columns_, ", "), from, having);
  return margins ? fmt::format("(SELECT {} FROM {}) AS estimated", fmt::join(with_margins_, ", "), rows)
                 : rows;
}

// DISTINCT is grouping by the outputs, so that ORDER BY may use what is not among them; ties keep the table's
// order.
std::string OuterWriter::Answer(const std::string& rows) const {
  const auto once = [&](const std::string& name) {
    return query_.distinct ? fmt::format("MIN({})", name) : name;
  };
  std::vector<std::string> columns;
  std::vector<std::string> outputs;
  for (std::size_t i = 0; i < query_.outputs.size(); ++i) {
    outputs.push_back(fmt::format("o{}", i));
    columns.push_back(outputs.back());
    const bool margin = plan_.terms.margins && HasMargin(query_, query_.outputs[i]);
    if (margin) columns.push_back(fmt::format("{0} AS e{1}", once(fmt::format("e{}", i)), i));
  }
  std::vector<std::string> order;
  for (std::size_t i = 0; i < query_.order.size(); ++i) {
    order.push_back(fmt::format("{} {} NULLS {}", once(fmt::format("s{}", i)),
                                query_.order[i].descending ? "DESC" : "ASC",
                                query_.order[i].nulls_first ? "FIRST" : "LAST"));
  }
  order.push_back(once("place"));
  std::string sql = fmt::format("SELECT {} FROM {}", fmt::join(columns, ", "), rows);
  if (query_.distinct) sql += fmt::format(" GROUP BY {}", fmt::join(outputs, ", "));
  sql += fmt::format(" ORDER BY {}", fmt::join(order, ", "));
  if (query_.limit) sql += fmt::format(" LIMIT {}", *query_.limit);
  if (query_.offset > 0) sql += fmt::format(" OFFSET {}", query_.offset);
  return sql;
}

Statement OuterWriter::Write() {
  std::string sql = Answer(Computed());
  return {std::move(sql), bindings_.Take()};
}

}  // namespace

Statement OuterStatement(const Plan& plan, const std::vector<Row>& noisy, const Row& parameters) {
  return OuterWriter(plan, noisy, parameters).Write();
}

std::vector<ResultColumn> ResultColumns(const Query& query, bool margins) {
  std::vector<ResultColumn> columns;
  for (const Output& output : query.outputs) {
    columns.push_back({output.name, output.value.type});
    if (margins && HasMargin(query, output)) columns.push_back({output.name + "_margin", Type::kNumber});
  }
  return columns;
}

}  // namespace concordat::sql
