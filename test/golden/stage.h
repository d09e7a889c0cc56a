// Tables and contracts on a real engine, for tests of whole questions: a DuckDB file made from SQL, products
// read from contracts and profiled as publishing does it.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "engine/engine.h"
#include "sql/bind.h"
#include "sql/plan.h"
#include "sql/shape.h"

namespace concordat::golden {

// A folder of its own with a database file, gone at the end.
class Database {
 public:
  // Statements, each ended by ";\n". CHECKs that each succeeds.
  explicit Database(const std::string& script);
  ~Database();
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;
  std::string path() const { return (folder_ / "data.duckdb").string(); }

 private:
  std::filesystem::path folder_;
};

struct Settings {
  sql::Terms terms;
  Row parameters;  // texts, of the question's types once it is bound
  std::uint64_t secret = 7;
};

struct Answered {
  std::shared_ptr<const sql::Query> query;
  sql::Plan plan;
  std::vector<sql::ResultColumn> columns;
  std::vector<Row> rows;  // without any noise
};

class Stage {
 public:
  // Products of `contracts`, over the tables of `script` or files in `data`; those whose files are not there
  // are left out.
  Stage(const std::vector<std::filesystem::path>& contracts, const std::filesystem::path& script,
        const std::filesystem::path& data);

  const sql::Scope& scope() const { return scope_; }
  // The whole path but noise; the outer bool says whether the question was accepted. A joint question is
  // answered by the sum of what each of so many owners has of the rows. Errors: the engine's.
  Result<Outcome<Answered>> Ask(const std::string& text, const Settings& settings) const;
  // What the engine itself says over the same rows, typed by the contract and not clipped.
  Result<std::vector<Row>> AskPlainly(const std::string& text) const;

 private:
  void Open(const std::filesystem::path& contract, const std::filesystem::path& data);
  // The noisy table that a plan comes to, without noise.
  Result<std::vector<Row>> Unnoised(const sql::Plan& plan, const Row& parameters, std::uint64_t secret) const;

  Database database_;
  sql::Scope scope_;
  std::map<std::string, std::shared_ptr<engine::Engine>> engines_;  // by table
  std::shared_ptr<engine::Engine> released_;
};

}  // namespace concordat::golden
