#include "engine/duckdb.h"

#include <duckdb.h>
#include <fmt/format.h>

#include <mutex>
#include <thread>

#include "base/check.h"
#include "engine/duckdb_values.h"

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

tl::unexpected<Error> EngineError(const char* said) {
  const std::string message = said == nullptr ? "the engine failed without a word" : said;
  const bool memory = message.starts_with("Out of Memory");
  return Fail(memory ? ErrorCode::kResourceExhausted : ErrorCode::kInternal, message,
              memory ? "give the engine more memory (engine_memory_mb)" : "");
}

class Duckdb final : public Engine {
 public:
  ~Duckdb() override {
    for (duckdb_connection connection : idle_) duckdb_disconnect(&connection);
    duckdb_close(&database_);
  }

  Result<void> Open(const DuckdbOptions& options);
  Result<ResultSet> Run(const std::string& sql, const Row& parameters, const Limits& limits, const Cancel* cancel) override;

 private:
  Result<void> LockDown(const DuckdbOptions& options);
  Result<duckdb_connection> TakeConnection();
  void GiveBack(duckdb_connection connection);
  static Result<ResultSet> RunOn(duckdb_connection connection, const std::string& sql, const Row& parameters, const Limits& limits,
                                 const Cancel* cancel);

  duckdb_database database_ = nullptr;
  std::mutex mutex_;
  std::vector<duckdb_connection> idle_;
};

Result<void> Duckdb::Open(const DuckdbOptions& options) {
  std::string file = ":memory:";
  for (const Source& source : options.sources) {
    if (source.format != Format::kDuckdb) continue;
    if (file != ":memory:") return Fail(ErrorCode::kInvalidArgument, "one engine opens one database file");
    file = source.path;
  }
  Owned<duckdb_destroy_config, duckdb_config> config;
  CHECK(duckdb_create_config(&config.handle) == DuckDBSuccess);
  const std::uint32_t threads = options.threads != 0 ? options.threads : std::max(1U, std::thread::hardware_concurrency());
  const std::pair<const char*, std::string> settings[] = {
      {"access_mode", file == ":memory:" ? "READ_WRITE" : "READ_ONLY"},
      {"threads", std::to_string(threads)},
      {"memory_limit", fmt::format("{}MB", options.memory_mb)},
      {"temp_directory", ""},
      {"autoinstall_known_extensions", "false"},
      {"autoload_known_extensions", "false"},
      {"allow_community_extensions", "false"},
      {"allow_unsigned_extensions", "false"},
      {"preserve_insertion_order", "false"},
  };
  for (const auto& [name, value] : settings) CHECK(duckdb_set_config(config.handle, name, value.c_str()) == DuckDBSuccess);
  char* said = nullptr;
  if (duckdb_open_ext(file.c_str(), &database_, config.handle, &said) != DuckDBSuccess) {
    const std::string message = said == nullptr ? "" : said;
    duckdb_free(said);
    return Fail(ErrorCode::kNotFound, "the engine cannot open " + file + ": " + message, "check the file and who may read it");
  }
  return LockDown(options);
}

// Allows the product's files, then shuts everything else for good.
Result<void> Duckdb::LockDown(const DuckdbOptions& options) {
  std::string paths;
  for (const Source& source : options.sources) {
    if (source.format == Format::kDuckdb) continue;
    for (const FileState& file : TRY(LookAt(source))) paths += (paths.empty() ? "" : ", ") + QuoteText(file.path);
  }
  const duckdb_connection connection = TRY(TakeConnection());
  for (const std::string& sql : {fmt::format("SET allowed_paths = [{}]::VARCHAR[]", paths), std::string("SET enable_external_access = false"),
                                 std::string("SET lock_configuration = true")}) {
    const auto set = RunOn(connection, sql, {}, {}, nullptr);
    if (!set) return tl::unexpected(set.error());
  }
  GiveBack(connection);
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

Result<ResultSet> Duckdb::Run(const std::string& sql, const Row& parameters, const Limits& limits, const Cancel* cancel) {
  const duckdb_connection connection = TRY(TakeConnection());
  auto result = RunOn(connection, sql, parameters, limits, cancel);
  GiveBack(connection);
  return result;
}

// Works on the statement's tasks until it is done, looking at the clock and at `cancel` between them.
Result<void> Finish(duckdb_connection connection, duckdb_pending_result pending, const Limits& limits, const Cancel* cancel) {
  const SystemClock clock;
  const Milliseconds start = clock.Elapsed();
  for (;;) {
    switch (duckdb_pending_execute_task(pending)) {
      case DUCKDB_PENDING_RESULT_READY: return {};
      case DUCKDB_PENDING_ERROR: return EngineError(duckdb_pending_error(pending));
      case DUCKDB_PENDING_NO_TASKS_AVAILABLE: std::this_thread::sleep_for(std::chrono::microseconds(100)); break;
      default: break;
    }
    const bool late = clock.Elapsed() - start > limits.time;
    if (!late && (cancel == nullptr || !cancel->requested())) continue;
    duckdb_interrupt(connection);
    while (duckdb_pending_execute_task(pending) == DUCKDB_PENDING_RESULT_NOT_READY) {
    }
    if (late) return Fail(ErrorCode::kTimeout, fmt::format("the engine took longer than {} ms", limits.time.count()));
    return Fail(ErrorCode::kCancelled, "cancelled");
  }
}

Result<ResultSet> Duckdb::RunOn(duckdb_connection connection, const std::string& sql, const Row& parameters, const Limits& limits,
                                const Cancel* cancel) {
  Prepared prepared;
  if (duckdb_prepare(connection, sql.c_str(), &prepared.handle) != DuckDBSuccess) {
    return EngineError(duckdb_prepare_error(prepared.handle));
  }
  if (duckdb_nparams(prepared.handle) > parameters.size()) return EngineError("a parameter without a value");
  for (std::size_t i = 0; i < duckdb_nparams(prepared.handle); ++i) TRY(BindValue(prepared.handle, i + 1, parameters[i]));
  PendingResult pending;
  if (duckdb_pending_prepared(prepared.handle, &pending.handle) != DuckDBSuccess) {
    return EngineError(duckdb_pending_error(pending.handle));
  }
  TRY(Finish(connection, pending.handle, limits, cancel));
  QueryResult result;
  if (duckdb_execute_pending(pending.handle, &result.handle) != DuckDBSuccess) {
    return EngineError(duckdb_result_error(&result.handle));
  }
  return ReadResult(result.handle, limits.rows);
}

}  // namespace

Result<std::unique_ptr<Engine>> OpenDuckdb(const DuckdbOptions& options) {
  auto engine = std::make_unique<Duckdb>();
  TRY(engine->Open(options));
  return engine;
}

}  // namespace concordat::engine
