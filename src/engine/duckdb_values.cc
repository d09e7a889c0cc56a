#include "engine/duckdb_values.h"

#include <fmt/format.h>

#include <cmath>

namespace concordat::engine {
namespace {

Int128 ToInt128(duckdb_hugeint value) {
  return static_cast<Int128>(value.upper) << 64 | static_cast<Int128>(value.lower);
}

duckdb_hugeint FromInt128(Int128 value) {
  return {static_cast<std::uint64_t>(value), static_cast<std::int64_t>(value >> 64)};
}

struct Binder {
  duckdb_prepared_statement statement;
  idx_t parameter;
  duckdb_state operator()(Null) const { return duckdb_bind_null(statement, parameter); }
  duckdb_state operator()(bool v) const { return duckdb_bind_boolean(statement, parameter, v); }
  duckdb_state operator()(std::int64_t v) const { return duckdb_bind_int64(statement, parameter, v); }
  duckdb_state operator()(double v) const { return duckdb_bind_double(statement, parameter, v); }
  duckdb_state operator()(const std::string& v) const {
    return duckdb_bind_varchar_length(statement, parameter, v.data(), v.size());
  }
  duckdb_state operator()(Date v) const { return duckdb_bind_date(statement, parameter, {v.days}); }
  duckdb_state operator()(Timestamp v) const {
    return duckdb_bind_timestamp(statement, parameter, {v.microseconds});
  }
  duckdb_state operator()(Int128 v) const { return duckdb_bind_hugeint(statement, parameter, FromInt128(v)); }
};

// A column of one chunk.
class Vector {
 public:
  explicit Vector(duckdb_vector vector) : type_(duckdb_vector_get_column_type(vector)) {
    id_ = duckdb_get_type_id(type_);
    data_ = duckdb_vector_get_data(vector);
    validity_ = duckdb_vector_get_validity(vector);
    if (id_ == DUCKDB_TYPE_DECIMAL) {
      divisor_ = std::pow(10.0, duckdb_decimal_scale(type_));
      id_ = duckdb_decimal_internal_type(type_);
    }
  }
  Vector(const Vector&) = delete;
  Vector& operator=(const Vector&) = delete;
  ~Vector() { duckdb_destroy_logical_type(&type_); }

  Result<Value> At(idx_t row) const {
    if (validity_ != nullptr && !duckdb_validity_row_is_valid(validity_, row)) return Value(Null{});
    switch (id_) {
      case DUCKDB_TYPE_BOOLEAN:
        return Value(Item<bool>(row));
      case DUCKDB_TYPE_TINYINT:
        return Integer(Item<std::int8_t>(row));
      case DUCKDB_TYPE_SMALLINT:
        return Integer(Item<std::int16_t>(row));
      case DUCKDB_TYPE_INTEGER:
        return Integer(Item<std::int32_t>(row));
      case DUCKDB_TYPE_BIGINT:
        return Integer(Item<std::int64_t>(row));
      case DUCKDB_TYPE_UTINYINT:
        return Integer(Item<std::uint8_t>(row));
      case DUCKDB_TYPE_USMALLINT:
        return Integer(Item<std::uint16_t>(row));
      case DUCKDB_TYPE_UINTEGER:
        return Integer(Item<std::uint32_t>(row));
      case DUCKDB_TYPE_UBIGINT:
        return Value(static_cast<Int128>(Item<std::uint64_t>(row)));
      case DUCKDB_TYPE_HUGEINT:
        return Huge(ToInt128(Item<duckdb_hugeint>(row)));
      case DUCKDB_TYPE_FLOAT:
        return Value(static_cast<double>(Item<float>(row)));
      case DUCKDB_TYPE_DOUBLE:
        return Value(Item<double>(row));
      case DUCKDB_TYPE_VARCHAR:
        return Text(row);
      case DUCKDB_TYPE_DATE:
        return Value(Date{Item<duckdb_date>(row).days});
      case DUCKDB_TYPE_TIMESTAMP:
      case DUCKDB_TYPE_TIMESTAMP_TZ:
        return Value(Timestamp{Item<duckdb_timestamp>(row).micros});
      case DUCKDB_TYPE_TIMESTAMP_S:
        return Value(Timestamp{Item<std::int64_t>(row) * 1'000'000});
      case DUCKDB_TYPE_TIMESTAMP_MS:
        return Value(Timestamp{Item<std::int64_t>(row) * 1'000});
      case DUCKDB_TYPE_TIMESTAMP_NS:
        return Value(Timestamp{Item<std::int64_t>(row) / 1'000});
      case DUCKDB_TYPE_SQLNULL:
        return Value(Null{});
      default:
        return Fail(
            ErrorCode::kInternal,
            fmt::format("the engine returned a type that values do not have ({})", static_cast<int>(id_)));
    }
  }

 private:
  template <class T>
  T Item(idx_t row) const {
    return static_cast<const T*>(data_)[row];
  }
  Value Integer(std::int64_t value) const {
    return divisor_ == 0 ? Value(value) : Value(static_cast<double>(value) / divisor_);
  }
  Value Huge(Int128 value) const {
    return divisor_ == 0 ? Value(value) : Value(static_cast<double>(value) / divisor_);
  }
  Value Text(idx_t row) const {
    auto text = Item<duckdb_string_t>(row);
    return Value(std::string(duckdb_string_t_data(&text), duckdb_string_t_length(text)));
  }

  duckdb_logical_type type_;
  duckdb_type id_ = DUCKDB_TYPE_INVALID;
  void* data_ = nullptr;
  std::uint64_t* validity_ = nullptr;
  double divisor_ = 0;  // of a decimal
};

Result<void> ReadChunk(duckdb_data_chunk chunk, ResultSet& batch) {
  const idx_t rows = duckdb_data_chunk_get_size(chunk);
  batch.rows.assign(rows, Row(batch.names.size()));
  for (std::size_t column = 0; column < batch.names.size(); ++column) {
    const Vector vector(duckdb_data_chunk_get_vector(chunk, column));
    for (idx_t row = 0; row < rows; ++row) batch.rows[row][column] = TRY(vector.At(row));
  }
  return {};
}

}  // namespace

tl::unexpected<Error> EngineError(const char* said) {
  const std::string message = said == nullptr ? "the engine failed without a word" : said;
  const bool memory = message.starts_with("Out of Memory");
  return Fail(memory ? ErrorCode::kResourceExhausted : ErrorCode::kInternal, message,
              memory ? "give the engine more memory (engine_memory_mb)" : "");
}

Result<void> BindValue(duckdb_prepared_statement statement, std::uint64_t parameter, const Value& value) {
  if (std::visit(Binder{statement, parameter}, value) == DuckDBSuccess) return {};
  return Fail(ErrorCode::kInternal, fmt::format("parameter {} could not be bound", parameter));
}

Result<void> ReadResult(duckdb_result& result, const Sink& sink) {
  ResultSet batch;
  const idx_t columns = duckdb_column_count(&result);
  for (idx_t i = 0; i < columns; ++i) batch.names.emplace_back(duckdb_column_name(&result, i));
  TRY(sink(batch));
  for (;;) {
    duckdb_data_chunk chunk = duckdb_fetch_chunk(result);
    if (chunk == nullptr) break;
    const auto read = ReadChunk(chunk, batch);
    duckdb_destroy_data_chunk(&chunk);
    TRY(read);
    TRY(sink(batch));
  }
  // A statement that fails while its rows are fetched ends like one that has no more of them, but for this.
  const char* said = duckdb_result_error(&result);
  if (said != nullptr) return EngineError(said);
  return {};
}

}  // namespace concordat::engine
