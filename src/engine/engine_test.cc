#include <duckdb.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <limits>
#include <thread>

#include "engine/duckdb.h"

namespace concordat::engine {
namespace {

class EngineTest : public testing::Test {
 protected:
  EngineTest() {
    std::string folder = (std::filesystem::temp_directory_path() / "concordat-engine-XXXXXX").string();
    folder_ = mkdtemp(folder.data());
    Write("people.csv", "id, name, age\n1, Ann, 30\n2, ?, x\n3,  , \"4,0\"\n");
    Write("other.csv", "secret\n1\n");
  }
  ~EngineTest() override { std::filesystem::remove_all(folder_); }

  void Write(const std::string& name, const std::string& text) const { std::ofstream(folder_ / name, std::ios::binary) << text; }
  Source People() const {
    return {.format = Format::kCsv, .path = (folder_ / "people.csv").string(), .table = "", .delimiter = ',', .trim = true, .null_texts = {"?"}};
  }
  std::unique_ptr<Engine> Open(const std::vector<Source>& sources) const {
    auto engine = OpenDuckdb({.sources = sources, .memory_mb = 256, .threads = 2});
    EXPECT_TRUE(engine) << engine.error().message;
    return std::move(*engine);
  }
  static Result<ResultSet> Run(Engine& engine, const std::string& sql, const Row& parameters = {}) {
    return engine.Run(sql, parameters, {}, nullptr);
  }

  std::filesystem::path folder_;
};

TEST_F(EngineTest, ReadsCsvAsTextWithNullsAndTrim) {
  const auto engine = Open({People()});
  const auto result = Run(*engine, "SELECT id, name, age FROM (" + SelectFrom(People()) + ") ORDER BY id");
  ASSERT_TRUE(result) << result.error().message;
  EXPECT_EQ(result->names, (std::vector<std::string>{"id", "name", "age"}));
  EXPECT_EQ(result->rows, (std::vector<Row>{{Value("1"), Value("Ann"), Value("30")},
                                            {Value("2"), Value(Null{}), Value("x")},
                                            {Value("3"), Value(Null{}), Value("4,0")}}));
}

TEST_F(EngineTest, ReturnsEveryTypeOfValue) {
  const auto engine = Open({});
  const auto result = Run(*engine,
                          "SELECT true, 1::TINYINT, -2::BIGINT, 3::UBIGINT, 170141183460469231731687303715884105727::HUGEINT, 1.5::DOUBLE, "
                          "12.34::DECIMAL(10, 2), 'x', DATE '2026-11-23', TIMESTAMP '2026-11-23 07:10:04.5', NULL, sum(2::BIGINT)");
  ASSERT_TRUE(result) << result.error().message;
  const Int128 most = static_cast<Int128>(~static_cast<Uint128>(0) >> 1);
  const Row expected{Value(true), Value(std::int64_t{1}), Value(std::int64_t{-2}), Value(Int128{3}), Value(most), Value(1.5), Value(12.34),
                     Value("x"), Value(Date{20780}), Value(Timestamp{1795417804500000}), Value(Null{}), Value(Int128{2})};
  EXPECT_EQ(result->rows.at(0), expected);
}

TEST_F(EngineTest, BindsEveryTypeOfValue) {
  const auto engine = Open({});
  const Row parameters{Value(true), Value(std::numeric_limits<std::int64_t>::min()), Value(2.5), Value("a'b"), Value(Date{-1}),
                       Value(Timestamp{-5}), Value(Null{}), Value(Int128{-7})};
  const auto result = Run(*engine, "SELECT $1, $2, $3, $4, $5, $6, $7, $8", parameters);
  ASSERT_TRUE(result) << result.error().message;
  EXPECT_EQ(result->rows.at(0), parameters);
  EXPECT_FALSE(Run(*engine, "SELECT $2", {Value(true)}));
}

TEST_F(EngineTest, IsShutToEverythingButItsOwnFiles) {
  const auto engine = Open({People()});
  const std::string other = (folder_ / "other.csv").string();
  const std::string cases[] = {
      "SELECT * FROM read_csv('" + other + "')",
      "SELECT * FROM '" + other + "'",
      "SELECT * FROM read_text('/etc/passwd')",
      "SELECT * FROM read_blob('" + other + "')",
      "SELECT * FROM glob('/etc/*')",
      "SELECT * FROM read_csv('" + (folder_ / "*.csv").string() + "')",
      "COPY (SELECT 1) TO '" + (folder_ / "out.csv").string() + "'",
      "EXPORT DATABASE '" + (folder_ / "out").string() + "'",
      "ATTACH '" + (folder_ / "new.db").string() + "'",
      "INSTALL httpfs",
      "LOAD httpfs",
      "SELECT * FROM read_csv('http://127.0.0.1:1/x.csv')",
      "SET enable_external_access = true",
      "SET threads = 1",
      "SET lock_configuration = false",
      "RESET memory_limit",
      "SELECT getenv('HOME')",
      "SELECT 1; SELECT 2",
  };
  for (const std::string& sql : cases) EXPECT_FALSE(Run(*engine, sql)) << sql;
  EXPECT_FALSE(std::filesystem::exists(folder_ / "out.csv"));
  EXPECT_TRUE(Run(*engine, "SELECT count(*) FROM (" + SelectFrom(People()) + ")"));
}

TEST_F(EngineTest, OpensADatabaseFileReadOnly) {
  // A database file made by an engine that is not locked down: DuckDB's own shell would do.
  const std::string file = (folder_ / "people.duckdb").string();
  {
    duckdb_database database = nullptr;
    duckdb_connection connection = nullptr;
    ASSERT_EQ(duckdb_open(file.c_str(), &database), DuckDBSuccess);
    ASSERT_EQ(duckdb_connect(database, &connection), DuckDBSuccess);
    ASSERT_EQ(duckdb_query(connection, "CREATE TABLE people AS SELECT 7 AS n", nullptr), DuckDBSuccess);
    duckdb_disconnect(&connection);
    duckdb_close(&database);
  }
  const Source source{.format = Format::kDuckdb, .path = file, .table = "people", .delimiter = ',', .trim = false, .null_texts = {}};
  const auto engine = Open({source});
  EXPECT_EQ(Run(*engine, SelectFrom(source))->rows.at(0).at(0), Value(std::int64_t{7}));
  EXPECT_FALSE(Run(*engine, "INSERT INTO people VALUES (8)"));
  EXPECT_FALSE(Run(*engine, "CREATE TABLE t (x INTEGER)"));
}

constexpr char kLong[] = "SELECT sum(a.range * b.range) FROM range(10000000) a, range(10000000) b";

TEST_F(EngineTest, StopsAtItsTimeLimit) {
  const auto engine = Open({});
  const auto result = engine->Run(kLong, {}, {.time = Milliseconds(50), .rows = 10}, nullptr);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, ErrorCode::kTimeout);
  EXPECT_TRUE(Run(*engine, "SELECT 1"));
}

TEST_F(EngineTest, StopsWhenCancelled) {
  const auto engine = Open({});
  Cancel cancel;
  std::thread canceller([&] {
    std::this_thread::sleep_for(Milliseconds(50));
    cancel.Request();
  });
  const auto result = engine->Run(kLong, {}, {}, &cancel);
  canceller.join();
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, ErrorCode::kCancelled);
}

TEST_F(EngineTest, HoldsToItsLimitsOfRowsAndMemory) {
  const auto engine = Open({});
  EXPECT_EQ(engine->Run("SELECT range FROM range(10)", {}, {.time = Milliseconds(10'000), .rows = 9}, nullptr).error().code,
            ErrorCode::kResourceExhausted);
  const auto large = Run(*engine, "SELECT count(*) FROM (SELECT range AS k, list(range) FROM range(200000000) GROUP BY k)");
  ASSERT_FALSE(large);
  EXPECT_EQ(large.error().code, ErrorCode::kResourceExhausted) << large.error().message;
}

TEST_F(EngineTest, RunsFromManyThreads) {
  const auto engine = Open({People()});
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&] {
      for (int j = 0; j < 10; ++j) {
        const auto result = Run(*engine, "SELECT count(*) FROM (" + SelectFrom(People()) + ")");
        ASSERT_TRUE(result) << result.error().message;
        EXPECT_EQ(result->rows.at(0).at(0), Value(std::int64_t{3}));
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
}

TEST_F(EngineTest, SeesThatAFileIsMissingOrChanged) {
  const auto published = *LookAt(People());
  EXPECT_TRUE(CheckUnchanged(People(), published));
  Write("people.csv", "id\n1\n");
  EXPECT_NE(CheckUnchanged(People(), published).error().message.find("has changed"), std::string::npos);
  std::filesystem::remove(folder_ / "people.csv");
  EXPECT_NE(CheckUnchanged(People(), published).error().message.find("is missing"), std::string::npos);
  EXPECT_EQ(LookAt(People()).error().code, ErrorCode::kNotFound);
  Source glob = People();
  glob.path = (folder_ / "*.csv").string();
  const auto one = *LookAt(glob);
  Write("another.csv", "id\n1\n");
  EXPECT_NE(CheckUnchanged(glob, one).error().message.find("more files"), std::string::npos);
}

TEST_F(EngineTest, QuotesWhatItIsGiven) {
  const auto engine = Open({});
  EXPECT_EQ(Run(*engine, "SELECT " + QuoteText("it's") + " AS " + QuoteIdentifier("a\"b"))->names.at(0), "a\"b");
}

}  // namespace
}  // namespace concordat::engine
