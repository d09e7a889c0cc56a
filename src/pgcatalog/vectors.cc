#include "pgcatalog/vectors.h"

#include <cmath>

#include "base/int128.h"

namespace concordat::pgcatalog {
namespace {

// A DuckDB logical type that frees itself.
struct TypeHolder {
  duckdb_logical_type type;
  explicit TypeHolder(duckdb_logical_type held) : type(held) {}
  TypeHolder(const TypeHolder&) = delete;
  TypeHolder& operator=(const TypeHolder&) = delete;
  ~TypeHolder() { duckdb_destroy_logical_type(&type); }
};

template <class T>
T At(duckdb_vector vector, idx_t row) {
  return static_cast<const T*>(duckdb_vector_get_data(vector))[row];
}

std::string Text(duckdb_vector vector, idx_t row) {
  auto text = At<duckdb_string_t>(vector, row);
  return {duckdb_string_t_data(&text), duckdb_string_t_length(text)};
}

Int128 Huge(const duckdb_hugeint& value) {
  return (static_cast<Int128>(value.upper) << 64) | static_cast<Int128>(value.lower);
}

std::string DecimalText(duckdb_vector vector, duckdb_logical_type type, idx_t row) {
  Int128 scaled = 0;
  switch (duckdb_decimal_internal_type(type)) {
    case DUCKDB_TYPE_SMALLINT:
      scaled = At<std::int16_t>(vector, row);
      break;
    case DUCKDB_TYPE_INTEGER:
      scaled = At<std::int32_t>(vector, row);
      break;
    case DUCKDB_TYPE_BIGINT:
      scaled = At<std::int64_t>(vector, row);
      break;
    default:
      scaled = Huge(At<duckdb_hugeint>(vector, row));
  }
  const std::size_t scale = duckdb_decimal_scale(type);
  const bool negative = scaled < 0;
  std::string digits = ToText(Value(negative ? -scaled : scaled));
  if (digits.size() <= scale) digits.insert(0, scale + 1 - digits.size(), '0');
  if (scale > 0) digits.insert(digits.size() - scale, ".");
  return (negative ? "-" : "") + digits;
}

// Source: PostgreSQL 15, section 8.15.6: elements are quoted if empty, NULL, or if they hold { } , " \ or
// white space.
std::string ArrayElement(const Value& value) {
  if (IsNull(value)) return "NULL";
  std::string text = ToText(value);
  if (!text.empty() && text != "NULL" && text.find_first_of("{},\"\\ \t\n\r\v\f") == std::string::npos)
    return text;
  std::string quoted = "\"";
  for (char c : text) {
    if (c == '"' || c == '\\') quoted += '\\';
    quoted += c;
  }
  return quoted + '"';
}

std::string ListText(duckdb_vector vector, duckdb_logical_type type, idx_t row) {
  const auto entry = At<duckdb_list_entry>(vector, row);
  const TypeHolder element(duckdb_list_type_child_type(type));
  const duckdb_vector child = duckdb_list_vector_get_child(vector);
  std::string text = "{";
  for (idx_t i = 0; i < entry.length; ++i) {
    if (i > 0) text += ',';
    text += ArrayElement(Cell(child, element.type, entry.offset + i));
  }
  return text + '}';
}

}  // namespace

std::optional<Oid> NearestType(duckdb_logical_type type) {
  switch (duckdb_get_type_id(type)) {
    case DUCKDB_TYPE_BOOLEAN:
      return oid::kBool;
    case DUCKDB_TYPE_TINYINT:
    case DUCKDB_TYPE_SMALLINT:
      return oid::kInt2;
    case DUCKDB_TYPE_INTEGER:
      return oid::kInt4;
    case DUCKDB_TYPE_BIGINT:
      return oid::kInt8;
    case DUCKDB_TYPE_UINTEGER:
      return oid::kOid;
    case DUCKDB_TYPE_HUGEINT:
    case DUCKDB_TYPE_DECIMAL:
      return oid::kNumeric;
    case DUCKDB_TYPE_FLOAT:
      return oid::kFloat4;
    case DUCKDB_TYPE_DOUBLE:
      return oid::kFloat8;
    case DUCKDB_TYPE_SQLNULL:
    case DUCKDB_TYPE_VARCHAR:
      return oid::kText;
    case DUCKDB_TYPE_DATE:
      return oid::kDate;
    case DUCKDB_TYPE_TIMESTAMP:
      return oid::kTimestamp;
    case DUCKDB_TYPE_LIST: {
      const TypeHolder child(duckdb_list_type_child_type(type));
      const auto element = NearestType(child.type);
      if (!element || ArrayOf(*element) == 0) return std::nullopt;
      return ArrayOf(*element);
    }
    default:
      return std::nullopt;
  }
}

Value Cell(duckdb_vector vector, duckdb_logical_type type, idx_t row) {
  std::uint64_t* const validity = duckdb_vector_get_validity(vector);
  if (validity != nullptr && !duckdb_validity_row_is_valid(validity, row)) return Null();
  switch (duckdb_get_type_id(type)) {
    case DUCKDB_TYPE_BOOLEAN:
      return At<bool>(vector, row);
    case DUCKDB_TYPE_TINYINT:
      return std::int64_t{At<std::int8_t>(vector, row)};
    case DUCKDB_TYPE_SMALLINT:
      return std::int64_t{At<std::int16_t>(vector, row)};
    case DUCKDB_TYPE_INTEGER:
      return std::int64_t{At<std::int32_t>(vector, row)};
    case DUCKDB_TYPE_BIGINT:
      return At<std::int64_t>(vector, row);
    case DUCKDB_TYPE_UINTEGER:
      return std::int64_t{At<std::uint32_t>(vector, row)};
    case DUCKDB_TYPE_HUGEINT:
      return ToText(Value(Huge(At<duckdb_hugeint>(vector, row))));
    case DUCKDB_TYPE_DECIMAL:
      return DecimalText(vector, type, row);
    case DUCKDB_TYPE_FLOAT:
      return double{At<float>(vector, row)};
    case DUCKDB_TYPE_DOUBLE:
      return At<double>(vector, row);
    case DUCKDB_TYPE_VARCHAR:
      return Text(vector, row);
    case DUCKDB_TYPE_DATE:
      return Date{At<std::int32_t>(vector, row)};
    case DUCKDB_TYPE_TIMESTAMP:
      return Timestamp{At<std::int64_t>(vector, row)};
    case DUCKDB_TYPE_LIST:
      return ListText(vector, type, row);
    default:
      return Null();
  }
}

}  // namespace concordat::pgcatalog
