#include "sql/tree.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace concordat::sql {
namespace {

std::string Times(int count, const std::string& text) {
  std::string repeated;
  for (int i = 0; i < count; ++i) repeated += text;
  return repeated;
}

TEST(ParseTree, CountsPositionsInBytes) {
  const auto tree = ParseTree("SELECT 'größer' FORM people");
  ASSERT_FALSE(tree);
  EXPECT_EQ(tree.error().sqlstate, "42601");
  EXPECT_EQ(tree.error().position, 23);  // of "people": ö and ß are two bytes each
}

TEST(ParseTree, OutlivesAnyNesting) {
  const struct {
    const char* name;
    std::string text;
    const char* sqlstate;
  } cases[] = {
      {"sum", "SELECT 1" + Times(65'000, "+1"), "54001"},
      {"negation", "SELECT " + Times(32'000, "NOT ") + "true", "54001"},
      {"parentheses", "SELECT " + Times(65'000, "(") + Times(65'000, ")"), "54001"},
      {"array", "SELECT ARRAY" + Times(4'000, "[") + Times(4'000, "]"), "54001"},
      {"union", "SELECT 1" + Times(8'000, " UNION SELECT 1"), "54001"},
      {"parentheses", "SELECT " + Times(4'000, "(") + Times(4'000, ")"), "42601"},
      {"sum below the bound", "SELECT 1" + Times(9'000, "+1"), "54001"},
      {"too long", "SELECT '" + std::string(1'000'000, 'x') + "'", "54000"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    const auto tree = ParseTree(c.text);
    ASSERT_FALSE(tree);
    EXPECT_EQ(tree.error().sqlstate, c.sqlstate) << tree.error().message;
  }
  EXPECT_TRUE(ParseTree("SELECT 1 IN (1" + Times(20'000, ", 2") + ")"));
  EXPECT_TRUE(ParseTree("SELECT " + Times(50, "(") + "1" + Times(50, ")")));
}

TEST(TablesOf, LeavesOutWhatWithMakesWhereItIsMade) {
  const struct {
    const char* text;
    std::vector<std::string> tables;
  } cases[] = {
      {"SELECT 1", {}},
      {"SELECT count(*) FROM people p JOIN wards USING (ward)", {"people", "wards"}},
      {"SELECT (SELECT 1 FROM a) FROM (SELECT 1 FROM b) x WHERE EXISTS (SELECT 1 FROM c)", {"a", "b", "c"}},
      {"WITH old AS (SELECT * FROM people) SELECT count(*) FROM old", {"people"}},
      {"WITH people AS (SELECT * FROM people) SELECT count(*) FROM people", {"people"}},
      {"WITH a AS (SELECT * FROM b), b AS (SELECT * FROM a) SELECT 1 FROM a, b", {"b"}},
      {"WITH RECURSIVE t AS (SELECT 1 UNION SELECT * FROM t) SELECT * FROM t", {}},
      {"SELECT 1 FROM (WITH x AS (SELECT 1) SELECT 1 FROM x) y, x", {"x"}},
      {"WITH x AS (SELECT 1) SELECT 1 FROM public.x", {"x"}},
      {"WITH x AS (SELECT 1) SELECT 1 FROM (SELECT 1 FROM x) y", {}},
      {"SELECT 1 FROM a UNION SELECT 1 FROM b", {"a", "b"}},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.text);
    const auto tree = ParseTree(c.text);
    ASSERT_TRUE(tree) << tree.error().message;
    std::vector<std::string> tables;
    for (const pg_query::RangeVar& table : TablesOf(*tree)) tables.push_back(table.relname());
    std::sort(tables.begin(), tables.end());
    EXPECT_EQ(tables, c.tables);
  }
}

}  // namespace
}  // namespace concordat::sql
