#include "replay/neighbours.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "sql/testing_plan.h"

namespace concordat::replay {
namespace {

using catalogue::Column;
using catalogue::Product;
using catalogue::Range;

constexpr int kUnits = 6;
constexpr int kRemoved = 3;  // of them, so many databases without one each

struct Draw {
  std::mt19937_64& random;
  std::size_t Below(std::size_t bound) const { return random() % bound; }
  bool Chance(std::size_t one_in) const { return Below(one_in) == 0; }
  template <class T>
  T OneOf(std::initializer_list<T> choice) const {
    return *(choice.begin() + Below(choice.size()));
  }
};

std::shared_ptr<Product> DrawProduct(const Draw& draw, int index) {
  auto product = std::make_shared<Product>();
  product->id = fmt::format("lewisham/people{}", index);
  product->name = fmt::format("people{}", index);
  product->bounds = {.rows_per_unit = static_cast<std::int64_t>(1 + draw.Below(4)),
                     .groups_per_unit = static_cast<std::int64_t>(1 + draw.Below(3)),
                     .rows_proven = draw.Chance(2),
                     .ranges_proven = draw.Chance(3)};
  product->budget = {Epsilon{64}, Delta{1e-6}};
  product->unit_is_row = draw.Chance(6);
  if (product->unit_is_row) product->bounds.rows_per_unit = product->bounds.groups_per_unit = 1;
  if (product->unit_is_row) product->bounds.rows_proven = true;
  const auto add = [&](const char* name, Type type) -> Column& {
    product->columns.push_back({.name = name, .source_name = name, .type = type});
    product->columns.back().nullable = !product->bounds.ranges_proven || draw.Chance(2);
    return product->columns.back();
  };
  if (!product->unit_is_row) {
    Column& person = add("person", draw.OneOf({Type::kText, Type::kInteger}));
    person.unit = true;
    person.nullable = !product->bounds.rows_proven || draw.Chance(2);
  }
  add("region", Type::kText).domain = {Value("north"), Value("south"), Value("east")};
  add("grade", Type::kInteger).domain = {Value(std::int64_t{1}), Value(std::int64_t{2}),
                                         Value(std::int64_t{5})};
  add("age", Type::kInteger).range = Range{0, 100};
  add("score", Type::kInteger).range = Range{-9e15, 9e15};
  add("cost", Type::kNumber).range = Range{-10, 5000};
  add("share", Type::kNumber).range = Range{1e-3, 1};
  add("big", Type::kInteger);
  add("height", Type::kNumber);
  add("employed", Type::kBoolean);
  add("day", Type::kDate).range = Range{20454, 20818};
  add("born", Type::kDate);
  add("seen", Type::kTimestamp);
  add("note", Type::kText);
  return product;
}

// A value within what the contract says.
Value Tame(const Draw& draw, const Column& column) {
  if (!column.domain.empty()) return column.domain[draw.Below(column.domain.size())];
  const Range range = column.range.value_or(Range{-1000, 1000});
  const double place = draw.OneOf({0.0, 1.0, 0.5, static_cast<double>(draw.Below(1000)) / 1000});
  const double value = range.low + (range.high - range.low) * place;
  switch (column.type) {
    case Type::kBoolean:
      return Value(draw.Chance(2));
    case Type::kInteger:
      return Value(static_cast<std::int64_t>(value));
    case Type::kNumber:
      return Value(value);
    case Type::kDate:
      return Value(Date{static_cast<std::int32_t>(value)});
    case Type::kTimestamp:
      return Value(Timestamp{static_cast<std::int64_t>(value * 1e12)});
    case Type::kText:
      return Value(draw.OneOf({"", " ", "north", "north", "a", "tea", "ÉCLAIR", "42", "2026-03-01", "x_y%"}));
  }
  return Value(Null());
}

// A value of the column's type that engines stumble on; a text when the source holds texts.
Value Wild(const Draw& draw, const Column& column, bool text) {
  if (text && draw.Chance(2)) {
    return Value(
        draw.OneOf({"NaN", "inf", "-infinity", "1e400", "99999999999999999999", "0x1F", "2026-02-30", "t",
                    "290309-12-21 (BC)", "infinity", "", "\\", "'; --", "\u00e9\u0301", " 7", "1_000"}));
  }
  switch (column.type) {
    case Type::kBoolean:
      return Value(draw.Chance(2));
    case Type::kInteger:
      return Value(
          draw.OneOf<std::int64_t>({INT64_MIN, INT64_MAX, INT64_MIN + 1, -1, 0, 1, 101, 1'000'000'000'000}));
    case Type::kNumber:
      return Value(draw.OneOf<double>(
          {NAN, HUGE_VAL, -HUGE_VAL, -0.0, 4.9e-324, 1e308, -1e308, 5001.0, -10.0001, 0.1}));
    case Type::kDate:
      return Value(
          Date{draw.OneOf({-719162, 2932896, 0, -1, 20453, 20819, INT32_MAX, -INT32_MAX, 100'000'000})});
    case Type::kTimestamp:
      return Value(
          Timestamp{draw.OneOf<std::int64_t>({0, -1, INT64_MAX, -INT64_MAX, 1'800'000'000'123'456})});
    case Type::kText:
      return Value(draw.OneOf(
          {"", "\\", "%", "'; DROP TABLE t; --", "日本語 🙂", "NULL", "north ", "9223372036854775808"}));
  }
  return Value(Null());
}

Row DrawRow(const Draw& draw, const Product& product, const Value& person, bool text) {
  const bool ends = draw.Chance(3);  // a unit at the ends of every range moves answers most
  Row row;
  for (const Column& column : product.columns) {
    const bool held = product.bounds.ranges_proven && (column.range || !column.domain.empty());
    if (column.unit) {
      row.push_back(person);
    } else if (column.nullable && !ends && draw.Chance(6)) {
      row.emplace_back(Null());
    } else if (!held && column.nullable && !ends && draw.Chance(3)) {
      row.push_back(Wild(draw, column, text));
    } else if (ends && column.range && column.type != Type::kBoolean) {
      Column end = column;
      end.range = Range{column.range->high, column.range->high};
      row.push_back(Tame(draw, end));
    } else {
      row.push_back(Tame(draw, column));
    }
  }
  return row;
}

// Texts and numbers as literals that read back exactly; moments out of the calendar by their number.
std::string Sql(const Value& value) {
  if (IsNull(value)) return "NULL";
  if (const auto* date = std::get_if<Date>(&value)) {
    if (date->days > 3'000'000 || date->days < -800'000)
      return date->days > 0 ? "DATE 'infinity'" : "DATE '290309-12-21 (BC)'";
  }
  if (const auto* moment = std::get_if<Timestamp>(&value)) {
    if (moment->microseconds > 1'000'000'000'000'000'000) return "TIMESTAMP 'infinity'";
    if (moment->microseconds < -1'000'000'000'000'000'000) return "TIMESTAMP '-infinity'";
  }
  std::string quoted;
  for (const char c : ToText(value)) quoted += c == '\'' ? std::string("''") : std::string(1, c);
  return "'" + quoted + "'";
}

std::string TableSql(const std::string& name, const Product& product, const std::vector<Row>& rows,
                     bool text) {
  std::vector<std::string> columns;
  for (const Column& column : product.columns)
    columns.push_back(fmt::format("\"{}\" {}", column.source_name, text ? "VARCHAR" : Name(column.type)));
  std::string sql = fmt::format("CREATE TABLE {} ({});\n", name, fmt::join(columns, ", "));
  if (rows.empty()) return sql;
  std::vector<std::string> tuples;
  for (const Row& row : rows) {
    std::vector<std::string> values;
    for (const Value& value : row) values.push_back(Sql(value));
    tuples.push_back(fmt::format("({})", fmt::join(values, ", ")));
  }
  return sql + fmt::format("INSERT INTO {} VALUES {};\n", name, fmt::join(tuples, ",\n  "));
}

// Rows of each unit. The first has most rows, so that bounds bind.
std::vector<std::vector<Row>> DrawUnits(const Draw& draw, const Product& product, bool text) {
  const bool text_unit = product.unit() != nullptr && product.unit()->type == Type::kText;
  std::vector<std::vector<Row>> units;
  for (int unit = 0; unit < kUnits; ++unit) {
    const Value person = text_unit ? Value(unit == 2 ? "" : fmt::format("unit {}", unit))
                                   : Value(static_cast<std::int64_t>(unit == 1 ? INT64_MIN : unit));
    const auto most = static_cast<std::size_t>(product.bounds.rows_per_unit);
    std::size_t rows = product.unit_is_row ? 1 : unit == 0 ? most : draw.Below(most + 1);
    if (!product.bounds.rows_proven) rows = unit == 0 ? 12 : draw.Below(8);
    auto& table = units.emplace_back();
    while (table.size() < rows) table.push_back(DrawRow(draw, product, person, text));
  }
  return units;
}

}  // namespace

Neighbours DrawNeighbours(std::mt19937_64& random, int index, std::string& script) {
  const Draw draw{random};
  Neighbours drawn;
  drawn.product = DrawProduct(draw, index);
  const Product& product = *drawn.product;
  const bool text = !product.bounds.ranges_proven && draw.Chance(2);
  std::vector<std::vector<Row>> units = DrawUnits(draw, product, text);
  std::vector<Row> nobody;
  if (product.unit() != nullptr && product.unit()->nullable) {
    for (std::size_t i = draw.Below(6); i > 0; --i)
      nobody.push_back(DrawRow(draw, product, Value(Null()), text));
  }
  const auto make = [&](const std::string& name, int without, bool with_nobody) {
    std::vector<Row> rows = with_nobody ? nobody : std::vector<Row>{};
    for (int unit = 0; unit < kUnits; ++unit) {
      const auto& theirs = units[static_cast<std::size_t>(unit)];
      if (unit != without) rows.insert(rows.end(), theirs.begin(), theirs.end());
    }
    script += TableSql(name, product, rows, text);
    return name;
  };
  drawn.whole = make(fmt::format("whole{}", index), -1, true);
  for (int unit = 0; unit < kRemoved; ++unit)
    drawn.without.push_back(make(fmt::format("without{}_{}", index, unit), unit, true));
  if (!nobody.empty()) drawn.without_nobody = make(fmt::format("known{}", index), -1, false);
  return drawn;
}

std::string PublicTablesSql() {
  return "CREATE TABLE places (code VARCHAR, label VARCHAR, weight DOUBLE, level BIGINT, flag BOOLEAN, since "
         "DATE);\n"
         "INSERT INTO places VALUES ('north', 'north', 800, 1, true, DATE '2000-01-01'), ('south', 'far', "
         "-2, "
         "2, "
         "false, NULL), ('a', 'north', 1e300, 5, NULL, DATE 'infinity'), ('', 'nowhere', 'NaN', -7, true, "
         "DATE "
         "'2026-03-01'), ('tea', 'far', NULL, NULL, NULL, NULL), (NULL, 'north', 5, 1, true, NULL), (NULL, "
         "'north', 6, 1, true, NULL);\n"
         "CREATE TABLE levels (step BIGINT, band VARCHAR, worth BIGINT);\n"
         "INSERT INTO levels VALUES (1, 'low', 100), (2, 'low', -50), (5, 'high', 9223372036854775807), "
         "(100, "
         "'high', 3), (0, 'none', NULL), (-1, NULL, 0), (NULL, 'low', 1);\n";
}

}  // namespace concordat::replay
