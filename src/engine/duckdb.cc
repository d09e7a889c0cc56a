#include "engine/duckdb.h"

#include <duckdb.h>
#include <fmt/format.h>

#include <mutex>
#include <thread>

#include "base/check.h"
#include "engine/duckdb_values.h"
#include "engine/watchdog.h"

namespace concordat::engine {
namespace {

template <auto Destroy, class Handle>
class Owned {
 public:
  Owned() = default;
  Owned(const Owned&) = delete;
  Owned& operator=(const Owned&) = delete;
  ~Owned() { Destroy(&handle); }
  Handle handle{};
};
using Prepared = Owned<duckdb_destroy_prepare, duckdb_prepared_statement>;
using PendingResult = Owned<duckdb_destroy_pending, duckdb_pending_result>;
using QueryResult = Owned<duckdb_destroy_result, duckdb_result>;

class Duckdb final : public Engine {
 public:
  ~Duckdb() override {
    for (duckdb_connection connection : idle_) duckdb_disconnect(&connection);
    duckdb_close(&database_);
  }

  Result<void> Open(const DuckdbOptions& options);
  Result<void> Stream(const std::string& sql, const Row& parameters, Milliseconds time, const Cancel* cancel,
                      const Sink& sink) override;

 private:
  Result<void> LockDown(const DuckdbOptions& options);
  Result<duckdb_connection> TakeConnection();
  void GiveBack(duckdb_connection connection);
  Result<void> StreamOn(duckdb_connection connection, const std::string& sql, const Row& parameters,
                        Milliseconds time, const Cancel* cancel, const Sink& sink);

  duckdb_database database_ = nullptr;
  bool locked_ = false;  // set before the engine is handed out
  Watchdog watchdog_;
  std::mutex mutex_;
  std::vector<duckdb_connection> idle_;
};

Result<void> Duckdb::Open(const DuckdbOptions& options) {
  std::string file = ":memory:";
  for (const Source& source : options.sources) {
    if (source.format != Format::kDuckdb) continue;
    if (file != ":memory:" && file != source.path)
      return Fail(ErrorCode::kInvalidArgument, "one engine opens one database file");
    file = source.path;
  }
  Owned<duckdb_destroy_config, duckdb_config> config;
  CHECK(duckdb_create_config(&config.handle) == DuckDBSuccess);
  const std::uint32_t threads =
      options.threads != 0 ? options.threads : std::max(1U, std::thread::hardware_concurrency());
  const std::pair<const char*, std::string> settings[] = {
      {"access_mode", file == ":memory:" ? "READ_WRITE" : "READ_ONLY"},
      {"threads", std::to_string(threads)},
      {"memory_limit", fmt::format("{}MB", options.memory_mb)},
      {"temp_directory", options.spill_folder},
      {"allow_persistent_secrets", "false"},
      {"autoinstall_known_extensions", "false"},
      {"autoload_known_extensions", "false"},
      {"allow_community_extensions", "false"},
      {"allow_unsigned_extensions", "false"},
      {"preserve_insertion_order", "false"},
  };
  for (const auto& [name, value] : settings)
    CHECK(duckdb_set_config(config.handle, name, value.c_str()) == DuckDBSuccess);
  char* said = nullptr;
  if (duckdb_open_ext(file.c_str(), &database_, config.handle, &said) != DuckDBSuccess) {
    const std::string message = said == nullptr ? "" : said;
    duckdb_free(said);
    return Fail(ErrorCode::kNotFound, "the engine cannot open " + file + ": " + message,
                "check the file and who may read it");
  }
  return LockDown(options);
}

// Allows the product's files, then shuts everything else for good.
Result<void> Duckdb::LockDown(const DuckdbOptions& options) {
  std::string paths;
  for (const Source& source : options.sources) {
    if (source.format == Format::kDuckdb) continue;
    for (const FileState& file : TRY(LookAt(source)))
      paths += (paths.empty() ? "" : ", ") + QuoteText(file.path);
  }
  for (const std::string& sql :
       {fmt::format("SET allowed_paths = [{}]::VARCHAR[]", paths),
        std::string("SET enable_external_access = false"), std::string("SET lock_configuration = true")}) {
    TRY(Run(sql, {}, {}, nullptr));
  }
  locked_ = true;
  return {};
}

Result<duckdb_connection> Duckdb::TakeConnection() {
  const std::lock_guard lock(mutex_);
  if (!idle_.empty()) {
    const duckdb_connection connection = idle_.back();
    idle_.pop_back();
    return connection;
  }
  duckdb_connection connection = nullptr;
  if (duckdb_connect(database_, &connection) != DuckDBSuccess) return EngineError("no connection");
  return connection;
}

void Duckdb::GiveBack(duckdb_connection connection) {
  const std::lock_guard lock(mutex_);
  idle_.push_back(connection);
}

Result<void> Duckdb::Stream(const std::string& sql, const Row& parameters, Milliseconds time,
                            const Cancel* cancel, const Sink& sink) {
  const duckdb_connection connection = TRY(TakeConnection());
  auto result = StreamOn(connection, sql, parameters, time, cancel, sink);
  GiveBack(connection);
  return result;
}

Result<void> Execute(duckdb_prepared_statement prepared, const Row& parameters, const Sink& sink) {
  if (duckdb_nparams(prepared) > parameters.size()) return EngineError("a parameter without a value");
  for (std::size_t i = 0; i < duckdb_nparams(prepared); ++i) TRY(BindValue(prepared, i + 1, parameters[i]));
  PendingResult pending;
  if (duckdb_pending_prepared_streaming(prepared, &pending.handle) != DuckDBSuccess) {
    return EngineError(duckdb_pending_error(pending.handle));
  }
  QueryResult result;
  if (duckdb_execute_pending(pending.handle, &result.handle) != DuckDBSuccess) {
    return EngineError(duckdb_result_error(&result.handle));
  }
  return ReadResult(result.handle, sink);
}

Result<void> Duckdb::StreamOn(duckdb_connection connection, const std::string& sql, const Row& parameters,
                              Milliseconds time, const Cancel* cancel, const Sink& sink) {
  if (cancel != nullptr && cancel->requested()) return Fail(ErrorCode::kCancelled, "cancelled");
  if (sql.find('\0') != sql.npos) return EngineError("the statement holds a zero byte");
  const Watchdog::Watch watch(watchdog_, connection, time, cancel);
  const auto run = [&]() -> Result<void> {
    Prepared prepared;
    if (duckdb_prepare(connection, sql.c_str(), &prepared.handle) != DuckDBSuccess) {
      return EngineError(duckdb_prepare_error(prepared.handle));
    }
    const auto type = duckdb_prepared_statement_type(prepared.handle);
    if (locked_ && type != DUCKDB_STATEMENT_TYPE_SELECT) return EngineError("a statement that is no SELECT");
    return Execute(prepared.handle, parameters, sink);
  };
  auto result = run();
  if (result) return result;
  const auto ended = watch.ended();
  if (ended == ErrorCode::kCancelled) return Fail(ErrorCode::kCancelled, "cancelled");
  if (ended) return Fail(*ended, fmt::format("the engine took longer than {} ms", time.count()));
  return result;
}

}  // namespace

Result<std::unique_ptr<Engine>> OpenDuckdb(const DuckdbOptions& options) {
  auto engine = std::make_unique<Duckdb>();
  TRY(engine->Open(options));
  return engine;
}

}  // namespace concordat::engine
