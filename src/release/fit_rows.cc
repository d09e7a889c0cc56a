#include "release/fit_rows.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>

#include "base/check.h"
#include "sql/fit_rows.h"

namespace concordat::release {
namespace {

constexpr double kMissing = std::numeric_limits<double>::quiet_NaN();
constexpr double kDayMicroseconds = 86'400e6;

bool IsFactor(const catalogue::Column& column) {
  return column.type == Type::kBoolean || (column.type == Type::kText && !column.domain.empty());
}

// Days for moments too: a formula has one unit of time.
double Scaled(Type type, double point) { return type == Type::kTimestamp ? point / kDayMicroseconds : point; }

double PointOf(const Value& value) {
  if (const auto* whole = std::get_if<std::int64_t>(&value)) return static_cast<double>(*whole);
  if (const auto* number = std::get_if<double>(&value)) return *number;
  if (const auto* date = std::get_if<Date>(&value)) return date->days;
  if (const auto* moment = std::get_if<Timestamp>(&value)) return static_cast<double>(moment->microseconds);
  return kMissing;
}

learning::Field FieldOf(const catalogue::Column& column) {
  learning::Field field{.name = column.name, .levels = {}, .range = {}};
  if (column.type == Type::kBoolean) {
    field.levels = {"false", "true"};
  } else if (IsFactor(column)) {
    for (const Value& value : column.domain) field.levels.push_back(ToText(value));
  } else if (column.range) {
    field.range = {Scaled(column.type, column.range->low), Scaled(column.type, column.range->high)};
  } else if (!column.domain.empty()) {
    double low = INFINITY, high = -INFINITY;
    for (const Value& value : column.domain) {
      low = std::min(low, Scaled(column.type, PointOf(value)));
      high = std::max(high, Scaled(column.type, PointOf(value)));
    }
    field.range = {low, high};
  }
  return field;
}

}  // namespace

learning::Schema SchemaOf(const catalogue::Product& product, const std::vector<std::string>& owners) {
  learning::Schema schema;
  for (const catalogue::Column& column : product.columns) {
    if (!column.unit && (column.type != Type::kText || IsFactor(column))) schema.push_back(FieldOf(column));
  }
  schema.push_back({.name = std::string(learning::kSite), .levels = owners, .range = {}});
  return schema;
}

std::vector<std::size_t> PlacesOf(const catalogue::Product& product, const std::vector<std::string>& names) {
  std::vector<std::size_t> places;
  for (const std::string& name : names) {
    if (name == learning::kSite) continue;
    const auto column = std::find_if(product.columns.begin(), product.columns.end(),
                                     [&](const catalogue::Column& each) { return each.name == name; });
    CHECK(column != product.columns.end());
    places.push_back(static_cast<std::size_t>(column - product.columns.begin()));
  }
  return places;
}

double NumberOf(const catalogue::Column& column, const Value& value) {
  if (IsNull(value)) return kMissing;
  if (const auto* truth = std::get_if<bool>(&value)) return *truth ? 1 : 0;
  if (!column.domain.empty()) {
    const auto level = std::find(column.domain.begin(), column.domain.end(), value);
    if (level == column.domain.end()) return kMissing;
    if (IsFactor(column)) return static_cast<double>(level - column.domain.begin());
  }
  const double point = PointOf(value);
  if (column.range && !(point >= column.range->low && point <= column.range->high)) return kMissing;
  return Scaled(column.type, point);
}

namespace {

using OnUnit = std::function<void(const Value& unit)>;

// `on_unit` hears of each row which unit it is of, by its number; rows of one are together then.
Result<learning::Rows> Read(engine::Engine& engine, const Prepared& prepared,
                            const std::vector<std::string>& names, std::size_t site, Milliseconds limit,
                            const engine::Cancel& cancel, const OnUnit& on_unit) {
  const catalogue::Product& product = prepared.published->product;
  const std::vector<std::size_t> places = PlacesOf(product, names);
  const sql::Statement statement =
      sql::FitRowsStatement(product, places, prepared.plan.left_out, on_unit != nullptr);
  std::vector<std::vector<double>> read(places.size());
  std::size_t count = 0;
  const auto take = [&](engine::ResultSet& batch) -> Result<void> {
    for (const Row& row : batch.rows) {
      for (std::size_t i = 0; i < places.size(); ++i)
        read[i].push_back(NumberOf(product.columns[places[i]], row[i]));
      if (on_unit) on_unit(row.back());
    }
    count += batch.rows.size();
    return {};
  };
  TRY(engine.Stream(sql::WithSources({engine::SelectFrom(product.source)}, statement.sql),
                    statement.parameters, limit, &cancel, take));
  TRY(engine::CheckUnchanged(product.source, prepared.published->files));
  learning::Rows rows;
  std::size_t next = 0;
  for (const std::string& name : names) {
    const bool is_site = name == learning::kSite;
    rows.columns.push_back(
        {name, is_site ? std::vector<double>(count, static_cast<double>(site)) : std::move(read[next++])});
  }
  return rows;
}

}  // namespace

Result<learning::Rows> ReadRows(engine::Engine& engine, const Prepared& prepared,
                                const std::vector<std::string>& names, std::size_t site, Milliseconds limit,
                                const engine::Cancel& cancel) {
  return Read(engine, prepared, names, site, limit, cancel, nullptr);
}

Result<learning::UnitRows> ReadUnitRows(engine::Engine& engine, const Prepared& prepared,
                                        const std::vector<std::string>& names, std::size_t site,
                                        Milliseconds limit, const engine::Cancel& cancel) {
  learning::UnitRows units;
  std::size_t row = 0;
  Value last = Null();
  const auto on_unit = [&](const Value& unit) {
    if (row == 0 || unit != last) units.starts.push_back(row);
    last = unit;
    ++row;
  };
  units.rows = TRY(Read(engine, prepared, names, site, limit, cancel, on_unit));
  return units;
}

}  // namespace concordat::release
