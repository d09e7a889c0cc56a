// A member's ledger and catalogue in a folder of their own, and a contract to publish.
#pragma once

#include <duckdb.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "base/testing_random.h"
#include "catalogue/catalogue.h"

namespace concordat::catalogue {

inline std::string Repeated(const std::string& text, int times) {
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

}  // namespace concordat::catalogue
