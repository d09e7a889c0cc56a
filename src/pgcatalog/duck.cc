#include "pgcatalog/duck.h"

#include <condition_variable>
#include <mutex>
#include <thread>

#include "pgcatalog/vectors.h"

namespace concordat::pgcatalog {
namespace {

struct Prepared {
  duckdb_prepared_statement statement = nullptr;
  Prepared() = default;
  Prepared(const Prepared&) = delete;
  Prepared& operator=(const Prepared&) = delete;
  ~Prepared() { duckdb_destroy_prepare(&statement); }
};

struct Fetched {
  duckdb_result result{};
  Fetched() = default;
  Fetched(const Fetched&) = delete;
  Fetched& operator=(const Fetched&) = delete;
  ~Fetched() { duckdb_destroy_result(&result); }
};

// Interrupts the connection once the time is up or the caller wants no answer any more, unless it is gone
// before.
class Watch {
 public:
  Watch(duckdb_connection connection, const RunLimits& limits)
      : thread_([this, connection, limits](const std::stop_token& stop) { Wait(connection, limits, stop); }) {
  }

  // Why a call failed, if it was this watch that ended it.
  Error Explain(const char* text) const {
    if (cancelled_) return {ErrorCode::kCancelled, "the question was cancelled", ""};
    if (expired_) return {ErrorCode::kTimeout, "the question took too long", ""};
    const std::string message = text == nullptr ? "no reason given" : text;
    if (message.starts_with("Out of Memory")) {
      return {ErrorCode::kResourceExhausted, "the question needs too much memory", ""};
    }
    return {ErrorCode::kInvalidArgument, message, ""};
  }

 private:
  void Wait(duckdb_connection connection, const RunLimits& limits, const std::stop_token& stop) {
    constexpr Milliseconds look{10};
    const auto until = std::chrono::steady_clock::now() + limits.time;
    std::unique_lock lock(mutex_);
    // Again and again: an interrupt that falls between planning and running would be forgotten.
    while (!wake_.wait_for(lock, stop, look, [&stop] { return stop.stop_requested(); })) {
      if (stop.stop_requested()) return;
      if (limits.cancel != nullptr && limits.cancel->requested()) cancelled_ = true;
      if (std::chrono::steady_clock::now() >= until) expired_ = true;
      if (cancelled_ || expired_) duckdb_interrupt(connection);
    }
  }

  std::mutex mutex_;
  std::condition_variable_any wake_;
  std::atomic<bool> cancelled_{false};
  std::atomic<bool> expired_{false};
  std::jthread thread_;  // last: it stops before the rest goes
};

duckdb_state AppendValue(duckdb_appender appender, const Value& value) {
  if (IsNull(value)) return duckdb_append_null(appender);
  if (const auto* b = std::get_if<bool>(&value)) return duckdb_append_bool(appender, *b);
  if (const auto* i = std::get_if<std::int64_t>(&value)) return duckdb_append_int64(appender, *i);
  if (const auto* d = std::get_if<double>(&value)) return duckdb_append_double(appender, *d);
  if (const auto* day = std::get_if<Date>(&value)) return duckdb_append_date(appender, {day->days});
  if (const auto* at = std::get_if<Timestamp>(&value))
    return duckdb_append_timestamp(appender, {at->microseconds});
  const std::string text = ToText(value);
  return duckdb_append_varchar_length(appender, text.data(), text.size());
}

class OpenDuck : public Duck {
 public:
  OpenDuck(duckdb_database database, duckdb_connection connection)
      : database_(database), connection_(connection) {}
  OpenDuck(const OpenDuck&) = delete;
  OpenDuck& operator=(const OpenDuck&) = delete;
  ~OpenDuck() override {
    duckdb_disconnect(&connection_);
    duckdb_close(&database_);
  }

  Result<void> Execute(const std::string& statements) override {
    Fetched fetched;
    if (duckdb_query(connection_, statements.c_str(), &fetched.result) == DuckDBError) {
      return Fail(ErrorCode::kInternal, duckdb_result_error(&fetched.result));
    }
    return {};
  }

  Result<void> Append(const std::string& schema, const std::string& table,
                      const std::vector<Row>& rows) override {
    duckdb_appender appender = nullptr;
    bool good =
        duckdb_appender_create(connection_, schema.c_str(), table.c_str(), &appender) == DuckDBSuccess;
    for (std::size_t r = 0; good && r < rows.size(); ++r) {
      for (const Value& value : rows[r]) good = good && AppendValue(appender, value) == DuckDBSuccess;
      good = good && duckdb_appender_end_row(appender) == DuckDBSuccess;
    }
    good = good && duckdb_appender_close(appender) == DuckDBSuccess;
    const char* reason = good ? nullptr : duckdb_appender_error(appender);
    const std::string message = reason == nullptr ? "" : reason;
    duckdb_appender_destroy(&appender);
    if (!good) return Fail(ErrorCode::kInternal, "filling " + table + ": " + message);
    return {};
  }

  Result<void> Lock() override { return Execute("SET lock_configuration = true"); }

  Result<Reply> Describe(const std::string& sql) override {
    const Watch watch(connection_, RunLimits{});
    Prepared prepared;
    return Prepare(sql, prepared, watch);
  }

  Result<Reply> Run(const std::string& sql, const RunLimits& limits) override {
    const Watch watch(connection_, limits);
    Prepared prepared;
    Reply reply = TRY(Prepare(sql, prepared, watch));
    Fetched fetched;
    if (duckdb_execute_prepared(prepared.statement, &fetched.result) == DuckDBError) {
      return tl::unexpected(watch.Explain(duckdb_result_error(&fetched.result)));
    }
    if (!TRY(Fetch(fetched.result, limits.rows, reply))) {
      return Fail(ErrorCode::kResourceExhausted, "the answer has too many rows");
    }
    return reply;
  }

 private:
  Result<Reply> Prepare(const std::string& sql, Prepared& prepared, const Watch& watch) {
    if (duckdb_prepare(connection_, sql.c_str(), &prepared.statement) == DuckDBError) {
      return tl::unexpected(watch.Explain(duckdb_prepare_error(prepared.statement)));
    }
    Reply reply;
    for (idx_t i = 0; i < duckdb_prepared_statement_column_count(prepared.statement); ++i) {
      duckdb_logical_type type = duckdb_prepared_statement_column_logical_type(prepared.statement, i);
      const auto nearest = NearestType(type);
      duckdb_destroy_logical_type(&type);
      const char* const name = duckdb_prepared_statement_column_name(prepared.statement, i);
      reply.names.emplace_back(name == nullptr ? "" : name);
      duckdb_free(const_cast<char*>(name));
      if (!nearest)
        return Fail(ErrorCode::kInvalidArgument, "column " + reply.names.back() + " has no PostgreSQL type");
      reply.types.push_back(*nearest);
    }
    return reply;
  }

  // False if there are more rows than `most`.
  static Result<bool> Fetch(duckdb_result& result, std::size_t most, Reply& reply) {
    while (duckdb_data_chunk chunk = duckdb_fetch_chunk(result)) {
      const idx_t rows = duckdb_data_chunk_get_size(chunk);
      const bool fits = reply.rows.size() + rows <= most;
      for (idx_t r = 0; fits && r < rows; ++r) {
        Row& row = reply.rows.emplace_back();
        for (idx_t c = 0; c < reply.names.size(); ++c) {
          const duckdb_vector vector = duckdb_data_chunk_get_vector(chunk, c);
          duckdb_logical_type type = duckdb_vector_get_column_type(vector);
          row.push_back(Cell(vector, type, r));
          duckdb_destroy_logical_type(&type);
        }
      }
      duckdb_destroy_data_chunk(&chunk);
      if (!fits) return false;
    }
    return true;
  }

  duckdb_database database_;
  duckdb_connection connection_;
};

}  // namespace

Result<std::unique_ptr<Duck>> Duck::Open(int memory_mb) {
  duckdb_config config = nullptr;
  duckdb_create_config(&config);
  const struct {
    const char* name;
    std::string value;
  } options[] = {
      {"threads", "1"},
      {"memory_limit", std::to_string(memory_mb) + "MB"},
      {"enable_external_access", "false"},
      {"autoinstall_known_extensions", "false"},
      {"autoload_known_extensions", "false"},
      {"integer_division", "true"},
      {"default_null_order", "NULLS_LAST_ON_ASC_FIRST_ON_DESC"},
  };
  for (const auto& option : options) {
    if (duckdb_set_config(config, option.name, option.value.c_str()) == DuckDBError) {
      duckdb_destroy_config(&config);
      return Fail(ErrorCode::kInternal, std::string("DuckDB has no setting ") + option.name);
    }
  }
  duckdb_database database = nullptr;
  char* reason = nullptr;
  const duckdb_state opened = duckdb_open_ext(":memory:", &database, config, &reason);
  duckdb_destroy_config(&config);
  if (opened == DuckDBError) {
    const std::string message = reason == nullptr ? "no reason given" : reason;
    duckdb_free(reason);
    return Fail(ErrorCode::kInternal, "opening DuckDB: " + message);
  }
  duckdb_connection connection = nullptr;
  if (duckdb_connect(database, &connection) == DuckDBError) {
    duckdb_close(&database);
    return Fail(ErrorCode::kInternal, "connecting to DuckDB");
  }
  return std::make_unique<OpenDuck>(database, connection);
}

}  // namespace concordat::pgcatalog
