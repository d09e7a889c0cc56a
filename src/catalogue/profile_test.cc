#include "catalogue/profile.h"

#include <cstdlib>

#include "base/file.h"
#include "catalogue/testing_catalogue.h"

namespace concordat::catalogue {
namespace {

const char* const kDataFolder = std::getenv("CONCORDAT_DATA");
const std::filesystem::path kData =
    kDataFolder != nullptr ? kDataFolder : std::filesystem::path(CONCORDAT_SOURCE_DIR) / "../shared/data";

using ProfileRowsTest = CatalogueTest;

TEST_F(ProfileRowsTest, ProvesWhatHolds) {
  const auto publication = PublishText(Visits());
  ASSERT_TRUE(publication) << publication.error().message;
  EXPECT_TRUE(publication->profile.findings.empty()) << publication->profile.findings.front();
  EXPECT_EQ(publication->profile.units, 2);
  EXPECT_EQ(publication->profile.most_rows_of_a_unit, 2);
  EXPECT_TRUE(publication->published->product.bounds.rows_proven);
  EXPECT_TRUE(publication->published->product.bounds.ranges_proven);
}

TEST_F(ProfileRowsTest, ProvesNothingThatTheRowsBreakAndSaysHowOften) {
  const struct {
    const char* name;
    const char* rows;
    const char* finding;
    bool rows_proven, ranges_proven;
  } cases[] = {
      {"out of range", "id,region,amount,day\n1,north,10,2026-01-01\n2,south,200,2026-01-01\n",
       "1 of 2 values (50%) lie outside the range", true, false},
      {"outside the domain", "id,region,amount,day\n1,north,10,2026-01-01\n2,east,20,2026-01-01\n",
       "outside the domain", true, false},
      {"date out of range", "id,region,amount,day\n1,north,10,2025-01-01\n", "outside the range", true,
       false},
      {"not a number",
       "id,region,amount,day\n1,north,10,2026-01-01\n2,south,20,2026-01-01\n3,south,x,2026-01-01\n",
       "are not of type", true, true},
      {"NaN", "id,region,amount,day\n1,north,nan,2026-01-01\n", "outside the range", true, false},
      {"infinite", "id,region,amount,day\n1,north,inf,2026-01-01\n", "outside the range", true, false},
      {"too many rows",
       "id,region,amount,day\n1,north,1,2026-01-01\n1,north,1,2026-01-01\n1,north,1,2026-01-01\n",
       "1 of 1 units (100%) have more than 2 rows", false, true},
      {"no unit", "id,region,amount,day\n1,north,1,2026-01-01\n,north,1,2026-01-01\n",
       "1 of 2 rows name no unit", false, true},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    WriteRows(c.rows);
    const auto publication = PublishText(Visits());
    ASSERT_TRUE(publication) << publication.error().message;
    const auto& findings = publication->profile.findings;
    EXPECT_TRUE(std::any_of(findings.begin(), findings.end(), [&](const std::string& f) {
      return f.find(c.finding) != f.npos;
    })) << (findings.empty() ? "nothing found" : findings.front());
    EXPECT_EQ(publication->published->product.bounds.rows_proven, c.rows_proven);
    EXPECT_EQ(publication->published->product.bounds.ranges_proven, c.ranges_proven);
  }
}

TEST_F(ProfileRowsTest, SaysWhatFilesAreNotReadAndNeverWhatTheyHold) {
  const struct {
    const char* name;
    std::string rows;
    const char* message;
  } cases[] = {
      {"empty", "", "the data has no column id, region, amount, day"},
      {"too long", "id,region,amount,day\n1,north,1,2026-01-01\n2,secret,1,2026-01-01,5\n",
       "more or fewer values than the header"},
      {"too long far down",
       "id,region,amount,day\n" + Repeated("1,north,1,2026-01-01\n", 9'000) + "2,secret,1,2026-01-01,5\n",
       "line 9002 of "},
      {"quote", "id,region,amount,day\n1,\"secret\"x,1,2026-01-01\n", "a quote stands alone"},
      {"not UTF-8", "id,region,amount,day\n1,secret\xFF,1,2026-01-01\n", "is not UTF-8"},
      {"not dates", "id,region,amount,day\n1,north,1,secret\n",
       "column day: 1 of 1 values (100%) are not of type date"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    WriteRows(c.rows);
    const auto publication = PublishText(Visits());
    ASSERT_FALSE(publication);
    EXPECT_EQ(publication.error().code, ErrorCode::kInvalidArgument);
    EXPECT_NE(publication.error().message.find(c.message), std::string::npos) << publication.error().message;
    EXPECT_EQ(publication.error().message.find("secret"), std::string::npos) << publication.error().message;
  }
  EXPECT_EQ(ledger_->Head().size, 0U);
}

TEST_F(ProfileRowsTest, CountsValuesThatAreNoneOfTheirType) {
  WriteRows(
      "id,region,amount,day\n1,north,99999999999999999999999999999,2026-01-01\n2,north,1e400,2026-01-01\n"
      "3,north,-0,2026-02-30\n4,north,7,2026-01-01\n99999999999999999999,north,7,2026-01-01\n");
  const auto publication = PublishText(Visits());
  ASSERT_TRUE(publication) << publication.error().message;
  const std::vector<std::string> expected = {
      "column id: 1 of 5 values (20%) are not of type bigint and count as NULL",
      "column amount: 2 of 5 values (40%) lie outside the range and will be clipped",  // 1e400 is infinite
      "column day: 1 of 5 values (20%) are not of type date and count as NULL",
      "column id: 1 of 5 rows name no unit and will not count",
  };
  EXPECT_EQ(publication->profile.findings, expected);
  EXPECT_FALSE(publication->published->product.bounds.rows_proven);
}

TEST_F(ProfileRowsTest, TellsHowRowsSpreadOverUnits) {
  std::string rows = "id,region,amount,day\n";
  for (int unit = 0; unit < 200; ++unit)
    rows += Repeated(std::to_string(unit) + ",north,1,2026-01-01\n", unit == 7 ? 30 : 3);
  WriteRows(rows);
  const auto publication = PublishText(Visits("30"));
  ASSERT_TRUE(publication) << publication.error().message;
  const Profile& profile = publication->profile;
  EXPECT_EQ(profile.units, 200);
  EXPECT_EQ(profile.median_rows_of_a_unit, 3);
  EXPECT_EQ(profile.usual_rows_of_a_unit, 3);
  EXPECT_EQ(profile.most_rows_of_a_unit, 30);
  EXPECT_TRUE(profile.rows_proven);
}

TEST_F(ProfileRowsTest, PublishesParquetAndTablesAsItDoesCsv) {
  MakeFile(
      {R"(CREATE TABLE rows AS SELECT * FROM (VALUES (1::BIGINT, 'north', 10.5::DECIMAL(9, 2), DATE '2026-01-01'),
          (1, 'south', 20, DATE '2026-01-02'), (2, 'north', 30, DATE '2026-01-03')) t(id, region, amount, day))",
       "CREATE SCHEMA care", "CREATE TABLE care.visits AS FROM rows",
       "COPY rows TO '" + (folder_ / "visits-1.parquet").string() + "'",
       "COPY rows TO '" + (folder_ / "visits-2.parquet").string() + "'"});
  const std::string csv = "servers: [{server: files, type: local, path: visits.csv, format: csv}]";
  const struct {
    const char* name;
    const char* server;
    std::int64_t rows;
  } cases[] = {
      {"csv", "servers: [{server: files, type: local, path: visits.csv, format: csv}]", 3},
      {"parquet", "servers: [{server: files, type: local, path: visits-1.parquet}]", 3},
      {"two parquet files",
       "servers: [{server: files, type: local, path: visits-*.parquet, format: parquet}]", 6},
      {"table", "servers: [{server: base, type: duckdb, database: visits.duckdb, schema: care}]", 3},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    std::string text = Visits("4");
    const auto publication = PublishText(text.replace(text.find(csv), csv.size(), c.server));
    ASSERT_TRUE(publication) << publication.error().message;
    EXPECT_EQ(publication->profile.rows, c.rows);
    EXPECT_EQ(publication->profile.units, 2);
    EXPECT_TRUE(publication->profile.findings.empty()) << publication->profile.findings.front();
  }
  std::string absent = Visits();
  absent.replace(absent.find(csv), csv.size(),
                 "servers: [{server: base, type: duckdb, database: visits.duckdb, schema: none}]");
  EXPECT_NE(PublishText(absent).error().message.find("has no table none.visits"), std::string::npos);
  std::string damaged = Visits();
  std::ofstream(folder_ / "damaged.parquet") << "PAR1 and no more";
  damaged.replace(damaged.find(csv), csv.size(),
                  "servers: [{server: files, type: local, path: damaged.parquet}]");
  EXPECT_NE(PublishText(damaged).error().message.find("is not Parquet, is damaged"), std::string::npos);
}

TEST_F(ProfileRowsTest, RefusesColumnsThatAreListsOrStructures) {
  MakeFile(
      {"CREATE TABLE visits AS SELECT [1, 2] AS id, 'north' AS region, 1 AS amount, DATE '2026-01-01' AS "
       "day"});
  std::string text = Visits();
  const std::string csv = "type: local, path: visits.csv, format: csv";
  const auto publication =
      PublishText(text.replace(text.find(csv), csv.size(), "type: duckdb, database: visits.duckdb"));
  EXPECT_NE(publication.error().message.find("column id: 1 of 1 values (100%) are not of type bigint"),
            std::string::npos)
      << publication.error().message;
}

TEST_F(ProfileRowsTest, PublishesTheRealFiles) {
  const struct {
    const char* name;
    std::int64_t rows;
  } cases[] = {{"adult", 32'561}, {"fuel-poverty", 169}, {"unpaid-care", 169}};
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    const auto publication =
        PublishText(*ReadFile(std::string(CONCORDAT_SOURCE_DIR "/samples/") + c.name + ".odcs.yaml"), kData);
    ASSERT_TRUE(publication) << publication.error().message;
    EXPECT_EQ(publication->profile.rows, c.rows);
    EXPECT_TRUE(publication->published->product.bounds.rows_proven);
    EXPECT_TRUE(publication->published->product.bounds.ranges_proven);
    EXPECT_TRUE(publication->profile.findings.empty()) << publication->profile.findings.front();
  }
}

}  // namespace
}  // namespace concordat::catalogue
