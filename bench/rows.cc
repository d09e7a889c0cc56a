// Runs a script of SQL with DuckDB in the folder where it is started: bench_rows rows.sql
#include <duckdb.h>

#include <cstdio>
#include <fstream>
#include <sstream>

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  std::stringstream script;
  script << std::ifstream(argv[1]).rdbuf();
  duckdb_database database = nullptr;
  duckdb_connection connection = nullptr;
  duckdb_result result;
  if (duckdb_open(nullptr, &database) != DuckDBSuccess ||
      duckdb_connect(database, &connection) != DuckDBSuccess)
    return 1;
  const bool done = duckdb_query(connection, script.str().c_str(), &result) == DuckDBSuccess;
  if (!done) std::fprintf(stderr, "%s\n", duckdb_result_error(&result));
  duckdb_destroy_result(&result);
  duckdb_disconnect(&connection);
  duckdb_close(&database);
  return done ? 0 : 1;
}
