// From an analyst's text to an answer: parsed, bound, planned, run over rows that break things, made noisy,
// shaped.
#include <gtest/gtest.h>

#include "dp/testing_noise.h"
#include "sql/bind.h"
#include "sql/shape.h"
#include "sql/testing_plan.h"

namespace concordat::sql {
namespace {

std::vector<Row> NastyTable(std::size_t width) {
  const std::vector<const char*> nasty = {"",
                                          "0",
                                          "-0",
                                          "NaN",
                                          "inf",
                                          "-9223372036854775808",
                                          "9223372036854775807",
                                          "1e308",
                                          "-1e400",
                                          "4.9e-324",
                                          "1.5",
                                          "t",
                                          "%",
                                          "\\",
                                          "infinity",
                                          "-infinity",
                                          "2020-02-30",
                                          "0001-01-01",
                                          "9999-12-31",
                                          "290309-01-01 (BC)",
                                          "294246-01-10 04:00:54.775806",
                                          "north",
                                          "'",
                                          "2021-05-06",
                                          "42"};
  std::vector<Row> table;
  for (const char* text : nasty) table.emplace_back(width, Value(text));
  table.emplace_back(width, Value(Null()));
  return table;
}

const char* const kQuestions[] = {
    "SELECT count(*) FROM visits",
    "SELECT region, count(*), avg(age), sum(cost) FROM visits GROUP BY region ORDER BY 2 DESC LIMIT 3",
    "SELECT region, count(DISTINCT person) FROM visits WHERE age / (age - age) > 1 GROUP BY region",
    "SELECT age / 10 AS decade, count(*) FROM visits GROUP BY 1 ORDER BY 1",
    "SELECT count(*) FILTER (WHERE note LIKE 'a\\_%'), count(*) FILTER (WHERE note ILIKE '%B') FROM visits",
    "SELECT avg(age * age - 3), sum(abs(-cost)), sum(least(greatest(cost, 10), 20)) FROM visits",
    "SELECT sum(CASE WHEN age > 50 THEN 1 ELSE 0 END), avg(coalesce(age, 0)) FROM visits",
    "SELECT date_trunc('month', day), count(*) FROM visits GROUP BY 1",
    "SELECT extract(year FROM day), extract(dow FROM seen), count(*) FROM visits GROUP BY 1, 2",
    "SELECT width_bucket(cost, 0, 5000, 10), count(*) FROM visits GROUP BY 1",
    "SELECT lower(note), upper(substring(note FROM 2 FOR 3)), count(*) FROM visits GROUP BY 1, 2",
    "SELECT length(trim(note)), count(*) FROM visits GROUP BY 1",
    "SELECT round(cost, 1), floor(cost), ceil(cost), count(*) FROM visits GROUP BY 1, 2, 3",
    "SELECT sum(sqrt(cost)), sum(ln(cost + 1)) FROM visits",
    "SELECT cast(note AS integer), cast(note AS date), cast(age AS text), count(*) FROM visits GROUP BY 1, "
    "2, 3",
    "SELECT count(*) FROM visits WHERE region IN ('north', 'south') AND age BETWEEN 20 AND 30 OR NOT (note "
    "IS NULL)",
    "SELECT r, count(*) FROM (SELECT region AS r, age FROM visits WHERE cost > 1) AS v GROUP BY r HAVING "
    "count(*) > 2",
    "WITH old AS (SELECT * FROM visits WHERE age >= 65) SELECT region, avg(cost) FROM old GROUP BY region",
    "SELECT DISTINCT count(*) FROM visits GROUP BY region",
    "SELECT region, avg(cost) / avg(age), count(*) * 100.0 / 7, round(avg(cost), 1) FROM visits GROUP BY "
    "region",
    "SELECT region || '!', CASE WHEN count(*) > 5 THEN 'many' ELSE 'few' END FROM visits GROUP BY region",
    "SELECT count(*) % 7, -count(*), count(*) / 2, sqrt(count(*)), nullif(count(*), 0) FROM visits",
    "SELECT age, region, count(*) FROM visits GROUP BY age, region ORDER BY age NULLS FIRST, region DESC",
};

class Questions : public testing::TestWithParam<const char*> {};

TEST_P(Questions, AreAnsweredWhateverTheRows) {
  const auto engine = MemoryEngine();
  dp::FrozenNoise noise(5);
  for (const bool proven : {true, false}) {
    SCOPED_TRACE(proven ? "one proven row" : "bounded");
    const auto product = Visits({.rows_per_unit = proven ? 1 : 5,
                                 .groups_per_unit = proven ? 1 : 2,
                                 .rows_proven = proven,
                                 .ranges_proven = false});
    const auto question = ParseQuestion(GetParam());
    ASSERT_TRUE(question) << question.error().message;
    auto query = Bind(*question, {{"visits", product}});
    ASSERT_TRUE(query) << query.error().message << " " << query.error().hint;
    const Terms terms{.budget = {Epsilon{8}, Delta{1e-6}},
                      .threshold = Delta{1e-9},
                      .margins = true,
                      .minimum_people = proven ? 0 : 2};
    const auto plan = MakePlan(std::make_shared<Query>(*query), terms);
    ASSERT_TRUE(plan) << plan.error().message;
    for (const auto& table : {std::vector<Row>{}, NastyTable(product->columns.size())}) {
      const auto inner = RunInner(*engine, *plan, table, {}, true);
      ASSERT_TRUE(inner) << inner.error().message << "\n" << InnerStatement(*plan, {}, 7).sql;
      const auto noisy = AddNoise(*plan, *inner, noise);
      ASSERT_TRUE(noisy) << noisy.error().message;
      const Statement outer = OuterStatement(*plan, *noisy, {});
      const auto answer = engine->Run(outer.sql, outer.parameters, {}, nullptr);
      ASSERT_TRUE(answer) << answer.error().message << "\n" << outer.sql;
      const auto columns = ResultColumns(*query, true);
      EXPECT_EQ(answer->names.size(), columns.size());
      for (const Row& row : answer->rows) {
        for (std::size_t i = 0; i < columns.size(); ++i) {
          const Type type = columns[i].type;
          const Value& value = row[i];
          EXPECT_TRUE(IsNull(value) ||
                      (type == Type::kInteger && std::holds_alternative<std::int64_t>(value)) ||
                      (type == Type::kNumber && std::holds_alternative<double>(value)) ||
                      (type == Type::kText && std::holds_alternative<std::string>(value)) ||
                      (type == Type::kBoolean && std::holds_alternative<bool>(value)) ||
                      (type == Type::kDate && std::holds_alternative<Date>(value)) ||
                      (type == Type::kTimestamp && std::holds_alternative<Timestamp>(value)))
              << columns[i].name << " " << Name(type) << " " << value.index();
        }
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(All, Questions, testing::ValuesIn(kQuestions));

}  // namespace
}  // namespace concordat::sql
