// Questions as deep, wide and long as texts allow: refused by name, or answered.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <functional>

#include "dp/testing_noise.h"
#include "sql/bind.h"
#include "sql/shape.h"
#include "sql/testing_plan.h"

namespace concordat::sql {
namespace {

using Text = std::function<std::string(int)>;

std::string Nested(int depth, const std::string& inner, const std::string& before, const std::string& after) {
  std::string text;
  for (int i = 0; i < depth; ++i) text += before;
  text += inner;
  for (int i = 0; i < depth; ++i) text += after;
  return text;
}

std::string Listed(int count, const std::string& item, const std::string& between) {
  std::string text;
  for (int i = 0; i < count; ++i) text += (i == 0 ? "" : between) + fmt::format(fmt::runtime(item), i);
  return text;
}

std::string Where(const std::string& predicate) { return "SELECT count(*) FROM visits WHERE " + predicate; }
std::string Sum(const std::string& value) {
  return fmt::format("SELECT region, sum(least(greatest({}, 0), 10)) FROM visits GROUP BY region", value);
}

// True if it was answered, false if refused.
bool IsAnswered(const std::string& text, bool margins) {
  static const auto engine = MemoryEngine();
  const auto product =
      Visits({.rows_per_unit = 3, .groups_per_unit = 2, .rows_proven = false, .ranges_proven = false});
  const auto question = ParseQuestion(text);
  if (!question) return false;
  auto query = Bind(*question, {{"visits", product}});
  if (!query) return false;
  const Terms terms{.budget = {Epsilon{60}, Delta{1e-6}}, .threshold = Delta{1e-9}, .margins = margins};
  const auto plan = MakePlan(std::make_shared<Query>(*query), terms);
  if (!plan) return false;
  const std::vector<Row> table = {Row(product->columns.size(), Value("7")),
                                  Row(product->columns.size(), Value("x"))};
  const auto inner = RunInner(*engine, *plan, table, {}, true);
  EXPECT_TRUE(inner) << inner.error().message.substr(0, 500);
  dp::NoNoise none;
  const auto noisy = AddNoise(*plan, *inner, none);
  const Statement outer = OuterStatement(*plan, *noisy, {});
  const auto answer = engine->Run(outer.sql, outer.parameters, {}, nullptr);
  EXPECT_TRUE(answer) << answer.error().message.substr(0, 500);
  return true;
}

TEST(Depth, NeverFailsTheEngine) {
  const struct {
    const char* name;
    Text text;
    int answered;  // a size that must be answered
  } cases[] = {
      {"sum on the left", [](int n) { return Sum("age" + Listed(n, " + {}", "")); }, 30},
      {"sum on the right", [](int n) { return Sum(Nested(n, "age", "1 + (", ")")); }, 30},
      {"quotients", [](int n) { return Sum(Nested(n, "age", "cost / (", ")")); }, 20},
      {"functions", [](int n) { return Sum(Nested(n, "age", "abs(", ")")); }, 20},
      {"roots", [](int n) { return Sum(Nested(n, "cost", "sqrt(1 + ", ")")); }, 20},
      {"CASE in CASE", [](int n) { return Sum(Nested(n, "age", "CASE WHEN age > 3 THEN 1 ELSE ", " END")); },
       15},
      {"CASE with many arms",
       [](int n) { return Sum("CASE age" + Listed(n, " WHEN {0} THEN {0}", "") + " ELSE 1 END"); }, 200},
      {"coalesce", [](int n) { return Sum(Nested(n, "age", "coalesce(", ", 1)")); }, 20},
      {"concatenation", [](int n) { return Where("note = '' || note" + Listed(n, " || 'x{}'", "")); }, 30},
      {"NOT", [](int n) { return Where(Nested(n, "age > 1", "NOT (", ")")); }, 20},
      {"OR in AND in OR",
       [](int n) { return Where(Nested(n, "age > 1", "(age > 2 AND (age < 9 OR ", "))")); }, 15},
      {"many ORs", [](int n) { return Where(Listed(n, "age = {}", " OR ")); }, 1000},
      {"IN", [](int n) { return Where("age IN (" + Listed(n, "{}", ", ") + ")"); }, 1000},
      {"IN of texts", [](int n) { return Where("note IN (" + Listed(n, "'{}'", ", ") + ")"); }, 1000},
      {"rows in rows",
       [](int n) {
         return "SELECT count(*) FROM " + Nested(n, "visits", "(SELECT * FROM ", " AS t WHERE age > 1)") +
                " AS t";
       },
       15},
      {"doubling",
       [](int n) {
         std::string from = "visits";
         for (int i = 0; i < n; ++i)
           from = fmt::format("(SELECT region, {0} + {0} AS age FROM {1} AS t)", "age", from);
         return "SELECT region, count(*) FROM " + from + " AS t WHERE age > 5 GROUP BY region";
       },
       15},
      {"outputs",
       [](int n) {
         return fmt::format("SELECT {} FROM visits", Listed(n, "count(*) FILTER (WHERE age > {})", ", "));
       },
       50},
      {"outputs of one",
       [](int n) { return fmt::format("SELECT {} FROM visits", Listed(n, "count(*) + {}", ", ")); }, 200},
      {"released sums", [](int n) { return "SELECT count(*)" + Listed(n, " + {}", "") + " FROM visits"; },
       30},
      {"released quotients",
       [](int n) { return "SELECT " + Nested(n, "count(*)", "sum(age) / (", ")") + " FROM visits"; }, 10},
      {"keys",
       [](int n) {
         return fmt::format("SELECT {} FROM visits GROUP BY {}", Listed(n, "age > {}", ", "),
                            Listed(n, "age > {}", ", "));
       },
       10},
      {"ordering",
       [](int n) {
         return "SELECT region, count(*) FROM visits GROUP BY 1 ORDER BY " + Listed(n, "count(*) + {}", ", ");
       },
       100},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    for (const int size : {1, 20, 50, 80, 100, 120, 150, 200, 1000, 8000}) {
      const std::string text = c.text(size);
      SCOPED_TRACE(size);
      const bool answered = IsAnswered(text, size % 20 == 0);
      EXPECT_TRUE(answered || size > c.answered) << text.substr(0, 300);
    }
  }
}

}  // namespace
}  // namespace concordat::sql
