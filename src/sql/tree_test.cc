#include "sql/tree.h"

#include <gtest/gtest.h>

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

}  // namespace
}  // namespace concordat::sql
