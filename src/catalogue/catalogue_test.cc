#include "catalogue/catalogue.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "base/file.h"
#include "base/testing_random.h"
#include "catalogue/show.h"

namespace concordat::catalogue {
namespace {

const std::filesystem::path kData = std::filesystem::path(CONCORDAT_SOURCE_DIR) / "../shared/data";

class CatalogueTest : public testing::Test {
 protected:
  CatalogueTest() {
    std::string folder = (std::filesystem::temp_directory_path() / "concordat-catalogue-XXXXXX").string();
    folder_ = mkdtemp(folder.data());
    store_ = *store::Store::Open(folder_ / "store.db", ledger::LedgerMigrations());
    SeededRandom random(5);
    ledger_ = *ledger::Ledger::Open(*store_, *crypto::SigningKey::Generate("lewisham", random), clock_, random_, {&catalogue_});
    WriteRows("id,region,amount,day\n1,north,10.5,2026-01-01\n1,south,20,2026-01-02\n2,north,30,2026-01-03\n");
  }
  ~CatalogueTest() override {
    store_.reset();
    std::filesystem::remove_all(folder_);
  }

  void WriteRows(const std::string& text) const { std::ofstream(folder_ / "visits.csv", std::ios::binary) << text; }
  static std::string Visits(const std::string& rows = "2", const std::string& range = "[0, 100]", const std::string& epsilon = "10") {
    return "apiVersion: v3.1.0\nkind: DataContract\nid: lewisham/visits\nversion: 1.0.0\nstatus: active\n"
           "servers: [{server: files, type: local, path: visits.csv, format: csv}]\n"
           "schema:\n  - name: visits\n    properties:\n"
           "      - {name: id, logicalType: integer, required: true, customProperties: [{property: concordat.unit, value: true}]}\n"
           "      - {name: region, logicalType: string, customProperties: [{property: concordat.domain, value: [north, south]}]}\n"
           "      - {name: amount, logicalType: number, customProperties: [{property: concordat.range, value: " + range + "}]}\n"
           "      - {name: day, logicalType: date, customProperties: [{property: concordat.range, value: [2026-01-01, 2026-12-31]}]}\n"
           "customProperties:\n  - {property: concordat.rows_per_unit, value: " + rows + "}\n"
           "  - {property: concordat.budget, value: {epsilon: " + epsilon + ", delta: 1.0e-6}}\n";
  }
  Result<Publication> PublishText(const std::string& text, const std::filesystem::path& data = {}) {
    return Publish({text, folder_ / "contract.yaml", data, "lewisham"}, *ledger_, catalogue_, [](std::string_view) {});
  }

  std::filesystem::path folder_;
  ManualClock clock_{*ParseTime("2026-11-23T07:10:04Z")};
  SeededRandom random_{7};
  Catalogue catalogue_;
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
  const struct { const char* name; const char* rows; const char* finding; bool rows_proven, ranges_proven; } cases[] = {
      {"out of range", "id,region,amount,day\n1,north,10,2026-01-01\n2,south,200,2026-01-01\n", "1 of 2 values (50%) lie outside the range", true, false},
      {"outside the domain", "id,region,amount,day\n1,north,10,2026-01-01\n2,east,20,2026-01-01\n", "outside the domain", true, false},
      {"date out of range", "id,region,amount,day\n1,north,10,2025-01-01\n", "outside the range", true, false},
      {"not a number", "id,region,amount,day\n1,north,10,2026-01-01\n2,south,20,2026-01-01\n3,south,x,2026-01-01\n", "are not of type", true, true},
      {"NaN", "id,region,amount,day\n1,north,nan,2026-01-01\n", "outside the range", true, false},
      {"infinite", "id,region,amount,day\n1,north,inf,2026-01-01\n", "outside the range", true, false},
      {"too many rows", "id,region,amount,day\n1,north,1,2026-01-01\n1,north,1,2026-01-01\n1,north,1,2026-01-01\n", "1 units have more than 2 rows", false, true},
      {"no unit", "id,region,amount,day\n1,north,1,2026-01-01\n,north,1,2026-01-01\n", "1 rows name no unit", false, true},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    WriteRows(c.rows);
    const auto publication = PublishText(Visits());
    ASSERT_TRUE(publication) << publication.error().message;
    const auto& findings = publication->profile.findings;
    EXPECT_TRUE(std::any_of(findings.begin(), findings.end(), [&](const std::string& f) { return f.find(c.finding) != f.npos; }))
        << (findings.empty() ? "nothing found" : findings.front());
    EXPECT_EQ(publication->published->product.bounds.rows_proven, c.rows_proven);
    EXPECT_EQ(publication->published->product.bounds.ranges_proven, c.ranges_proven);
  }
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
  EXPECT_EQ(catalogue_.Find("lewisham/visits@3"), nullptr);
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
  const auto wrong_member = Publish({Visits(), folder_ / "contract.yaml", {}, "camden"}, *ledger_, catalogue_, [](std::string_view) {});
  EXPECT_EQ(wrong_member.error().code, ErrorCode::kPermissionDenied);
  std::filesystem::remove(folder_ / "visits.csv");
  EXPECT_EQ(PublishText(Visits()).error().code, ErrorCode::kNotFound);
  WriteRows("number,region,amount,day\n1,north,1,2026-01-01\n");
  EXPECT_NE(PublishText(Visits()).error().message.find("has no column id; it has number, region"), std::string::npos);
  WriteRows("id,region,amount,day\nx,north,1,2026-01-01\n");
  EXPECT_NE(PublishText(Visits()).error().message.find("are not of type bigint"), std::string::npos);
  EXPECT_EQ(ledger_->Head().size, 0U);
}

TEST_F(CatalogueTest, KeepsAProductOverJson) {
  const auto publication = PublishText(Visits());
  const Published& before = *publication->published;
  const auto after = PublishedFromJson(ToJson(before.product), SourceToJson(before.product.source, before.files));
  ASSERT_TRUE(after);
  EXPECT_EQ(ToJson(after->product), ToJson(before.product));
  EXPECT_EQ(after->files, before.files);
  EXPECT_EQ(after->product.source, before.product.source);
  EXPECT_EQ(after->product.columns[1].domain, before.product.columns[1].domain);
  EXPECT_FALSE(PublishedFromJson({{"id", "x"}}, {}));
}

TEST_F(CatalogueTest, PublishesTheRealFiles) {
  const struct { const char* name; std::int64_t rows; } cases[] = {{"adult", 32'561}, {"fuel-poverty", 169}, {"unpaid-care", 169}};
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    const auto publication = PublishText(*ReadFile(std::string(CONCORDAT_SOURCE_DIR "/samples/") + c.name + ".odcs.yaml"), kData);
    ASSERT_TRUE(publication) << publication.error().message;
    EXPECT_EQ(publication->profile.rows, c.rows);
    EXPECT_TRUE(publication->published->product.bounds.rows_proven);
    EXPECT_TRUE(publication->published->product.bounds.ranges_proven);
    EXPECT_TRUE(publication->profile.findings.empty()) << publication->profile.findings.front();
  }
}

TEST_F(CatalogueTest, ShowsWhatAnalystsSee) {
  const std::string text = Show(PublishText(Visits())->published->product);
  for (const char* part : {"lewisham/visits@1 (revision 1)", "unit    id", "2 rows a unit (proven)", "epsilon 10, delta 1e-06",
                           "privacy unit: only count(DISTINCT", "0 to 100", "one of north, south", "2026-01-01 to 2026-12-31"}) {
    EXPECT_NE(text.find(part), std::string::npos) << part << "\n" << text;
  }
}

}  // namespace
}  // namespace concordat::catalogue
