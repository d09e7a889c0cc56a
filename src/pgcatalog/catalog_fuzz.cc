// Any text, asked of the in-memory catalogue: no crash, and nothing reaches DuckDB but SELECTs over metadata
// and listed functions.
#include "base/check.h"
#include "pgcatalog/rewrite.h"
#include "pgcatalog/testing_confined.h"
#include "pgcatalog/testing_database.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace concordat;
  using namespace concordat::pgcatalog;
  static const auto* const catalogue = new std::unique_ptr<Catalogue>(*Catalogue::Open());
  static const auto* const database = new Database(HeartStudy());
  const std::string text(reinterpret_cast<const char*>(data), size);
  (void)IsCatalogueQuestion(*database, text);
  const auto rewritten = Rewrite(*database, text, nullptr);
  if (!rewritten || rewritten->sql.empty()) return 0;
  const std::string beside = Unconfined(rewritten->sql);
  CHECK(beside.empty());
  const auto description = (*catalogue)->Describe(*database, {}, text);
  if (!description) return 0;
  const auto answer = (*catalogue)->Ask(*database, {}, text, Row(description->parameters.size()));
  CHECK(!answer || answer->columns == description->columns);
  return 0;
}
