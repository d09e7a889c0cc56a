// DuckDB alone.
//
//   bench_duckdb SCRIPT.sql           runs a script in the folder where it is started
//   bench_duckdb SCRIPT.sql SECONDS CLIENTS  runs it over and over, side by side; prints the milliseconds of
//   each run, a line each
#include <duckdb.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <mutex>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

namespace {

using Clock = std::chrono::steady_clock;

bool Run(duckdb_connection connection, const std::string& sql) {
  duckdb_result result;
  const bool done = duckdb_query(connection, sql.c_str(), &result) == DuckDBSuccess;
  if (!done) std::fprintf(stderr, "%s\n", duckdb_result_error(&result));
  duckdb_destroy_result(&result);
  return done;
}

std::mutex mutex;
bool failed = false;

// One client: a connection of its own, until `end`.
void Ask(duckdb_database database, const std::string& sql, Clock::time_point end, bool prints) {
  duckdb_connection connection = nullptr;
  if (duckdb_connect(database, &connection) != DuckDBSuccess) return;
  do {
    const auto begin = Clock::now();
    const bool done = Run(connection, sql);
    const std::chrono::duration<double, std::milli> took = Clock::now() - begin;
    const std::lock_guard lock(mutex);
    if (!done) failed = true;
    if (prints) std::printf("%.3f\n", took.count());
    if (failed) break;
  } while (Clock::now() < end);
  duckdb_disconnect(&connection);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2 && argc != 4) return 2;
  std::stringstream script;
  script << std::ifstream(argv[1]).rdbuf();
  const std::string sql = script.str();
  duckdb_database database = nullptr;
  if (duckdb_open(nullptr, &database) != DuckDBSuccess) return 1;
  const bool repeats = argc == 4;
  const auto end = Clock::now() + std::chrono::duration_cast<Clock::duration>(
                                      std::chrono::duration<double>(repeats ? std::atof(argv[2]) : 0));
  std::vector<std::thread> clients;
  for (int i = 0; i < (repeats ? std::atoi(argv[3]) : 1); ++i)
    clients.emplace_back([&] { Ask(database, sql, end, repeats); });
  for (std::thread& client : clients) client.join();
  duckdb_close(&database);
  return failed ? 1 : 0;
}
