#include "sql/generate.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "base/check.h"
#include "base/mutation.h"
#include "base/name.h"
#include "sql/generate_clip.h"
#include "sql/generate_expr.h"

namespace concordat::sql {
namespace {

using Columns = std::set<std::size_t>;
using Mode = Bounding::Mode;

std::string ColumnName(std::size_t index) { return fmt::format("c{}", index); }

void CollectColumns(const Expr& expr, Columns& columns) {
  if (expr.op == Op::kColumn) columns.insert(static_cast<std::size_t>(expr.index));
  for (const Expr& arg : expr.args) CollectColumns(arg, columns);
}

class InnerWriter {
 public:
  InnerWriter(const Plan& plan, const Row& parameters, std::uint64_t secret)
      : plan_(plan), query_(*plan.query), bindings_(parameters), secret_(secret) {}

  Statement Write();

 private:
  struct Arguments {
    std::vector<Expr> exprs;
    std::string Name(const Expr& expr, const char* prefix);
  };

  ExprWriter NewWriter() {
    const auto leaf = [](const Expr& e) { return ColumnName(static_cast<std::size_t>(e.index)); };
    return {bindings_, leaf, fmt::format("h{}", ++writers_)};
  }
  std::string Scan(const Relation& scan, const Columns& needed);
  std::string Join(const Relation& join, const Columns& needed);
  std::string ClippedColumn(const Relation& scan, std::size_t index);
  std::string Rows(const Relation& relation, const Columns& needed);
  std::string Prepared();
  std::string Scaled(const std::string& prepared);
  std::string Aggregate(std::size_t index) const;
  std::string SumOf(std::size_t index, const std::string& filter) const;
  std::string PerUnit(const std::string& rows) const;
  std::string ClippedAggregate(std::size_t index) const;
  // "k0, k1" and with other columns before; grouping is empty without keys.
  std::vector<std::string> Keys(const char* also = nullptr) const;
  bool bounded() const { return plan_.bounding.mode == Mode::kBounded && !Mutated("unit_lost"); }
  bool ReadsUnits() const;
  // Do these rows carry a unit, and is it read?
  bool ReadsUnitsOf(const Relation& relation) const {
    return ReadsUnits() && !ScanOf(relation).product->is_public;
  }
  std::string SourceOf(const catalogue::Product& product) const;
  std::string CountedUnits();

  const Plan& plan_;
  const Query& query_;
  Bindings bindings_;
  std::uint64_t secret_;
  int writers_ = 0;
  Arguments arguments_;
  Arguments filters_;
  std::vector<std::string> argument_of_;  // of each measured column: "x0", or empty
  std::vector<std::string> filter_of_;    // " FILTER (WHERE f0)", or empty
};

std::string InnerWriter::Arguments::Name(const Expr& expr, const char* prefix) {
  auto place = std::find(exprs.begin(), exprs.end(), expr);
  if (place == exprs.end()) place = exprs.insert(exprs.end(), expr);
  return fmt::format("{}{}", prefix, place - exprs.begin());
}

// Where publishing proved that every row has its unit, plain statements need not read the column, unless
// somebody objected.
bool InnerWriter::ReadsUnits() const {
  const catalogue::Column* unit = plan_.product->unit();
  if (plan_.bounding.mode == Mode::kPublic || unit == nullptr) return false;
  return bounded() || !plan_.left_out.empty() || unit->nullable || !plan_.product->bounds.rows_proven;
}

// Rows of nobody, and of those who objected, are in no answer.
std::string InnerWriter::CountedUnits() {
  if (!ReadsUnits() || Mutated("nobody_counted")) return "";
  if (plan_.left_out.empty()) return " WHERE u IS NOT NULL";
  std::vector<std::string> left_out;
  for (const Value& unit : plan_.left_out)
    left_out.push_back(bindings_.Bind(unit, plan_.product->unit()->type));
  return fmt::format(" WHERE u IS NOT NULL AND u NOT IN ({})", fmt::join(left_out, ", "));
}

// What the statement calls the rows of a product.
std::string InnerWriter::SourceOf(const catalogue::Product& product) const {
  if (&product == plan_.product.get()) return "source";
  const auto place = std::find_if(plan_.publics.begin(), plan_.publics.end(),
                                  [&](const auto& each) { return each.get() == &product; });
  CHECK(place != plan_.publics.end());
  return PublicName(static_cast<std::size_t>(place - plan_.publics.begin()));
}

std::string InnerWriter::ClippedColumn(const Relation& scan, std::size_t index) {
  const RelationColumn& column = scan.columns[index];
  const std::string name = ColumnName(index);
  const bool time = column.type == Type::kDate || column.type == Type::kTimestamp;
  if (Mutated("clip_left_out") && !time) return name;
  if (scan.product->bounds.ranges_proven && (column.range || !time)) return name;
  std::string low;
  std::string high;
  if (column.range) {
    low = BoundLiteral(column.type, column.range->low);
    high = BoundLiteral(column.type, column.range->high);
  }
  if (time && low.empty()) low = BoundLiteral(column.type, -1e18);
  if (time && high.empty()) high = BoundLiteral(column.type, 1e18);
  std::string sql = time && !column.range
                        ? fmt::format("CASE WHEN {0} BETWEEN {1} AND {2} THEN {0} END", name, low, high)
                    : column.range && column.type == Type::kNumber ? ClipNumber(name, *column.range)
                                                                   : Clip(name, low, high);
  if (!column.domain.empty()) {
    std::vector<std::string> values;
    for (const Value& value : column.domain) values.push_back(bindings_.Bind(value, column.type));
    sql = Among(name, sql, column.type, values);
  }
  return sql == name ? name : fmt::format("{} AS {}", sql, name);
}

std::string InnerWriter::Scan(const Relation& scan, const Columns& needed) {
  std::vector<std::string> typed;
  std::vector<std::string> clipped;
  for (const std::size_t index : needed) {
    const catalogue::Column& column = scan.product->columns[index];
    typed.push_back(fmt::format("{}({} AS {}) AS {}", Mutated("cast_error") ? "CAST" : "TRY_CAST",
                                QuoteIdentifier(column.source_name), SqlType(column.type),
                                ColumnName(index)));
    clipped.push_back(ClippedColumn(scan, index));
  }
  if (ReadsUnitsOf(scan)) {
    const catalogue::Column& unit = *plan_.product->unit();
    typed.push_back(
        fmt::format("TRY_CAST({} AS {}) AS u", QuoteIdentifier(unit.source_name), SqlType(unit.type)));
    clipped.emplace_back("u");
  }
  const std::string name = SourceOf(*scan.product);
  if (typed.empty()) return fmt::format("(SELECT 1 AS one FROM {}) AS scan", name);
  const std::string source = fmt::format("SELECT {} FROM {}", fmt::join(typed, ", "), name);
  const bool clips = std::any_of(clipped.begin(), clipped.end(), [](const std::string& column) {
    return column.find(' ') != std::string::npos;
  });
  const std::string rows =
      clips ? fmt::format("SELECT {} FROM ({}) AS typed", fmt::join(clipped, ", "), source) : source;
  const std::string counted = ReadsUnitsOf(scan) ? CountedUnits() : "";
  return counted.empty() ? fmt::format("({}) AS scan", rows)
                         : fmt::format("(SELECT * FROM ({}) AS scanned{}) AS scan", rows, counted);
}

// A public row, if one fits, beside each row. Both sides' columns are of one type and none of them a floating
// one, so that engines agree on what is equal.
std::string InnerWriter::Join(const Relation& join, const Columns& needed) {
  const std::size_t own = join.input->columns.size();
  std::vector<std::string> offered, conditions;
  Columns left, right;
  for (const std::size_t index : needed) {
    const bool is_left = index < own;
    (is_left ? left : right).insert(is_left ? index : index - own);
    offered.push_back(is_left ? "l." + ColumnName(index)
                              : fmt::format("r.{} AS {}", ColumnName(index - own), ColumnName(index)));
  }
  for (const JoinPair& pair : join.pairs) {
    left.insert(pair.left);
    right.insert(pair.right);
    conditions.push_back(fmt::format("l.{} = r.{}", ColumnName(pair.left), ColumnName(pair.right)));
  }
  if (ReadsUnitsOf(join)) offered.emplace_back("l.u");
  if (offered.empty()) offered.emplace_back("1 AS one");
  return fmt::format(
      "(SELECT {} FROM (SELECT * FROM {}) AS l {}JOIN (SELECT * FROM {}) AS r ON {}) AS joined",
      fmt::join(offered, ", "), Rows(*join.input, left), join.outer ? "LEFT " : "", Rows(*join.joined, right),
      fmt::join(conditions, " AND "));
}

// A FROM item that offers the needed columns as c0, c1, … and the unit as u.
std::string InnerWriter::Rows(const Relation& relation, const Columns& needed) {
  if (relation.kind == Relation::Kind::kScan) return Scan(relation, needed);
  if (relation.kind == Relation::Kind::kJoin) return Join(relation, needed);
  ExprWriter writer = NewWriter();
  std::vector<std::string> offered;
  Columns below;
  if (relation.kind == Relation::Kind::kFilter) {
    below = needed;
    CollectColumns(*relation.predicate, below);
    for (const std::size_t index : needed) offered.push_back(ColumnName(index));
  } else {
    for (const std::size_t index : needed) {
      CollectColumns(relation.expressions[index], below);
      offered.push_back(
          fmt::format("{} AS {}", writer.Write(relation.expressions[index]), ColumnName(index)));
    }
  }
  const std::string predicate =
      relation.predicate ? fmt::format(" WHERE {}", writer.Write(*relation.predicate)) : "";
  if (ReadsUnitsOf(relation)) offered.emplace_back("u");
  if (offered.empty()) offered.emplace_back("1 AS one");
  const std::string from = writer.Over(Rows(*relation.input, below));
  return fmt::format("(SELECT {} FROM {}{}) AS rows", fmt::join(offered, ", "), from, predicate);
}

std::vector<std::string> InnerWriter::Keys(const char* also) const {
  std::vector<std::string> keys;
  if (also != nullptr) keys.emplace_back(also);
  for (std::size_t i = 0; i < query_.groups.size(); ++i) keys.push_back(fmt::format("k{}", i));
  return keys;
}

std::string GroupBy(const std::vector<std::string>& keys) {
  return keys.empty() ? "" : fmt::format(" GROUP BY {}", fmt::join(keys, ", "));
}

// A FROM item that offers keys as k0, …, arguments as x0, …, filters as f0, … and the unit as u.
std::string InnerWriter::Prepared() {
  ExprWriter writer = NewWriter();
  Columns below;
  std::vector<std::string> offered;
  const auto offer = [&](const Expr& expr, const std::string& name, bool key) {
    CollectColumns(expr, below);
    offered.push_back(fmt::format("{} AS {}", key ? writer.WriteFinite(expr) : writer.Write(expr), name));
  };
  for (std::size_t i = 0; i < query_.groups.size(); ++i)
    offer(query_.groups[i].value, fmt::format("k{}", i), true);
  for (const Measured& measured : plan_.measured) {
    argument_of_.push_back(measured.argument ? arguments_.Name(*measured.argument, "x") : "");
    const std::string filter = measured.filter ? filters_.Name(*measured.filter, "f") : "";
    filter_of_.push_back(filter.empty() ? "" : fmt::format(" FILTER (WHERE {})", filter));
  }
  for (std::size_t i = 0; i < arguments_.exprs.size(); ++i)
    offer(arguments_.exprs[i], fmt::format("x{}", i), false);
  for (std::size_t i = 0; i < filters_.exprs.size(); ++i)
    offer(filters_.exprs[i], fmt::format("f{}", i), false);
  if (bounded()) offered.emplace_back("u");
  if (offered.empty()) offered.emplace_back("1 AS one");
  const std::string rows = Rows(*query_.relation, below);
  return fmt::format("(SELECT {} FROM {}) AS prepared", fmt::join(offered, ", "), writer.Over(rows));
}

// Beside them, v0, …: what the sums add up.
std::string InnerWriter::Scaled(const std::string& prepared) {
  std::vector<std::string> values;
  for (std::size_t i = 0; i < plan_.measured.size(); ++i) {
    const Measured& measured = plan_.measured[i];
    if (measured.kind != Measured::Kind::kSum || measured.steps == 0) continue;
    const std::string& x = argument_of_[i];
    std::string value = x;
    if (!measured.whole) {
      value = fmt::format("CAST({} AS DOUBLE PRECISION)", x);
      if (measured.shift != 0) value = fmt::format("({} - {})", value, NumberLiteral(measured.shift));
      const char* form = measured.as_doubles ? "floor({} * {})" : "TRY_CAST({} * {} AS INTEGER)";
      value = fmt::format(fmt::runtime(form), value, NumberLiteral(measured.scale));
    }
    values.push_back(fmt::format("{} AS v{}", value, i));
  }
  if (values.empty()) return prepared;
  return fmt::format("(SELECT *, {} FROM {}) AS scaled", fmt::join(values, ", "), prepared);
}

std::string InnerWriter::SumOf(std::size_t index, const std::string& filter) const {
  const Measured& measured = plan_.measured[index];
  if (measured.steps == 0) return fmt::format("SUM({}){}", argument_of_[index], filter);
  const std::string value = fmt::format("v{}", index);
  // Where nothing is clipped every argument has its v, and counting arguments is shared with the answer's
  // count.
  const std::string clipped = measured.clips ? ClipInteger(value, measured.low, measured.high) : value;
  std::string sum = fmt::format("SUM({}){}", clipped, filter);
  if (measured.as_doubles) sum = fmt::format("TRY_CAST({} AS HUGEINT)", sum);
  return fmt::format("2 * {} - ({}) * CAST(COUNT({}){} AS HUGEINT)", sum, measured.low + measured.high,
                     measured.clips ? value : argument_of_[index], filter);
}

std::string InnerWriter::Aggregate(std::size_t index) const {
  const Measured& measured = plan_.measured[index];
  const std::string& filter = filter_of_[index];
  switch (measured.kind) {
    case Measured::Kind::kRows:
    case Measured::Kind::kPeople:
      return fmt::format("COUNT(*){}", filter);
    case Measured::Kind::kValues:
      return fmt::format("COUNT({}){}", argument_of_[index], filter);
    case Measured::Kind::kSum:
      return SumOf(index, filter);
  }
  CHECK(false);
}

// One row a unit and group, and where the plan says so at most so many groups a unit.
std::string InnerWriter::PerUnit(const std::string& rows) const {
  std::vector<std::string> columns = Keys("u");
  for (std::size_t i = 0; i < plan_.measured.size(); ++i)
    columns.push_back(fmt::format("{} AS n{}", Aggregate(i), i));
  std::vector<std::string> released;  // keys that no released group has NULL for
  for (std::size_t i = 0; i < query_.groups.size(); ++i) {
    const auto& domain = query_.groups[i].domain;
    if (domain && std::none_of(domain->begin(), domain->end(), IsNull))
      released.push_back(fmt::format("k{} IS NOT NULL", i));
  }
  const bool limits = plan_.bounding.limits_groups;
  const std::string where =
      limits && !released.empty() ? fmt::format(" WHERE {}", fmt::join(released, " AND ")) : "";
  const std::string per_unit = fmt::format("(SELECT {} FROM {}{}{}) AS units", fmt::join(columns, ", "), rows,
                                           where, GroupBy(Keys("u")));
  if (!limits || Mutated("double_count")) return per_unit;
  return fmt::format(
      "(SELECT * FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY u ORDER BY hash({}, CAST({} AS UBIGINT))) "
      "AS place FROM {}) AS placed WHERE place <= {}) AS kept",
      fmt::join(Keys("u"), ", "), secret_, per_unit, plan_.bounding.groups);
}

// In the engine's integers. One step less where they are divided, for the division rounds.
std::int64_t MostOfUnit(const Measured& sum, std::int64_t rows) {
  if (sum.parts == 1) return rows * (sum.steps / sum.factor);
  return (rows * sum.steps - 1) * sum.parts;
}

std::string InnerWriter::ClippedAggregate(std::size_t index) const {
  const Measured& measured = plan_.measured[index];
  const std::string value = fmt::format("n{}", index);
  const std::int64_t rows = plan_.bounding.rows;
  switch (measured.kind) {
    case Measured::Kind::kPeople:
      return fmt::format("SUM(LEAST({}, 1))", value);
    case Measured::Kind::kRows:
    case Measured::Kind::kValues:
      return Mutated("clip_left_out") ? fmt::format("SUM({})", value)
                                      : fmt::format("SUM(LEAST({}, {}))", value, rows);
    case Measured::Kind::kSum: {
      const std::int64_t most = MostOfUnit(measured, rows);
      return fmt::format("SUM({})", ClipInteger(value, -most, most));
    }
  }
  CHECK(false);
}

Statement InnerWriter::Write() {
  std::string from = Scaled(Prepared());
  if (bounded()) from = PerUnit(from);
  std::vector<std::string> columns = Keys();
  for (std::size_t i = 0; i < plan_.measured.size(); ++i) {
    columns.push_back(fmt::format("{} AS m{}", bounded() ? ClippedAggregate(i) : Aggregate(i), i));
  }
  if (columns.empty()) columns.emplace_back("1 AS one");
  std::string sql = fmt::format("SELECT {} FROM {}{}", fmt::join(columns, ", "), from, GroupBy(Keys()));
  return {std::move(sql), bindings_.Take()};
}

}  // namespace

std::string PublicName(std::size_t index) { return fmt::format("public_{}", index + 1); }

std::string WithSources(const std::vector<std::string>& selects, const std::string& statement) {
  std::string with = "WITH ";
  for (std::size_t i = 0; i < selects.size(); ++i)
    with +=
        fmt::format("{}{} AS ({})", i == 0 ? "" : ", ", i == 0 ? "source" : PublicName(i - 1), selects[i]);
  const bool has_with = statement.starts_with("WITH ");
  return fmt::format("{}{} {}", with, has_with ? "," : "", has_with ? statement.substr(5) : statement);
}

Statement InnerStatement(const Plan& plan, const Row& parameters, std::uint64_t secret) {
  return InnerWriter(plan, parameters, secret).Write();
}

}  // namespace concordat::sql
