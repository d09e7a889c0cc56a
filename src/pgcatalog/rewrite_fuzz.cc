// Whatever the text, what goes to DuckDB is one SELECT over metadata with listed functions.
#include "base/check.h"
#include "pgcatalog/rewrite.h"
#include "pgcatalog/testing_confined.h"
#include "pgcatalog/testing_database.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace concordat;
  static const auto* const database = new pgcatalog::Database(pgcatalog::HeartStudy());
  const std::string text(reinterpret_cast<const char*>(data), size);
  if (text.find('\0') != std::string::npos) return 0;
  pgcatalog::IsCatalogueQuestion(*database, text);
  const Row values = {Value("x'; DROP TABLE cat.self; --\\"), Value(std::int64_t{1}), Null()};
  const auto rewritten = pgcatalog::Rewrite(*database, text, &values);
  if (rewritten && !rewritten->sql.empty()) CHECK(pgcatalog::Unconfined(rewritten->sql).empty());
  return 0;
}
