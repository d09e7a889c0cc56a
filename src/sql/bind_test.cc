#include "sql/bind.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <regex>
#include <set>

#include "base/file.h"
#include "sql/testing_bind.h"

namespace concordat::sql {
namespace {

TEST(Bind, Accepts) {
  const char* const texts[] = {
      "SELECT count(*) FROM people",
      "SELECT count(note) FROM people",
      "SELECT count(DISTINCT person) FROM people",
      "SELECT sum(age), avg(cost) FROM people",
      "SELECT region, count(*) FROM people GROUP BY region",
      "SELECT p.region AS r, count(*) FROM people AS p GROUP BY r ORDER BY 2 DESC NULLS LAST LIMIT 3 OFFSET "
      "1",
      "SELECT region, count(*) FROM public.people GROUP BY 1 HAVING count(*) > 10 ORDER BY count(*)",
      "SELECT count(*) FILTER (WHERE age > 30) FROM people",
      "SELECT DISTINCT region FROM people GROUP BY region, employed",
      "SELECT count(*) FROM people WHERE age BETWEEN 1 AND 5 AND NOT employed OR region IN ('north', 'x')",
      "SELECT count(*) FROM people WHERE age NOT BETWEEN SYMMETRIC 5 AND 1",
      "SELECT count(*) FROM people WHERE note LIKE 'a%' AND note NOT ILIKE '%b_' AND note IS NOT NULL",
      "SELECT count(*) FROM people WHERE employed IS TRUE AND employed IS NOT UNKNOWN",
      "SELECT count(*) FROM people WHERE region IS DISTINCT FROM 'north'",
      "SELECT CASE WHEN age < 18 THEN 'child' ELSE 'adult' END AS who, count(*) FROM people GROUP BY who",
      "SELECT CASE region WHEN 'north' THEN 1 WHEN 'south' THEN 2 END, count(*) FROM people GROUP BY 1",
      "SELECT coalesce(region, 'none'), count(*) FROM people GROUP BY 1",
      "SELECT sum(least(greatest(height, 0), 250)) FROM people",
      "SELECT sum(age * 2 + 1 - age / 3 % 5), avg(-cost ^ 2) FROM people",
      "SELECT sum(age::double precision / 3), sum(CAST(cost AS bigint)) FROM people",
      "SELECT date_trunc('month', day), count(*) FROM people GROUP BY 1",
      "SELECT extract(month FROM day), count(*) FROM people GROUP BY 1",
      "SELECT count(*) FROM people WHERE day >= '2026-03-01' AND day < DATE '2026-03-01' + 7",
      "SELECT count(*) FROM people WHERE day + INTERVAL '2 weeks' > TIMESTAMP '2026-05-01'",
      "SELECT avg(day - DATE '2026-01-01') FROM people",
      "SELECT width_bucket(age, 0, 100, 10), count(*) FROM people GROUP BY 1",
      "SELECT lower(region) || '!', count(*) FROM people GROUP BY lower(region)",
      "SELECT substring(note, 1, 2), upper(trim(note)), count(*) FROM people GROUP BY 1, 2",
      "SELECT round(avg(cost)::numeric, 2), floor(avg(age)), ceil(sum(cost)) FROM people",
      "SELECT abs(sum(cost)), sqrt(count(*)), ln(count(*)), exp(1), power(2, 3), sign(avg(cost)) FROM people",
      "SELECT 100.0 * count(*) FILTER (WHERE employed) / count(*) FROM people",
      "SELECT sum(length(note)::bigint % 10) FROM people",
      "WITH adults AS (SELECT person, cost AS c, region FROM people WHERE age > 17) SELECT region, sum(c) "
      "FROM adults GROUP BY region",
      "SELECT avg(double) FROM (SELECT cost * 2 AS double FROM people WHERE employed) AS t",
      "SELECT count(DISTINCT person) FROM (SELECT * FROM people) t",
      "SELECT count(*) FROM people WHERE age = $1 AND region = $2",
      "SELECT count(*) FROM people WHERE $1 < cost",
      "SELECT nullif(region, 'north'), count(*) FROM people GROUP BY 1",
      "SELECT concat(region, ' ', age), count(*) FROM people GROUP BY 1",
      "SELECT count(*) FROM people LIMIT ALL",
      "SELECT count(*) FROM people WHERE '2026-01-01' = day",
      "select COUNT(*) from PEOPLE -- a comment\n",
      "SELECT \"region\", count(*) FROM people GROUP BY \"region\"",
      "SELECT region FROM people GROUP BY region",
      "SELECT count(*) FROM people WHERE note IS NULL FETCH FIRST 5 ROWS ONLY",
  };
  for (const char* text : texts) {
    const auto query = BindText(text);
    EXPECT_TRUE(query) << text << "\n  " << query.error().reason << ": " << query.error().message;
  }
}

struct Refused {
  const char* text;
  const char* reason;
  const char* sqlstate;
};

constexpr Refused kRefused[] = {
    // rows
    {"SELECT * FROM people", "row_level_output", "0A000"},
    {"SELECT region FROM people", "row_level_output", "0A000"},
    {"SELECT region, count(*) FROM people", "row_level_output", "0A000"},
    {"SELECT region, count(*) FROM people GROUP BY employed", "row_level_output", "0A000"},
    {"SELECT 1 FROM people", "row_level_output", "0A000"},
    {"SELECT age + count(*) FROM people", "row_level_output", "0A000"},
    {"SELECT count(*) FROM people ORDER BY age", "row_level_output", "0A000"},
    {"SELECT count(*) FROM people HAVING age > 3", "row_level_output", "0A000"},
    // the unit
    {"SELECT person, count(*) FROM people GROUP BY person", "unit_exposed", "0A000"},
    {"SELECT count(person) FROM people", "unit_exposed", "0A000"},
    {"SELECT count(*) FROM people WHERE person = 'x'", "unit_exposed", "0A000"},
    {"SELECT count(*) FROM people WHERE person IS NULL", "unit_exposed", "0A000"},
    {"SELECT count(*) FROM (SELECT person AS p FROM people) t WHERE p LIKE 'a%'", "unit_exposed", "0A000"},
    {"SELECT person FROM people", "unit_exposed", "0A000"},
    // aggregates
    {"SELECT sum(height) FROM people", "unbounded_aggregate", "0A000"},
    {"SELECT avg(greatest(height, 0)) FROM people", "unbounded_aggregate", "0A000"},
    {"SELECT sum(cost / (age - 50)) FROM people", "unbounded_aggregate", "0A000"},
    {"SELECT sum(length(note)) FROM people", "unbounded_aggregate", "0A000"},
    {"SELECT sum(note::bigint) FROM people", "unbounded_aggregate", "0A000"},
    {"SELECT max(age) FROM people", "aggregate_not_supported", "0A000"},
    {"SELECT stddev(cost) FROM people", "aggregate_not_supported", "0A000"},
    {"SELECT string_agg(note, ',') FROM people", "aggregate_not_supported", "0A000"},
    {"SELECT sum(DISTINCT age) FROM people", "distinct_not_supported", "0A000"},
    {"SELECT count(DISTINCT region) FROM people", "distinct_not_supported", "0A000"},
    {"SELECT sum(region) FROM people", "type_mismatch", "42804"},
    {"SELECT sum(sum(age)) FROM people", "nested_aggregate", "42803"},
    {"SELECT sum(c) FROM (SELECT count(*) AS c FROM people GROUP BY region) t", "nested_aggregate", "0A000"},
    {"SELECT count(*) FROM people WHERE count(*) > 1", "misplaced_aggregate", "42803"},
    {"SELECT count(*) FROM people GROUP BY count(*)", "misplaced_aggregate", "42803"},
    {"SELECT count(age, cost) FROM people", "argument_count", "42883"},
    {"SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY age) FROM people", "not_supported", "0A000"},
    {"SELECT sum(age ORDER BY age) FROM people", "not_supported", "0A000"},
    {"SELECT count(*) OVER () FROM people", "window_function", "0A000"},
    {"SELECT count(*) FROM people WINDOW w AS (PARTITION BY region)", "window_function", "0A000"},
    // whole constructs
    {"SELECT count(*) FROM people a JOIN people b ON a.age = b.age", "join_not_supported", "0A000"},
    {"SELECT count(*) FROM people a, people b", "join_not_supported", "0A000"},
    {"SELECT count(*) FROM people NATURAL JOIN people b", "join_not_supported", "0A000"},
    {"SELECT count(*) FROM people, LATERAL (SELECT 1) t", "join_not_supported", "0A000"},
    {"SELECT count(*) FROM people UNION SELECT count(*) FROM people", "set_operation", "0A000"},
    {"SELECT count(*) FROM people WHERE age IN (SELECT age FROM people)", "subquery_expression", "0A000"},
    {"SELECT count(*) FROM people WHERE EXISTS (SELECT 1 FROM people)", "subquery_expression", "0A000"},
    {"SELECT (SELECT count(*) FROM people)", "subquery_expression", "0A000"},
    {"WITH RECURSIVE t AS (SELECT * FROM people) SELECT count(*) FROM t", "not_supported", "0A000"},
    {"WITH t AS (DELETE FROM people RETURNING *) SELECT count(*) FROM t", "not_supported", "0A000"},
    {"SELECT count(*) FROM people FOR UPDATE", "not_supported", "0A000"},
    {"SELECT count(*) INTO t FROM people", "not_supported", "0A000"},
    {"SELECT count(*) FROM people TABLESAMPLE system (10)", "not_supported", "0A000"},
    {"SELECT count(*) FROM ONLY people", "not_supported", "0A000"},
    {"SELECT region, count(*) FROM people GROUP BY ROLLUP (region)", "not_supported", "0A000"},
    {"SELECT region, count(*) FROM people GROUP BY GROUPING SETS ((region), ())", "not_supported", "0A000"},
    {"SELECT DISTINCT ON (region) region FROM people GROUP BY region", "not_supported", "0A000"},
    {"SELECT region, count(*) FROM people GROUP BY region ORDER BY 2 FETCH FIRST 1 ROW WITH TIES",
     "not_supported", "0A000"},
    {"SELECT count(*) FROM (SELECT * FROM people LIMIT 10) t", "row_selection", "0A000"},
    {"SELECT count(*) FROM (SELECT * FROM people ORDER BY age) t", "row_selection", "0A000"},
    {"SELECT count(*) FROM (SELECT DISTINCT region FROM people) t", "row_selection", "0A000"},
    {"SELECT count(*) FROM generate_series(1, 3)", "not_supported", "0A000"},
    {"SELECT count(*) FROM people AS t (a, b)", "not_supported", "0A000"},
    {"SELECT count(*) FROM people WHERE region COLLATE \"C\" = 'x'", "not_supported", "0A000"},
    {"SELECT count(*) FROM people WHERE age = ANY (ARRAY[1, 2])", "not_supported", "0A000"},
    {"SELECT count(*) FROM people WHERE (age, cost) = (1, 2)", "not_supported", "0A000"},
    {"SELECT count(*) FROM people WHERE note SIMILAR TO 'a'", "not_supported", "0A000"},
    {"SELECT count(*) FROM people WHERE note ~ 'a'", "operator_not_supported", "0A000"},
    {"SELECT count(*) FROM people WHERE age = B'1'", "not_supported", "0A000"},
    {"VALUES (1)", "not_supported", "0A000"},
    // functions and values
    {"SELECT count(*) FROM people WHERE random() < 0.5", "volatile_function", "0A000"},
    {"SELECT count(*) FROM people WHERE day < now()", "volatile_function", "0A000"},
    {"SELECT count(*) FROM people WHERE day < current_date", "volatile_function", "0A000"},
    {"SELECT count(*) FROM people WHERE pg_sleep(10) IS NULL", "volatile_function", "0A000"},
    {"SELECT count(*) FROM people WHERE lenght(note) > 3", "unknown_function", "0A000"},
    {"SELECT count(*) FROM people WHERE read_text('/etc/passwd') = ''", "unknown_function", "0A000"},
    {"SELECT count(*) FROM people WHERE abs(*) > 1", "not_an_aggregate", "42809"},
    {"SELECT count(*) FROM people WHERE abs(DISTINCT age) > 1", "not_an_aggregate", "42809"},
    {"SELECT count(*) FROM people WHERE abs(age) FILTER (WHERE true) > 1", "not_an_aggregate", "42809"},
    {"SELECT count(*) FROM people WHERE abs(age, 1) > 1", "argument_count", "42883"},
    {"SELECT count(*) FROM people WHERE round(cost, age) > 1", "digits_not_literal", "0A000"},
    {"SELECT count(*) FROM people WHERE note LIKE region", "pattern_not_literal", "0A000"},
    {"SELECT count(*) FROM people WHERE age = 'x'", "bad_literal", "22023"},
    {"SELECT count(*) FROM people WHERE day = '2026-02-30'", "bad_literal", "22023"},
    {"SELECT count(*) FROM people WHERE age = region", "type_mismatch", "42804"},
    {"SELECT count(*) FROM people WHERE age", "type_mismatch", "42804"},
    {"SELECT count(*) FROM people WHERE region + 1 > 0", "type_mismatch", "42804"},
    {"SELECT count(*) FROM people WHERE CASE WHEN employed THEN 1 ELSE region END = 1", "type_mismatch",
     "42804"},
    {"SELECT count(*) FROM people WHERE age::json IS NULL", "unknown_type", "42704"},
    {"SELECT count(*) FROM people WHERE note::varchar(3) = 'x'", "not_supported", "0A000"},
    {"SELECT count(*) FROM people WHERE employed::date IS NULL", "cannot_cast", "42846"},
    {"SELECT count(*) FROM people WHERE extract(fortnight FROM day) = 1", "bad_field", "22023"},
    {"SELECT count(*) FROM people WHERE extract(hour FROM day) = 1", "bad_field", "22023"},
    {"SELECT count(*) FROM people WHERE day + INTERVAL '1 month' > day", "interval_not_supported", "0A000"},
    {"SELECT count(*) FROM people WHERE day - age > day", "time_arithmetic", "0A000"},
    {"SELECT count(*) FROM people LIMIT age", "limit_not_literal", "0A000"},
    {"SELECT count(*) FROM people LIMIT -1", "limit_not_literal", "0A000"},
    {"SELECT region, count(*) FROM people GROUP BY 3", "bad_ordinal", "42P10"},
    // names
    {"SELECT count(*) FROM persons", "unknown_table", "42P01"},
    {"SELECT count(*) FROM pg_catalog.people", "unknown_table", "42P01"},
    {"SELECT count(*) FROM other.public.people", "not_supported", "0A000"},
    {"SELECT count(q.age) FROM people p", "unknown_table", "42P01"},
    {"SELECT avg(wage) FROM people", "unknown_column", "42703"},
    {"SELECT count(*) FROM (SELECT age AS a, cost AS a FROM people) t", "ambiguous_column", "42702"},
    {"SELECT count(*)", "no_table", "0A000"},
    // statements
    {"DELETE FROM people", "statement_not_supported", "0A000"},
    {"INSERT INTO people VALUES (1)", "statement_not_supported", "0A000"},
    {"DROP TABLE people", "statement_not_supported", "0A000"},
    {"SELECT count(*) FROM people; SELECT count(*) FROM people", "several_statements", "42601"},
    {"", "empty_statement", "42601"},
    {"SELECT count(* FROM people", "not_sql", "42601"},
};

TEST(Bind, RefusesByName) {
  for (const Refused& c : kRefused) {
    const auto query = BindText(c.text);
    ASSERT_FALSE(query) << c.text;
    EXPECT_EQ(query.error().reason, c.reason) << c.text << "\n  " << query.error().message;
    EXPECT_EQ(query.error().sqlstate, c.sqlstate) << c.text;
    EXPECT_FALSE(query.error().hint.empty()) << c.text;
  }
}

// Every code that the product's sources write, whatever their module.
TEST(Bind, HasAPageForEveryRefusal) {
  const auto page = ReadFile(CONCORDAT_SOURCE_DIR "/docs/refusals.md");
  ASSERT_TRUE(page);
  const std::regex refuse(R"re(\bRefuse\(\s*"([a-z_]+)")re");
  std::set<std::string> reasons;
  for (const Refused& c : kRefused) reasons.insert(c.reason);
  for (const auto& file : std::filesystem::recursive_directory_iterator(CONCORDAT_SOURCE_DIR "/src")) {
    const std::string name = file.path().filename().string();
    if (file.path().extension() != ".cc" || name.ends_with("_test.cc") || name.starts_with("testing_"))
      continue;
    const auto source = ReadFile(file.path());
    ASSERT_TRUE(source) << name;
    for (std::sregex_iterator match(source->begin(), source->end(), refuse), end; match != end; ++match)
      reasons.insert((*match)[1]);
  }
  EXPECT_GT(reasons.size(), 60U);
  for (const std::string& reason : reasons)
    EXPECT_NE(page->find("`" + reason + "`"), std::string::npos) << reason;
}

TEST(Bind, SuggestsTheNearestName) {
  EXPECT_EQ(BindText("SELECT count(*) FROM peeple").error().hint, "did you mean people?");
  EXPECT_EQ(BindText("SELECT avg(coast) FROM people").error().hint, "did you mean cost?");
  EXPECT_EQ(BindText("SELECT count(*) FROM people WHERE lenght(note) > 3").error().hint,
            "did you mean length?");
}

TEST(Bind, PointsAtTheWord) {
  EXPECT_EQ(BindText("SELECT avg(coast) FROM people").error().position, 11);
  EXPECT_EQ(BindText("SELECT count(*) FROM people WHERE random() < 1").error().position, 34);
}

TEST(Bind, SharesEqualAggregates) {
  const auto query =
      BindText("SELECT avg(age), sum(age), count(*), sum(age) * 2 FROM people HAVING avg(age) > 3");
  ASSERT_TRUE(query);
  EXPECT_EQ(query->aggregates.size(), 2U);  // age is never NULL, so its count is that of rows
  EXPECT_EQ(BindText("SELECT sum(age), sum(age) FILTER (WHERE employed) FROM people")->aggregates.size(), 2U);
}

TEST(Bind, InfersParameterTypes) {
  EXPECT_EQ(BindText("SELECT count(*) FROM people WHERE age = $1 AND $2 < day AND note = $3")->parameters,
            (std::vector<Type>{Type::kInteger, Type::kDate, Type::kText}));
  EXPECT_EQ(BindText("SELECT count(*) FROM people WHERE $2 = cost")->parameters,
            (std::vector<Type>{Type::kText, Type::kNumber}));
}

TEST(Bind, KnowsEveryValueOfAGroup) {
  const struct {
    const char* key;
    std::optional<std::size_t> values;
  } cases[] = {
      {"region", 3},  // two, and NULL
      {"employed", 3},
      {"age", 101},
      {"age / 10", 11},
      {"-age / 7", 15},
      {"age % 7", 7},
      {"age / (age - 50)", 202},
      {"age > 17", 2},
      {"'a' LIKE 'a'", 2},
      {"'a' LIKE 'a\\'", 3},
      {"'a' LIKE '\\'", 3},
      {"'a' LIKE '\\\\'", 2},
      {"note", {}},
      {"cost", {}},
      {"CASE WHEN age < 18 THEN 'child' ELSE 'adult' END", 2},
      {"CASE WHEN age < 18 THEN note ELSE 'adult' END", {}},
      {"coalesce(region, 'none')", 3},
      {"upper(region)", 3},
      {"extract(month FROM day)", 13},
      {"date_trunc('month', day)", 13},
      {"date_trunc('month', seen)", {}},
      {"width_bucket(age, 0, 100, 10)", 13},
      {"day", 366},
  };
  for (const auto& c : cases) {
    const auto query = BindText(std::string("SELECT count(*) FROM people GROUP BY ") + c.key);
    ASSERT_TRUE(query) << c.key << ": " << query.error().message;
    const auto& domain = query->groups.at(0).domain;
    ASSERT_EQ(domain.has_value(), c.values.has_value()) << c.key;
    if (domain) EXPECT_EQ(domain->size(), *c.values) << c.key;
  }
}

TEST(Bind, NormalisesSpellingAndNothingElse) {
  const auto normal = [](const char* text) { return ParseQuestion(text)->normal; };
  EXPECT_EQ(normal("select COUNT( * )\nfrom People -- x"), normal("SELECT count(*) FROM people"));
  EXPECT_NE(normal("SELECT count(*) FROM people WHERE age > 1"),
            normal("SELECT count(*) FROM people WHERE age > 2"));
  EXPECT_NE(normal("SELECT count(*) FROM people WHERE (age = 1) IS NOT TRUE"),
            normal("SELECT count(*) FROM people WHERE age = (1 IS NOT TRUE)"));
  EXPECT_NE(normal("SELECT count(*) FROM people WHERE (employed IS DISTINCT FROM true) IS UNKNOWN"),
            normal("SELECT count(*) FROM people WHERE employed IS DISTINCT FROM (true IS UNKNOWN)"));
  EXPECT_NE(normal("SELECT count(*) FROM people WHERE note = 'A'"),
            normal("SELECT count(*) FROM people WHERE note = 'a'"));
}

TEST(Parse, SurvivesDepth) {
  const std::string plus = [] {
    std::string s = "SELECT 1";
    for (int i = 0; i < 60'000; ++i) s += "+1";
    return s;
  }();
  for (const std::string& text : {plus, "SELECT " + std::string(60'000, '(') + "1" + std::string(60'000, ')'),
                                  std::string(200'000, ' '), std::string("\0", 1)}) {
    const auto question = ParseQuestion(text);
    EXPECT_FALSE(question);
  }
}

}  // namespace
}  // namespace concordat::sql
