#include "sql/order.h"

#include <gtest/gtest.h>

namespace concordat::sql {
namespace {

TEST(ReadOrder, ReadsOneFunctionOfOneText) {
  const struct {
    const char* text;
    const char* name;
    const char* column;
    std::optional<std::string> argument;
  } cases[] = {
      {"SELECT concordat.cancel('4be1')", "cancel", "cancel", "4be1"},
      {"select concordat.model_card('7f02') AS card;", "model_card", "card", "7f02"},
      {"SELECT concordat.model($1)", "model", "model", std::nullopt},
      {"SELECT concordat.cancel('it''s')", "cancel", "cancel", "it's"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.text);
    const auto order = ReadOrder(c.text);
    ASSERT_TRUE(order);
    EXPECT_EQ(order->name, c.name);
    EXPECT_EQ(order->column, c.column);
    EXPECT_EQ(order->argument, c.argument);
  }
}

TEST(ReadOrder, LeavesOtherStatementsAlone) {
  for (const char* text : {
           "SELECT 1",
           "SELECT cancel('4be1')",
           "SELECT concordat.cancel()",
           "SELECT concordat.cancel('a', 'b')",
           "SELECT concordat.cancel('a' || 'b')",
           "SELECT concordat.cancel($2)",
           "SELECT concordat.cancel(7)",
           "SELECT concordat.cancel('a'), 1",
           "SELECT concordat.cancel('a') WHERE true",
           "SELECT concordat.cancel('a') FROM patients",
           "SELECT concordat.cancel('a') UNION SELECT true",
           "SELECT * FROM concordat.glm('y ~ x', 'patients')",
           "SELECT concordat.cancel('a'); SELECT 1",
           "SELECT concordat.cancel('a') LIMIT 0",
           "SELECT DISTINCT concordat.cancel('a')",
           "SELECT concordat.cancel(DISTINCT 'a')",
           "EXPLAIN SELECT concordat.cancel('a')",
           "not SQL of concordat",
       }) {
    EXPECT_FALSE(ReadOrder(text)) << text;
  }
}

}  // namespace
}  // namespace concordat::sql
