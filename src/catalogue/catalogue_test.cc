#include "catalogue/catalogue.h"

#include <duckdb.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "base/file.h"
#include "base/testing_random.h"
#include "catalogue/show.h"

namespace concordat::catalogue {
namespace {

const std::filesystem::path kData = std::filesystem::path(CONCORDAT_SOURCE_DIR) / "../shared/data";

std::string Repeated(const std::string& text, int times) {
  std::string all;
  for (int i = 0; i < times; ++i) all += text;
  return all;
}

class CatalogueTest : public testing::Test {
 protected:
  CatalogueTest() {
    std::string folder = (std::filesystem::temp_directory_path() / "concordat-catalogue-XXXXXX").string();
    folder_ = mkdtemp(folder.data());
    store_ = *store::Store::Open(folder_ / "store.db", ledger::LedgerMigrations());
    SeededRandom random(5);
    ledger_ = *ledger::Ledger::Open(*store_, *crypto::SigningKey::Generate("lewisham", random), clock_,
                                    random_, {&catalogue_, &budgets_});
    WriteRows(
        "id,region,amount,day\n1,north,10.5,2026-01-01\n1,south,20,2026-01-02\n2,north,30,2026-01-03\n");
  }
  ~CatalogueTest() override {
    store_.reset();
    std::filesystem::remove_all(folder_);
  }

  void WriteRows(const std::string& text) const {
    std::ofstream(folder_ / "visits.csv", std::ios::binary) << text;
  }
  static std::string Visits(const std::string& rows = "2", const std::string& range = "[0, 100]",
                            const std::string& epsilon = "10") {
    return "apiVersion: v3.1.0\nkind: DataContract\nid: lewisham/visits\nversion: 1.0.0\nstatus: active\n"
           "servers: [{server: files, type: local, path: visits.csv, format: csv}]\n"
           "schema:\n  - name: visits\n    properties:\n"
           "      - {name: id, logicalType: integer, required: true, customProperties: [{property: "
           "concordat.unit, value: true}]}\n"
           "      - {name: region, logicalType: string, customProperties: [{property: concordat.domain, "
           "value: [north, south]}]}\n"
           "      - {name: amount, logicalType: number, customProperties: [{property: concordat.range, "
           "value: " +
           range +
           "}]}\n"
           "      - {name: day, logicalType: date, customProperties: [{property: concordat.range, value: "
           "[2026-01-01, 2026-12-31]}]}\n"
           "customProperties:\n  - {property: concordat.rows_per_unit, value: " +
           rows +
           "}\n"
           "  - {property: concordat.budget, value: {epsilon: " +
           epsilon + ", delta: 1.0e-6}}\n";
  }
  // visits.duckdb, by an engine that is not locked down.
  void MakeFile(const std::vector<std::string>& statements) const {
    duckdb_database database = nullptr;
    duckdb_connection connection = nullptr;
    ASSERT_EQ(duckdb_open((folder_ / "visits.duckdb").c_str(), &database), DuckDBSuccess);
    ASSERT_EQ(duckdb_connect(database, &connection), DuckDBSuccess);
    for (const std::string& sql : statements)
      ASSERT_EQ(duckdb_query(connection, sql.c_str(), nullptr), DuckDBSuccess) << sql;
    duckdb_disconnect(&connection);
    duckdb_close(&database);
  }
  Result<Publication> PublishText(const std::string& text, const std::filesystem::path& data = {}) {
    return Publish({text, folder_ / "contract.yaml", data, "lewisham"}, *ledger_, catalogue_,
                   [](std::string_view) {});
  }

  std::filesystem::path folder_;
  ManualClock clock_{*ParseTime("2026-11-23T07:10:04Z")};
  SeededRandom random_{7};
  Catalogue catalogue_;
  ledger::BudgetBook budgets_;
  std::unique_ptr<store::Store> store_;
  std::unique_ptr<ledger::Ledger> ledger_;
};

TEST_F(CatalogueTest, ProvesWhatHolds) {
  const auto publication = PublishText(Visits());
  ASSERT_TRUE(publication) << publication.error().message;
  EXPECT_TRUE(publication->profile.findings.empty()) << publication->profile.findings.front();
  EXPECT_EQ(publication->profile.units, 2);
  EXPECT_EQ(publication->profile.most_rows_of_a_unit, 2);
  EXPECT_TRUE(publication->published->product.bounds.rows_proven);
  EXPECT_TRUE(publication->published->product.bounds.ranges_proven);
}

TEST_F(CatalogueTest, ProvesNothingThatTheRowsBreakAndSaysHowOften) {
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

TEST_F(CatalogueTest, KeepsARevisionWhoseFilesWereOnlyTouched) {
  ASSERT_TRUE(PublishText(Visits()));
  const auto before = catalogue_.Find("visits");
  std::filesystem::last_write_time(folder_ / "visits.csv",
                                   std::filesystem::file_time_type::clock::now() + std::chrono::hours(1));
  EXPECT_FALSE(engine::CheckUnchanged(before->product.source, before->files));
  const auto touched = PublishText(Visits());
  ASSERT_TRUE(touched) << touched.error().message;
  EXPECT_TRUE(touched->is_new);
  EXPECT_EQ(touched->changed, "");
  EXPECT_EQ(touched->published->product.revision, 1);
  EXPECT_TRUE(engine::CheckUnchanged(touched->published->product.source, touched->published->files));
  EXPECT_EQ(touched->published->hashes, before->hashes);
}

TEST_F(CatalogueTest, TakesAnotherPlaceOrReadingForOtherRows) {
  ASSERT_TRUE(PublishText(Visits()));
  std::filesystem::copy_file(folder_ / "visits.csv", folder_ / "moved.csv");
  std::string moved = Visits();
  moved.replace(moved.find("visits.csv"), 10, "moved.csv");
  EXPECT_EQ(PublishText(moved)->changed, "rows");
  std::string nulls = moved;
  nulls.replace(nulls.find("format: csv"), 11,
                "format: csv, customProperties: [{property: concordat.null, value: ['?']}]");
  EXPECT_EQ(PublishText(nulls)->published->product.revision, 3);
}

TEST_F(CatalogueTest, RecordsOtherWordsUnderTheSameRevision) {
  ASSERT_TRUE(PublishText(Visits()));
  const auto described = PublishText(Visits() + "description: {purpose: Visits to libraries}\n");
  ASSERT_TRUE(described) << described.error().message;
  EXPECT_TRUE(described->is_new);
  EXPECT_EQ(described->published->product.revision, 1);
  EXPECT_EQ(catalogue_.Find("visits")->product.description, "Visits to libraries");
}

TEST_F(CatalogueTest, SaysWhatFilesAreNotReadAndNeverWhatTheyHold) {
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

TEST_F(CatalogueTest, CountsValuesThatAreNoneOfTheirType) {
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

TEST_F(CatalogueTest, TellsHowRowsSpreadOverUnits) {
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

TEST_F(CatalogueTest, PublishesParquetAndTablesAsItDoesCsv) {
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

TEST_F(CatalogueTest, RefusesColumnsThatAreListsOrStructures) {
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

TEST_F(CatalogueTest, LowersNoBudgetBelowWhatIsSpent) {
  ASSERT_TRUE(PublishText(Visits()));
  const ledger::Charge charge{
      "question",
      "lewisham/visits",
      "study",
      "ana",
      {{.mechanism = dp::Mechanism::kDiscreteGaussian, .sensitivity = 1, .scale = 2, .times = 4}}};
  ASSERT_TRUE(ledger_->Append({ledger::kind::kCharge, ledger::ChargeBody(charge), {}}));
  PublishRequest request{Visits("2", "[0, 100]", "1"), folder_ / "contract.yaml", {}, "lewisham", &budgets_};
  const auto lowered = Publish(request, *ledger_, catalogue_, [](std::string_view) {});
  ASSERT_FALSE(lowered);
  EXPECT_EQ(lowered.error().code, ErrorCode::kFailedPrecondition);
  EXPECT_NE(lowered.error().message.find("is spent already"), std::string::npos) << lowered.error().message;
  request.text = Visits("2", "[0, 100]", "9.5");
  EXPECT_TRUE(Publish(request, *ledger_, catalogue_, [](std::string_view) {}));
}

TEST_F(CatalogueTest, SeesThatSomeoneElsePublishedMeanwhile) {
  ASSERT_TRUE(PublishText(Visits()));
  bool once = true;
  const auto late = Publish({Visits("3"), folder_ / "contract.yaml", {}, "lewisham"}, *ledger_, catalogue_,
                            [&](std::string_view) {
                              if (std::exchange(once, false)) ASSERT_TRUE(PublishText(Visits("4")));
                            });
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().code, ErrorCode::kUnavailable);
  EXPECT_EQ(catalogue_.Find("visits")->product.bounds.rows_per_unit, 4);
  EXPECT_EQ(catalogue_.List().size(), 2U);
}

TEST_F(CatalogueTest, StopsPublishingWhenCancelled) {
  engine::Cancel cancel;
  PublishRequest request{Visits(), folder_ / "contract.yaml", {}, "lewisham"};
  request.cancel = &cancel;
  const auto publication =
      Publish(request, *ledger_, catalogue_, [&](std::string_view) { cancel.Request(); });
  EXPECT_EQ(publication.error().code, ErrorCode::kCancelled);
  EXPECT_EQ(ledger_->Head().size, 0U);
}

TEST_F(CatalogueTest, SeesThatAFileChangesWhileItIsRead) {
  const auto publication = Publish({Visits(), folder_ / "contract.yaml", {}, "lewisham"}, *ledger_,
                                   catalogue_, [&](std::string_view what) {
                                     if (what.starts_with("hashing"))
                                       WriteRows("id,region,amount,day\n1,north,1,2026-01-01\n");
                                   });
  EXPECT_EQ(publication.error().code, ErrorCode::kFailedPrecondition);
}

TEST_F(CatalogueTest, KeepsPathsAndHashesOfFilesOutOfWhatIsPublic) {
  ASSERT_TRUE(PublishText(Visits()));
  const auto entries = *ledger_->Read(0, 1);
  const std::string body = entries.at(0).body.dump();
  EXPECT_EQ(body.find("visits.csv"), std::string::npos);
  EXPECT_EQ(body.find(catalogue_.Find("visits")->hashes.at(0)), std::string::npos);
  EXPECT_EQ(body.find(folder_.string()), std::string::npos);
}

TEST_F(CatalogueTest, RaisesVersionWithBoundsAndRevisionWithRows) {
  EXPECT_TRUE(PublishText(Visits())->is_new);
  EXPECT_FALSE(PublishText(Visits())->is_new);
  WriteRows("id,region,amount,day\n1,north,10,2026-01-01\n");
  const auto rows = PublishText(Visits());
  EXPECT_EQ(rows->changed, "rows");
  EXPECT_EQ(rows->published->product.version, 1);
  EXPECT_EQ(rows->published->product.revision, 2);
  const auto bounds = PublishText(Visits("2", "[0, 50]"));
  EXPECT_EQ(bounds->changed, "columns or bounds");
  EXPECT_EQ(bounds->published->product.version, 2);
  EXPECT_EQ(bounds->published->product.revision, 1);
  EXPECT_EQ(catalogue_.Find("lewisham/visits@1")->product.columns[2].range, (Range{0, 100}));
  EXPECT_EQ(catalogue_.Find("visits")->product.version, 2);
  for (const char* reference : {"lewisham/visits@3", "visits@", "visits@1x", "visits@-1", "@1", ""})
    EXPECT_EQ(catalogue_.Find(reference), nullptr) << reference;
  EXPECT_EQ(catalogue_.Find("other"), nullptr);
  EXPECT_EQ(catalogue_.List().size(), 2U);
}

TEST_F(CatalogueTest, NeverRaisesABudget) {
  ASSERT_TRUE(PublishText(Visits("2", "[0, 100]", "5")));
  EXPECT_EQ(PublishText(Visits("2", "[0, 100]", "6")).error().code, ErrorCode::kPermissionDenied);
  EXPECT_EQ(PublishText(Visits("2", "[0, 50]", "6")).error().code, ErrorCode::kPermissionDenied);
  EXPECT_TRUE(PublishText(Visits("2", "[0, 100]", "4")));
}

TEST_F(CatalogueTest, RefusesWhatCannotBePublished) {
  const auto wrong_member = Publish({Visits(), folder_ / "contract.yaml", {}, "camden"}, *ledger_, catalogue_,
                                    [](std::string_view) {});
  EXPECT_EQ(wrong_member.error().code, ErrorCode::kPermissionDenied);
  std::filesystem::remove(folder_ / "visits.csv");
  EXPECT_EQ(PublishText(Visits()).error().code, ErrorCode::kNotFound);
  WriteRows("number,region,amount,day\n1,north,1,2026-01-01\n");
  EXPECT_NE(PublishText(Visits()).error().message.find("has no column id; it has number, region"),
            std::string::npos);
  WriteRows("id,region,amount,day\nx,north,1,2026-01-01\n");
  EXPECT_NE(PublishText(Visits()).error().message.find("are not of type bigint"), std::string::npos);
  EXPECT_EQ(ledger_->Head().size, 0U);
}

TEST_F(CatalogueTest, KeepsAProductOverJson) {
  const auto publication = PublishText(Visits());
  const Published& before = *publication->published;
  const auto after = PublishedFromJson(ToJson(before.product),
                                       SourceToJson(before.product.source, before.files, before.hashes));
  ASSERT_TRUE(after);
  EXPECT_EQ(ToJson(after->product), ToJson(before.product));
  EXPECT_EQ(after->files, before.files);
  EXPECT_EQ(after->product.source, before.product.source);
  EXPECT_EQ(after->product.columns[1].domain, before.product.columns[1].domain);
  EXPECT_FALSE(PublishedFromJson({{"id", "x"}}, {}));
}

TEST_F(CatalogueTest, PublishesTheRealFiles) {
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

TEST_F(CatalogueTest, ShowsAnalystsNothingOfTheFile) {
  std::string text = Visits();
  text.replace(text.find("name: amount"), 12, "name: amount, physicalName: AMOUNT");
  const auto publication = PublishText(text);
  ASSERT_TRUE(publication) << publication.error().message;
  const Json json = ShowJson(publication->published->product);
  EXPECT_EQ(json.at("unit"), "id");
  EXPECT_EQ(json.dump().find("AMOUNT"), std::string::npos);
  EXPECT_EQ(json.dump().find("visits.csv"), std::string::npos);
  EXPECT_NE(
      ShowProfile(publication->profile)
          .find("3 rows, 2 units; a unit has 1 rows (median), 2 (99 of 100 have no more), 2 (the most)"),
      std::string::npos)
      << ShowProfile(publication->profile);
}

TEST_F(CatalogueTest, ShowsWhatAnalystsSee) {
  const std::string text = Show(PublishText(Visits())->published->product);
  for (const char* part :
       {"lewisham/visits@1 (revision 1)", "unit    id", "2 rows a unit (proven)", "epsilon 10, delta 1e-06",
        "privacy unit: only count(DISTINCT", "0 to 100", "one of north, south", "2026-01-01 to 2026-12-31",
        "hidden  every row, and each value of id"}) {
    EXPECT_NE(text.find(part), std::string::npos) << part << "\n" << text;
  }
}

}  // namespace
}  // namespace concordat::catalogue
