#include "catalogue/profile.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

#include "base/check.h"

namespace concordat::catalogue {
namespace {

using engine::QuoteIdentifier;
using engine::QuoteText;

constexpr engine::Limits kLimits{.time = std::chrono::hours(6), .rows = 10};

const char* SqlType(Type type) {
  switch (type) {
    case Type::kBoolean: return "BOOLEAN";
    case Type::kInteger: return "BIGINT";
    case Type::kNumber: return "DOUBLE";
    case Type::kText: return "VARCHAR";
    case Type::kDate: return "DATE";
    case Type::kTimestamp: return "TIMESTAMP";
  }
  return "VARCHAR";
}

std::string Literal(Type type, const Value& value) {
  return fmt::format("CAST({} AS {})", QuoteText(type == Type::kBoolean ? (std::get<bool>(value) ? "true" : "false") : ToText(value)),
                     SqlType(type));
}

// An end of a range, typed. Days and microseconds become moments.
std::string End(Type type, double end) {
  switch (type) {
    case Type::kDate: return Literal(type, Date{static_cast<std::int32_t>(end)});
    case Type::kTimestamp: return Literal(type, Timestamp{static_cast<std::int64_t>(end)});
    case Type::kInteger: return Literal(type, static_cast<std::int64_t>(end));
    default: return fmt::format("CAST('{}' AS DOUBLE)", end);
  }
}

// True of a typed value that the contract does not allow; NULL of NULL.
std::string OutsideCondition(const Column& column, const std::string& typed) {
  std::vector<std::string> conditions;
  if (column.type == Type::kNumber) conditions.push_back(fmt::format("isnan({})", typed));
  if (column.range) {
    conditions.push_back(fmt::format("{0} < {1} OR {0} > {2}", typed, End(column.type, column.range->low), End(column.type, column.range->high)));
  }
  if (!column.domain.empty()) {
    std::vector<std::string> values;
    for (const Value& value : column.domain) values.push_back(Literal(column.type, value));
    conditions.push_back(fmt::format("{} NOT IN ({})", typed, fmt::join(values, ", ")));
  }
  return conditions.empty() ? "false" : fmt::format("{}", fmt::join(conditions, " OR "));
}

std::int64_t Count(const Value& value) {
  if (const auto* integer = std::get_if<std::int64_t>(&value)) return *integer;
  if (const auto* huge = std::get_if<Int128>(&value)) return static_cast<std::int64_t>(*huge);
  return 0;
}

std::string Share(std::int64_t part, std::int64_t whole) {
  return fmt::format("{} of {} values ({:.2g}%)", part, whole, 100.0 * static_cast<double>(part) / static_cast<double>(whole));
}

class Profiler {
 public:
  Profiler(const Product& product, engine::Engine& engine) : product_(product), engine_(engine) {}

  Result<Profile> Run(const std::function<void(std::string_view)>& progress) {
    TRY(CheckColumns());
    profile_.ranges_proven = true;
    for (std::size_t i = 0; i < product_.columns.size(); ++i) {
      progress(fmt::format("looking at column {} ({} of {})", product_.columns[i].name, i + 1, product_.columns.size()));
      TRY(LookAtColumn(product_.columns[i]));
    }
    progress("counting rows of each unit");
    TRY(LookAtUnits());
    return std::move(profile_);
  }

 private:
  Result<Row> One(const std::string& select) {
    auto result = TRY(engine_.Run(fmt::format("WITH source AS ({}) {}", SelectFrom(product_.source), select), {}, kLimits, nullptr));
    CHECK(result.rows.size() == 1);
    return std::move(result.rows[0]);
  }

  Result<void> CheckColumns() {
    const auto head = TRY(engine_.Run(fmt::format("SELECT * FROM ({}) LIMIT 0", SelectFrom(product_.source)), {}, kLimits, nullptr));
    std::vector<std::string> missing;
    for (const Column& column : product_.columns) {
      // DuckDB's names do not tell upper from lower case.
      const auto same = [&](const std::string& name) {
        return std::equal(name.begin(), name.end(), column.source_name.begin(), column.source_name.end(),
                          [](unsigned char a, unsigned char b) { return std::tolower(a) == std::tolower(b); });
      };
      if (std::none_of(head.names.begin(), head.names.end(), same)) missing.push_back(column.source_name);
    }
    if (missing.empty()) return {};
    return Fail(ErrorCode::kInvalidArgument,
                fmt::format("the data has no column {}; it has {}", fmt::join(missing, ", "), fmt::join(head.names, ", ")),
                "give the file's own name as physicalName");
  }

  Result<void> LookAtColumn(const Column& column) {
    const std::string raw = QuoteIdentifier(column.source_name);
    const std::string typed = fmt::format("TRY_CAST({} AS {})", raw, SqlType(column.type));
    const Row row = TRY(One(fmt::format("SELECT count(*), count({0}), count({1}), count(*) FILTER (WHERE {2}) FROM source", raw, typed,
                                        OutsideCondition(column, typed))));
    profile_.rows = Count(row[0]);
    const std::int64_t present = Count(row[1]), converts = Count(row[2]), outside = Count(row[3]);
    if (present > 0 && converts * 2 < present) {
      return Fail(ErrorCode::kInvalidArgument,
                  fmt::format("column {}: {} are not of type {}", column.name, Share(present - converts, present), Name(column.type)),
                  "correct logicalType, or the server's delimiter and null texts");
    }
    if (converts < present) Find(column, fmt::format("{} are not of type {} and count as NULL", Share(present - converts, present), Name(column.type)));
    if (!column.nullable && present < profile_.rows) Find(column, fmt::format("{} are missing though the column is required", Share(profile_.rows - present, profile_.rows)));
    if (outside > 0) {
      profile_.ranges_proven = false;
      Find(column, fmt::format("{} lie outside {} and will be {}", Share(outside, converts), column.domain.empty() ? "the range" : "the domain",
                               column.domain.empty() ? "clipped" : "taken as NULL"));
    }
    return {};
  }

  void Find(const Column& column, const std::string& what) { profile_.findings.push_back(fmt::format("column {}: {}", column.name, what)); }

  Result<void> LookAtUnits() {
    const Column* unit = product_.unit();
    const std::int64_t bound = product_.bounds.rows_per_unit;
    if (unit == nullptr) {
      profile_.units = profile_.rows;
      profile_.most_rows_of_a_unit = 1;
      profile_.rows_proven = true;
      return {};
    }
    const Row row = TRY(One(fmt::format(
        "SELECT count(*), coalesce(max(n), 0), count(*) FILTER (WHERE n > {1}), coalesce(sum(n), 0) FROM (SELECT TRY_CAST({0} AS {2}) AS u, "
        "count(*) AS n FROM source WHERE TRY_CAST({0} AS {2}) IS NOT NULL GROUP BY u)",
        QuoteIdentifier(unit->source_name), bound, SqlType(unit->type))));
    profile_.units = Count(row[0]);
    profile_.most_rows_of_a_unit = Count(row[1]);
    profile_.rows_without_unit = profile_.rows - Count(row[3]);
    const std::int64_t beyond = Count(row[2]);
    profile_.rows_proven = beyond == 0 && (unit->nullable || profile_.rows_without_unit == 0);
    if (beyond > 0) {
      Find(*unit, fmt::format("{} units have more than {} rows (the most has {}); each question will bound them, which costs time and accuracy",
                              beyond, bound, profile_.most_rows_of_a_unit));
    }
    if (profile_.rows_without_unit > 0) {
      Find(*unit, fmt::format("{} rows name no unit and will not count", profile_.rows_without_unit));
    }
    return {};
  }

  const Product& product_;
  engine::Engine& engine_;
  Profile profile_;
};

}  // namespace

Result<Profile> ProfileRows(const Product& product, engine::Engine& engine, const std::function<void(std::string_view)>& progress) {
  return Profiler(product, engine).Run(progress);
}

}  // namespace concordat::catalogue
