#include <duckdb.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <limits>
#include <thread>

#include "base/name.h"
#include "engine/duckdb.h"

namespace concordat::engine {
namespace {

std::string Repeated(const std::string& text, int times) {
  std::string all;
  for (int i = 0; i < times; ++i) all += text;
  return all;
}

std::int64_t ResidentMb() {
  std::ifstream statm("/proc/self/statm");
  std::int64_t size = 0;
  std::int64_t resident = 0;
  statm >> size >> resident;
  return resident * 4096 >> 20;
}

class EngineTest : public testing::Test {
 protected:
  EngineTest() {
    std::string folder = (std::filesystem::temp_directory_path() / "concordat-engine-XXXXXX").string();
    folder_ = mkdtemp(folder.data());
    Write("people.csv", "id, name, age\n1, Ann, 30\n2, ?, x\n3,  , \"4,0\"\n");
    Write("other.csv", "secret\n1\n");
  }
  ~EngineTest() override { std::filesystem::remove_all(folder_); }

  void Write(const std::string& name, const std::string& text) const {
    std::ofstream(folder_ / name, std::ios::binary) << text;
  }
  Source People() const {
    return {.format = Format::kCsv,
            .path = (folder_ / "people.csv").string(),
            .table = "",
            .delimiter = ',',
            .trim = true,
            .null_texts = {"?"}};
  }
  std::unique_ptr<Engine> Open(const std::vector<Source>& sources) const {
    auto engine = OpenDuckdb({.sources = sources, .memory_mb = 256, .threads = 2});
    EXPECT_TRUE(engine) << engine.error().message;
    return std::move(*engine);
  }
  // Made by an engine that is not locked down: DuckDB's own shell would do.
  void MakeDatabase(const std::string& name, const std::vector<std::string>& statements) const {
    duckdb_database database = nullptr;
    duckdb_connection connection = nullptr;
    ASSERT_EQ(duckdb_open((folder_ / name).c_str(), &database), DuckDBSuccess);
    ASSERT_EQ(duckdb_connect(database, &connection), DuckDBSuccess);
    for (const std::string& sql : statements)
      ASSERT_EQ(duckdb_query(connection, sql.c_str(), nullptr), DuckDBSuccess) << sql;
    duckdb_disconnect(&connection);
    duckdb_close(&database);
  }
  Source Csv(const std::string& name) const {
    return {.format = Format::kCsv, .path = (folder_ / name).string()};
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
                          "SELECT true, 1::TINYINT, -2::BIGINT, 3::UBIGINT, "
                          "170141183460469231731687303715884105727::HUGEINT, 1.5::DOUBLE, "
                          "12.34::DECIMAL(10, 2), 'x', DATE '2026-11-23', TIMESTAMP '2026-11-23 07:10:04.5', "
                          "NULL, sum(2::BIGINT)");
  ASSERT_TRUE(result) << result.error().message;
  const Int128 most = static_cast<Int128>(~static_cast<Uint128>(0) >> 1);
  const Row expected{Value(true),
                     Value(std::int64_t{1}),
                     Value(std::int64_t{-2}),
                     Value(Int128{3}),
                     Value(most),
                     Value(1.5),
                     Value(12.34),
                     Value("x"),
                     Value(Date{20780}),
                     Value(Timestamp{1795417804500000}),
                     Value(Null{}),
                     Value(Int128{2})};
  EXPECT_EQ(result->rows.at(0), expected);
}

TEST_F(EngineTest, BindsEveryTypeOfValue) {
  const auto engine = Open({});
  const Row parameters{Value(true),     Value(std::numeric_limits<std::int64_t>::min()),
                       Value(2.5),      Value("a'b"),
                       Value(Date{-1}), Value(Timestamp{-5}),
                       Value(Null{}),   Value(Int128{-7})};
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
      "CREATE TABLE t AS SELECT 1",
      "CREATE SECRET (TYPE http, BEARER_TOKEN 'x')",
      "CALL pragma_version()",
      "SELECT * FROM sniff_csv('" + other + "')",
      "SELECT * FROM read_parquet('" + other + "')",
      "SELECT * FROM read_json('" + other + "')",
      "SELECT * FROM parquet_metadata('" + other + "')",
  };
  for (const std::string& sql : cases) EXPECT_FALSE(Run(*engine, sql)) << sql;
  EXPECT_FALSE(std::filesystem::exists(folder_ / "out.csv"));
  EXPECT_TRUE(Run(*engine, "SELECT count(*) FROM (" + SelectFrom(People()) + ")"));
}

TEST_F(EngineTest, OpensADatabaseFileReadOnly) {
  MakeDatabase("people.duckdb",
               {"CREATE TABLE people AS SELECT 7 AS n", "CREATE SCHEMA care",
                "CREATE TABLE care.people AS SELECT 8 AS n",
                "CREATE VIEW passwords AS SELECT * FROM '" + (folder_ / "other.csv").string() + "'"});
  const Source source{
      .format = Format::kDuckdb, .path = (folder_ / "people.duckdb").string(), .table = "people"};
  const auto engine = Open({source});
  EXPECT_EQ(Run(*engine, SelectFrom(source))->rows.at(0).at(0), Value(std::int64_t{7}));
  Source care = source;
  care.schema = "care";
  EXPECT_EQ(Run(*engine, SelectFrom(care))->rows.at(0).at(0), Value(std::int64_t{8}));
  Source view = source;
  view.table = "passwords";
  EXPECT_FALSE(Run(*engine, SelectFrom(view)));
  EXPECT_FALSE(Run(*engine, "INSERT INTO people VALUES (8)"));
  EXPECT_FALSE(Run(*engine, "CREATE TABLE t (x INTEGER)"));
  EXPECT_TRUE(OpenDuckdb({.sources = {source, care}}));  // two tables of one file
  Source another = source;
  another.path = (folder_ / "more.duckdb").string();
  const auto both = OpenDuckdb({.sources = {source, another}});
  ASSERT_FALSE(both);
  EXPECT_EQ(both.error().code, ErrorCode::kInvalidArgument);
}

TEST_F(EngineTest, CountsADatabasesLogOfChangesAmongItsFiles) {
  MakeDatabase("people.duckdb", {"CREATE TABLE people AS SELECT 7 AS n"});
  const Source source{
      .format = Format::kDuckdb, .path = (folder_ / "people.duckdb").string(), .table = "people"};
  const auto published = *LookAt(source);
  EXPECT_EQ(published.size(), 1U);
  EXPECT_TRUE(CheckUnchanged(source, published));
  Write("people.duckdb.wal", "x");
  EXPECT_FALSE(CheckUnchanged(source, published));
}

TEST_F(EngineTest, ReadsEveryFileOfAGlobByItsColumnsNames) {
  for (int i = 10; i < 25; ++i) Write("part" + std::to_string(i) + ".csv", "a,b\n1,x\n");
  Write("part99.csv", "b,a\nx,1\n");
  const auto engine = Open({Csv("part*.csv")});
  const auto result = Run(*engine, "SELECT count(*) FILTER (WHERE a = '1' AND b = 'x') FROM (" +
                                       SelectFrom(Csv("part*.csv")) + ")");
  ASSERT_TRUE(result) << result.error().message;
  EXPECT_EQ(result->rows.at(0).at(0), Value(std::int64_t{16}));
  Write("part98.csv", "a,b\n2,y\n");
  EXPECT_FALSE(Run(*engine, SelectFrom(Csv("part*.csv"))))
      << "a file that came later is not among the allowed";
}

TEST_F(EngineTest, ReadsPathsWithWhatGlobsAndSqlTakeForTheirs) {
  for (const char* name : {"it's.csv", "a[1].csv", "50%.csv", "a b.csv"}) {
    Write(name, "a\n1\n");
    const auto engine = Open({Csv(name)});
    const auto result = Run(*engine, "SELECT a FROM (" + SelectFrom(Csv(name)) + ")");
    ASSERT_TRUE(result) << name << ": " << result.error().message;
    EXPECT_EQ(result->rows.size(), 1U) << name;
  }
}

// What a row holds is never guessed at: every row counts, or the file is refused (at publishing, which reads
// it whole).
TEST_F(EngineTest, ReadsCsvByItsLetter) {
  const struct {
    const char* name;
    std::string text;
    std::int64_t rows;  // -1: refused
  } cases[] = {
      {"plain", "a,b\n1,2\n3,4\n", 2},
      {"no line end at the end", "a,b\n1,2", 1},
      {"header alone", "a,b\n", 0},
      {"windows line ends", "a,b\r\n1,2\r\n3,4\r\n", 2},
      {"byte order mark",
       "\xEF\xBB\xBF"
       "a,b\n1,2\n",
       1},
      {"a value like a comment", "a,b\n#1,2\n3,4\n#5,6\n", 3},
      {"quoted commas, quotes and lines", "a,b\n1,\"x, \"\"y\"\"\nz\"\n2,it's\n", 2},
      {"a zero byte", std::string("a,b\n1,x\0y\n", 10), 1},
      {"a header that looks like a row", "1,2\na,b\n", -1},
      {"a row that is too long", "a,b\n1,2\n3,4,5\n", -1},
      {"a row that is too short", "a,b\n1,2\n3\n", -1},
      {"rows longer than the header", "a,b\n1,2,3\n4,5,6\n7,8,9\n", -1},
      {"a short row far down", "a,b\n" + Repeated("1,2\n", 100'000) + "3\n", -1},
      {"notes above the header", "# a note\nsecond note\na,b\n1,2\n", -1},
      {"a quote that is not closed", "a,b\n1,\"x\n2,y\n", -1},
      {"text after a quote", "a,b\n1,\"x\"y\n2,y\n", -1},
      {"not UTF-8", "a,b\n1,\xFF\xFE\n", -1},
      {"not UTF-8 far down", "a,b\n" + Repeated("1,2\n", 100'000) + "3,\xFF\n", -1},
      {"empty", "", -1},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    Write("case.csv", c.text);
    const auto engine = Open({Csv("case.csv")});
    const auto result =
        Run(*engine, "SELECT count(*), count(a), count(b) FROM (" + SelectFrom(Csv("case.csv")) + ")");
    if (c.rows < 0) {
      EXPECT_FALSE(result);
    } else {
      ASSERT_TRUE(result) << result.error().message;
      EXPECT_EQ(result->rows.at(0), (Row{Value(c.rows), Value(c.rows), Value(c.rows)}));
    }
  }
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
  EXPECT_EQ(engine->Run("SELECT range FROM range(10)", {}, {.time = Milliseconds(10'000), .rows = 9}, nullptr)
                .error()
                .code,
            ErrorCode::kResourceExhausted);
  const auto large =
      Run(*engine, "SELECT count(*) FROM (SELECT range AS k, list(range) FROM range(200000000) GROUP BY k)");
  ASSERT_FALSE(large);
  EXPECT_EQ(large.error().code, ErrorCode::kResourceExhausted) << large.error().message;
}

TEST_F(EngineTest, HoldsNoResultThatIsPastItsLimit) {
  const auto engine = Open({});
  const std::int64_t before = ResidentMb();
  const auto result = engine->Run("SELECT range, range::VARCHAR FROM range(30000000)", {},
                                  {.time = Milliseconds(60'000), .rows = 9}, nullptr);
  EXPECT_EQ(result.error().code, ErrorCode::kResourceExhausted);
  EXPECT_LT(ResidentMb() - before, 100);  // the whole would take some 700
}

TEST_F(EngineTest, GivesNoPartOfAResultThatFailsHalfWay) {
  const auto engine = Open({});
  const Limits limits{.time = Milliseconds(60'000), .rows = 5'000'000};
  const auto failed =
      engine->Run("SELECT CASE WHEN range = 400000 THEN error('x') ELSE range END FROM range(1000000)", {},
                  limits, nullptr);
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().code, ErrorCode::kInternal);
  const auto late = engine->Run("SELECT a.range FROM range(2000) a, range(1000000000) b", {},
                                {.time = Milliseconds(100), .rows = 1'000'000'000}, nullptr);
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().code, ErrorCode::kTimeout);
  EXPECT_TRUE(Run(*engine, "SELECT 1"));
}

TEST_F(EngineTest, SpillsOnlyWhereItIsToldTo) {
  const std::string large = "SELECT count(*) FROM (SELECT DISTINCT md5(range::VARCHAR) FROM range(4000000))";
  const auto without = OpenDuckdb({.sources = {}, .memory_mb = 192, .threads = 1});
  EXPECT_EQ(Run(**without, large).error().code, ErrorCode::kResourceExhausted);
  const std::string folder = (folder_ / "spill").string();
  const auto with = OpenDuckdb({.sources = {}, .memory_mb = 192, .threads = 1, .spill_folder = folder});
  ASSERT_TRUE(with) << with.error().message;
  const auto result = Run(**with, large);
  ASSERT_TRUE(result) << result.error().message;
  EXPECT_EQ(result->rows.at(0).at(0), Value(std::int64_t{4'000'000}));
  EXPECT_TRUE(!std::filesystem::exists(folder) || std::filesystem::is_empty(folder));
}

TEST_F(EngineTest, DoesNotStartWhatIsCancelledAlready) {
  const auto engine = Open({});
  Cancel cancel;
  cancel.Request();
  EXPECT_EQ(engine->Run("SELECT 1", {}, {}, &cancel).error().code, ErrorCode::kCancelled);
}

TEST_F(EngineTest, EndsOneOfManyAndLeavesTheOthers) {
  const auto engine = Open({});
  std::vector<std::thread> threads;
  threads.reserve(8);
  Cancel cancel;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&, i] {
      if (i == 0) {
        EXPECT_EQ(engine->Run(kLong, {}, {}, &cancel).error().code, ErrorCode::kCancelled);
      } else {
        EXPECT_TRUE(Run(*engine, "SELECT sum(range) FROM range(20000000)"));
        cancel.Request();
        EXPECT_TRUE(Run(*engine, "SELECT sum(range) FROM range(20000000)"));
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
}

TEST_F(EngineTest, RunsFromManyThreads) {
  const auto engine = Open({People()});
  std::vector<std::thread> threads;
  threads.reserve(8);
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
  EXPECT_EQ(Run(*engine, "SELECT " + QuoteText("it's") + " AS " + QuoteIdentifier("a\"b"))->names.at(0),
            "a\"b");
}

}  // namespace
}  // namespace concordat::engine
