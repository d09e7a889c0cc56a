#include "catalogue/contract_column.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <set>

#include "base/clock.h"

namespace concordat::catalogue {
namespace {

constexpr std::array kColumnKeys = {"id",
                                    "name",
                                    "physicalType",
                                    "physicalName",
                                    "description",
                                    "businessName",
                                    "tags",
                                    "customProperties",
                                    "authoritativeDefinitions",
                                    "primaryKey",
                                    "primaryKeyPosition",
                                    "logicalType",
                                    "logicalTypeOptions",
                                    "required",
                                    "unique",
                                    "partitioned",
                                    "partitionKeyPosition",
                                    "classification",
                                    "encryptedName",
                                    "transformSourceObjects",
                                    "transformLogic",
                                    "transformDescription",
                                    "examples",
                                    "criticalDataElement",
                                    "quality",
                                    "relationships"};
constexpr std::array kColumnCustom = {"concordat.unit", "concordat.range", "concordat.domain",
                                      "concordat.resolution"};
constexpr std::size_t kMostColumns = 1000;
constexpr std::size_t kLargestDomain = 10'000;
constexpr double kLargestBound = 9e15;  // below 2^53: whole numbers up to here are exact as doubles

struct TypeName {
  const char* logical;
  Type type;
};
constexpr TypeName kTypes[] = {{"string", Type::kText},   {"integer", Type::kInteger},
                               {"number", Type::kNumber}, {"boolean", Type::kBoolean},
                               {"date", Type::kDate},     {"timestamp", Type::kTimestamp}};

Type ReadType(const YamlReader& column) {
  const std::string logical = column["logicalType"].Text();
  for (const TypeName& known : kTypes) {
    if (logical == known.logical) return known.type;
  }
  column["logicalType"].Problem("'" + logical + "' is not a type that is published",
                                "write string, integer, number, boolean, date or timestamp");
  return Type::kText;
}

// A date or time as the number that ranges hold: days, or microseconds.
std::optional<double> Moment(const YamlReader& value, Type type) {
  const auto time = ParseTime(value.Text());
  if (!time) {
    value.Problem("'" + value.Text() + "' is not a date", "write 2026-12-01, or 2026-12-01T09:00:00Z");
    return {};
  }
  if (type == Type::kDate)
    return static_cast<double>(std::chrono::floor<std::chrono::days>(*time).time_since_epoch().count());
  return static_cast<double>(std::chrono::microseconds(time->time_since_epoch()).count());
}

std::optional<double> Bound(const YamlReader& value, Type type) {
  if (type == Type::kDate || type == Type::kTimestamp) return Moment(value, type);
  const auto number = value.Number();
  if (!value.present()) value.Problem("is missing", "write [LOWEST, HIGHEST]");
  if (number && type == Type::kInteger && *number != std::floor(*number))
    value.Problem("is not whole, though the column is", "write a whole number");
  if (number && std::abs(*number) > kLargestBound)
    value.Problem("is beyond 9e15", "measure in a larger unit");
  return number;
}

void ReadRange(const YamlReader& column, Column& out) {
  const YamlReader range = column.Custom("concordat.range");
  if (!range.present()) return;
  if (out.type == Type::kText || out.type == Type::kBoolean)
    return range.Problem("this type has no range", "use concordat.domain");
  if (!range.IsSequence() || range.size() != 2)
    return range.Problem("is not [LOWEST, HIGHEST]", "such as [0, 5000]");
  const auto low = Bound(range.At(0), out.type);
  const auto high = Bound(range.At(1), out.type);
  if (!low || !high) return;
  if (*low > *high) return range.Problem("the lower end is above the upper one", "swap them");
  out.range = Range{*low, *high};
}

std::optional<Value> DomainValue(const YamlReader& item, Type type) {
  if (!item.present() && type != Type::kNumber && type != Type::kTimestamp) {
    item.Problem("is empty",
                 "NULL belongs to every column that is not required; write other texts in quotes");
    return {};
  }
  switch (type) {
    case Type::kText:
      return Value(item.Text());
    case Type::kBoolean:
      return Value(item.Flag(false));
    case Type::kInteger: {
      const auto whole =
          item.Whole(-static_cast<std::int64_t>(kLargestBound), static_cast<std::int64_t>(kLargestBound));
      if (whole) return Value(*whole);
      return {};
    }
    case Type::kDate: {
      const auto days = Moment(item, type);
      if (days) return Value(Date{static_cast<std::int32_t>(*days)});
      return {};
    }
    default:
      item.Problem("this type has no domain", "use concordat.range");
      return {};
  }
}

// Of a whole number or a date: no other value has both a range and a domain.
bool Holds(const Range& range, const Value& value) {
  const auto* date = std::get_if<Date>(&value);
  const double number = date != nullptr ? date->days : static_cast<double>(std::get<std::int64_t>(value));
  return range.low <= number && number <= range.high;
}

void ReadDomain(const YamlReader& column, Column& out) {
  const YamlReader domain = column.Custom("concordat.domain");
  if (!domain.present()) return;
  if (!domain.IsSequence() || domain.size() == 0)
    return domain.Problem("is not a list of values", "such as [north, south]");
  if (domain.size() > kLargestDomain)
    return domain.Problem("has more than 10,000 values",
                          "leave it out: groups are then released by threshold");
  std::set<Value> seen;
  for (std::size_t i = 0; i < domain.size(); ++i) {
    const auto value = DomainValue(domain.At(i), out.type);
    if (!value) return;
    if (!seen.insert(*value).second) domain.At(i).Problem("stands twice", "remove one");
    if (out.range && !Holds(*out.range, *value))
      domain.At(i).Problem("lies outside concordat.range", "widen the range, or remove one of the two");
    out.domain.push_back(*value);
  }
}

Column ReadColumn(const YamlReader& column) {
  Column out;
  out.name = column["name"].RequiredText("write 'name: …'");
  out.source_name = column["physicalName"].Text(out.name);
  if (!out.name.empty() && !IsColumnName(out.name)) {
    column["name"].Problem("'" + out.name + "' is not a name of lower-case letters, digits and underscores",
                           "rename it, and give the file's own name as physicalName");
  }
  out.type = ReadType(column);
  out.nullable = !column["required"].Flag(false);
  out.description = column["description"].Text();
  const std::string unit = column.Custom("concordat.unit").Text("false");
  if (unit != "true" && unit != "false")
    column.Custom("concordat.unit").Problem("is neither true nor false", "write true");
  out.unit = unit == "true";
  if (out.unit && (out.type == Type::kNumber || out.type == Type::kBoolean)) {
    column.Custom("concordat.unit")
        .Problem(fmt::format("a column of type {} names nobody", Name(out.type)),
                 "make it a string or an integer");
  }
  ReadRange(column, out);
  ReadDomain(column, out);
  out.resolution = column.Custom("concordat.resolution").Number();
  if (out.resolution && out.type != Type::kNumber && out.type != Type::kInteger)
    column.Custom("concordat.resolution").Problem("this type has no resolution", "remove it");
  if (out.resolution && !(*out.resolution > 0))
    column.Custom("concordat.resolution").Problem("is not above 0", "write a step such as 0.01");
  return out;
}

}  // namespace

bool IsColumnName(const std::string& name) {
  const auto inner = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_'; };
  return !name.empty() && name.size() <= 63 && !(name[0] >= '0' && name[0] <= '9') &&
         std::all_of(name.begin(), name.end(), inner);
}

void ReadColumns(const YamlReader& properties, Product& product) {
  if (!properties.IsSequence() || properties.size() == 0 || properties.size() > kMostColumns) {
    return properties.Problem("is not a list of 1 to 1,000 columns",
                              "describe each column that analysts may use");
  }
  for (std::size_t i = 0; i < properties.size(); ++i) {
    if (!properties.At(i).ExpectMap(kColumnKeys)) continue;
    properties.At(i).ExpectCustom(kColumnCustom);
    Column column = ReadColumn(properties.At(i));
    for (const Column& before : product.columns) {
      if (engine::SameIdentifier(before.source_name, column.source_name)) {
        properties.At(i).Problem("'" + column.source_name + "' of the file is published twice",
                                 "publish it once");
      }
      if (before.name == column.name)
        properties.At(i).Problem("the name '" + column.name + "' stands twice", "rename one");
      if (before.unit && column.unit)
        properties.At(i).Problem("is a second privacy unit",
                                 "a table has one: choose the column that names a person");
    }
    if (column.unit && product.unit_is_row)
      properties.At(i).Problem("is the unit, though each row is", "keep one of the two");
    product.columns.push_back(std::move(column));
  }
}

}  // namespace concordat::catalogue
