#include "catalogue/profile.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "base/check.h"
#include "base/name.h"

namespace concordat::catalogue {
namespace {

using engine::QuoteText;

constexpr std::size_t kColumnsAScan = 32;
constexpr engine::Limits kLimits{.time = std::chrono::hours(6), .rows = 10};

const char* SqlType(Type type) {
  switch (type) {
    case Type::kBoolean:
      return "BOOLEAN";
    case Type::kInteger:
      return "BIGINT";
    case Type::kNumber:
      return "DOUBLE";
    case Type::kText:
      return "VARCHAR";
    case Type::kDate:
      return "DATE";
    case Type::kTimestamp:
      return "TIMESTAMP";
  }
  return "VARCHAR";
}

std::string Literal(Type type, const Value& value) {
  return fmt::format(
      "CAST({} AS {})",
      QuoteText(type == Type::kBoolean ? (std::get<bool>(value) ? "true" : "false") : ToText(value)),
      SqlType(type));
}

// An end of a range, typed. Days and microseconds become moments.
std::string End(Type type, double end) {
  switch (type) {
    case Type::kDate:
      return Literal(type, Date{static_cast<std::int32_t>(end)});
    case Type::kTimestamp:
      return Literal(type, Timestamp{static_cast<std::int64_t>(end)});
    case Type::kInteger:
      return Literal(type, static_cast<std::int64_t>(end));
    default:
      return fmt::format("CAST('{}' AS DOUBLE)", end);
  }
}

// True of a typed value that the contract does not allow; NULL of NULL.
std::string OutsideCondition(const Column& column, const std::string& typed) {
  std::vector<std::string> conditions;
  if (column.type == Type::kNumber) conditions.push_back(fmt::format("isnan({})", typed));
  if (column.range) {
    conditions.push_back(fmt::format("{0} < {1} OR {0} > {2}", typed, End(column.type, column.range->low),
                                     End(column.type, column.range->high)));
  }
  if (!column.domain.empty()) {
    std::vector<std::string> values;
    values.reserve(column.domain.size());
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

// "0.4%", with two digits after the point at most; never 0% of something nor 100% of less than all.
std::string Percent(std::int64_t part, std::int64_t whole) {
  const double percent = 100.0 * static_cast<double>(part) / static_cast<double>(whole);
  if (percent < 0.01) return "less than 0.01%";
  if (part < whole && percent > 99.99) return "more than 99.99%";
  std::string text = fmt::format("{:.2f}", percent);
  text.erase(text.find_last_not_of('0') + 1);
  if (text.back() == '.') text.pop_back();
  return text + "%";
}

std::string Share(std::int64_t part, std::int64_t whole) {
  return fmt::format("{} of {} values ({})", part, whole, Percent(part, whole));
}

// "line 7 ", where the engine names one.
std::string LineOf(const std::string& said) {
  constexpr std::string_view kMark = "CSV Error on Line: ";
  const auto at = said.find(kMark);
  if (at == said.npos) return "";
  const auto end = said.find_first_not_of("0123456789", at + kMark.size());
  return fmt::format("line {} ", said.substr(at + kMark.size(), end - at - kMark.size()));
}

// What is wrong with the files, without the engine's own words: they quote rows.
Error Unreadable(const Source& source, Error error) {
  if (error.code != ErrorCode::kInternal) return error;
  if (source.format == engine::Format::kDuckdb) {
    return {ErrorCode::kInvalidArgument,
            fmt::format("{} has no table {}.{} with the contract's columns", source.path, source.schema,
                        source.table),
            "correct the server's schema, the table's physicalName and the columns'"};
  }
  if (source.format == engine::Format::kParquet)
    return {ErrorCode::kInvalidArgument,
            source.path + " is not Parquet, is damaged, or its files differ in their columns",
            "write the files anew, or correct the server's format"};
  const bool text = error.message.find("nvalid unicode") != error.message.npos;
  const bool shape = error.message.find("umber of Columns") != error.message.npos;
  const char* what =
      text ? "is not UTF-8"
      : shape
          ? "does not have as many values as the header has names"
          : "is not CSV: a row has more or fewer values than the header has names, or a quote stands alone";
  return {ErrorCode::kInvalidArgument,
          fmt::format("{}of {} {}", LineOf(error.message).empty() ? "the text " : LineOf(error.message),
                      source.path, what),
          "mend the file, or the server's delimiter; a quote within quotes is written twice"};
}

class Profiler {
 public:
  Profiler(const Product& product, engine::Engine& engine, const engine::Cancel* cancel)
      : product_(product), engine_(engine), cancel_(cancel) {}

  Result<Profile> Run(const std::function<void(std::string_view)>& progress) {
    TRY(CheckColumns());
    profile_.ranges_proven = true;
    const std::size_t columns = product_.columns.size();
    for (std::size_t first = 0; first < columns; first += kColumnsAScan) {
      const std::size_t end = std::min(first + kColumnsAScan, columns);
      progress(fmt::format("looking at columns {} to {} of {}", first + 1, end, columns));
      TRY(LookAtColumns(first, end));
    }
    progress("counting the rows of each unit");
    TRY(LookAtUnits());
    TRY(LookAtKey());
    if (profile_.rows == 0) profile_.findings.emplace_back("there are no rows");
    return std::move(profile_);
  }

 private:
  Result<engine::ResultSet> Select(const std::string& select) {
    const std::string sql = fmt::format("WITH source AS ({}) {}", SelectFrom(product_.source), select);
    auto result = engine_.Run(sql, {}, kLimits, cancel_);
    if (!result) return tl::unexpected(Unreadable(product_.source, std::move(result.error())));
    return result;
  }

  Result<Row> One(const std::string& select) {
    auto result = TRY(Select(select));
    CHECK(result.rows.size() == 1);
    return std::move(result.rows[0]);
  }

  Result<void> CheckColumns() {
    const auto head = TRY(Select("SELECT * FROM source LIMIT 0"));
    std::vector<std::string> missing;
    for (const Column& column : product_.columns) {
      const auto same = [&](const std::string& name) {
        return engine::SameIdentifier(name, column.source_name);
      };
      if (std::none_of(head.names.begin(), head.names.end(), same)) missing.push_back(column.source_name);
    }
    if (missing.empty()) return {};
    return Fail(ErrorCode::kInvalidArgument,
                fmt::format("the data has no column {}; it has {}", fmt::join(missing, ", "),
                            fmt::join(head.names, ", ")),
                "give the file's own name as physicalName");
  }

  // One scan: of each column how many values there are, how many are of its type and how many lie outside.
  Result<void> LookAtColumns(std::size_t first, std::size_t end) {
    std::string counts = "count(*)";
    for (std::size_t i = first; i < end; ++i) {
      const Column& column = product_.columns[i];
      const std::string raw = QuoteIdentifier(column.source_name);
      const std::string typed = fmt::format("TRY_CAST({} AS {})", raw, SqlType(column.type));
      counts += fmt::format(", count({}), count({}), count(*) FILTER (WHERE {})", raw, typed,
                            OutsideCondition(column, typed));
    }
    const Row row = TRY(One(fmt::format("SELECT {} FROM source", counts)));
    profile_.rows = Count(row[0]);
    for (std::size_t i = first; i < end; ++i) {
      const std::size_t at = 1 + 3 * (i - first);
      TRY(Judge(product_.columns[i], Count(row[at]), Count(row[at + 1]), Count(row[at + 2])));
    }
    return {};
  }

  Result<void> Judge(const Column& column, std::int64_t present, std::int64_t converts,
                     std::int64_t outside) {
    if (present > 0 && converts * 2 < present) {
      return Fail(ErrorCode::kInvalidArgument,
                  fmt::format("column {}: {} are not of type {}", column.name,
                              Share(present - converts, present), Name(column.type)),
                  "correct logicalType, or the server's delimiter and null texts");
    }
    if (converts < present)
      Find(column, fmt::format("{} are not of type {} and count as NULL", Share(present - converts, present),
                               Name(column.type)));
    if (!column.nullable && present < profile_.rows)
      Find(column, fmt::format("{} are missing though the column is required",
                               Share(profile_.rows - present, profile_.rows)));
    if (outside > 0 && IsOfKey(column)) {
      return Fail(ErrorCode::kInvalidArgument,
                  fmt::format("column {} is of the key, and {} lie outside its range or domain", column.name,
                              Share(outside, converts)),
                  "widen the range or domain, or mend the rows: pulled into it they might be equal");
    }
    if (outside > 0) {
      profile_.ranges_proven = false;
      Find(column, fmt::format("{} lie outside {} and will be {}", Share(outside, converts),
                               column.domain.empty() ? "the range" : "the domain",
                               column.domain.empty() ? "clipped" : "taken as NULL"));
    }
    return {};
  }

  bool IsOfKey(const Column& column) const {
    return std::any_of(product_.key.begin(), product_.key.end(),
                       [&](std::size_t place) { return &product_.columns[place] == &column; });
  }

  // No two rows may be equal in the key, as joins will read it: typed. A row without all of it is joined with
  // none.
  Result<void> LookAtKey() {
    if (product_.key.empty()) return {};
    std::vector<std::string> columns, present, names;
    for (const std::size_t place : product_.key) {
      const Column& column = product_.columns[place];
      const std::string typed =
          fmt::format("TRY_CAST({} AS {})", QuoteIdentifier(column.source_name), SqlType(column.type));
      columns.push_back(typed);
      present.push_back(typed + " IS NOT NULL");
      names.push_back(column.name);
    }
    const Row row = TRY(One(fmt::format(
        "SELECT count(*), coalesce(sum(n), 0) FROM (SELECT count(*) AS n FROM source WHERE {} GROUP BY {} "
        "HAVING count(*) > 1)",
        fmt::join(present, " AND "), fmt::join(columns, ", "))));
    if (Count(row[0]) == 0) return {};
    return Fail(ErrorCode::kInvalidArgument,
                fmt::format("{} rows share {} values of the key ({})", Count(row[1]), Count(row[0]),
                            fmt::join(names, ", ")),
                "remove what stands twice, or name more columns in concordat.key");
  }

  void Find(const Column& column, const std::string& what) {
    profile_.findings.push_back(fmt::format("column {}: {}", column.name, what));
  }

  Result<void> LookAtUnits() {
    const Column* unit = product_.unit();
    if (unit == nullptr) {
      const std::int64_t most = profile_.rows == 0 ? 0 : 1;
      profile_.units = profile_.rows;
      profile_.median_rows_of_a_unit = profile_.usual_rows_of_a_unit = profile_.most_rows_of_a_unit = most;
      profile_.rows_proven = true;
      return {};
    }
    const Row row = TRY(One(
        fmt::format("SELECT count(*), coalesce(quantile_disc(n, 0.5), 0), coalesce(quantile_disc(n, 0.99), "
                    "0), coalesce(max(n), 0), "
                    "count(*) FILTER (WHERE n > {1}), coalesce(sum(n), 0) FROM (SELECT TRY_CAST({0} AS {2}) "
                    "AS u, count(*) AS n "
                    "FROM source WHERE TRY_CAST({0} AS {2}) IS NOT NULL GROUP BY u)",
                    QuoteIdentifier(unit->source_name), product_.bounds.rows_per_unit, SqlType(unit->type))));
    profile_.units = Count(row[0]);
    profile_.median_rows_of_a_unit = Count(row[1]);
    profile_.usual_rows_of_a_unit = Count(row[2]);
    profile_.most_rows_of_a_unit = Count(row[3]);
    profile_.rows_without_unit = profile_.rows - Count(row[5]);
    JudgeUnits(*unit, Count(row[4]));
    return {};
  }

  void JudgeUnits(const Column& unit, std::int64_t beyond) {
    profile_.rows_proven = beyond == 0 && (unit.nullable || profile_.rows_without_unit == 0);
    if (beyond > 0) {
      Find(unit, fmt::format("{} of {} units ({}) have more than {} rows, one of them {}; each question will "
                             "bound them, which "
                             "costs time and accuracy",
                             beyond, profile_.units, Percent(beyond, profile_.units),
                             product_.bounds.rows_per_unit, profile_.most_rows_of_a_unit));
    }
    if (profile_.rows_without_unit > 0)
      Find(unit, fmt::format("{} of {} rows name no unit and will not count", profile_.rows_without_unit,
                             profile_.rows));
  }

  const Product& product_;
  engine::Engine& engine_;
  const engine::Cancel* cancel_;
  Profile profile_;
};

}  // namespace

Result<Profile> ProfileRows(const Product& product, engine::Engine& engine,
                            const std::function<void(std::string_view)>& progress,
                            const engine::Cancel* cancel) {
  return Profiler(product, engine, cancel).Run(progress);
}

}  // namespace concordat::catalogue
