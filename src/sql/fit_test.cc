#include "sql/fit.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <pg_query.pb.h>

#include "engine/duckdb.h"
#include "sql/fit_rows.h"
#include "sql/shape.h"
#include "sql/tree.h"

namespace concordat::sql {
namespace {

using testing::ElementsAre;

const std::vector<FittedColumn> kColumns = {
    {"term", Type::kText}, {"estimate", Type::kNumber}, {"p_value", Type::kNumber}};

TEST(Fit, IsReadAsItWasWritten) {
  const auto read = ReadFit(
      "select * from CONCORDAT.glm('y ~ age', 'people', family => 'binomial', theta => 1.5, rounds => -3, "
      "exact => true)");
  ASSERT_TRUE(read && *read) << read.error().message;
  const FitCall& call = (*read)->call;
  EXPECT_EQ(call.method, "glm");
  EXPECT_EQ(call.formula, "y ~ age");
  EXPECT_EQ(call.table, "people");
  const std::map<std::string, Value> options = {{"family", Value(std::string("binomial"))},
                                                {"theta", Value(1.5)},
                                                {"rounds", Value(std::int64_t{-3})},
                                                {"exact", Value(true)}};
  EXPECT_EQ(call.options, options);
  EXPECT_EQ((*read)->alias, "glm");
}

TEST(Fit, TakesFormulaAndTableByName) {
  const auto read = ReadFit("SELECT f.term FROM concordat.lm(data => 'people', formula => 'y ~ age') AS f");
  ASSERT_TRUE(read && *read) << read.error().message;
  EXPECT_EQ((*read)->call.formula, "y ~ age");
  EXPECT_EQ((*read)->call.table, "people");
  EXPECT_EQ((*read)->alias, "f");
}

TEST(Fit, IsNotWhatCallsNoMethod) {
  for (const char* text : {"SELECT count(*) FROM people", "SELECT * FROM concordat.budget",
                           "SELECT * FROM generate_series(1, 2)", "SELECT concordat.glm('y ~ x', 'people')",
                           "SELECT * FROM glm('y ~ x', 'people')", "concordat, no SQL"}) {
    const auto read = ReadFit(text);
    ASSERT_TRUE(read) << text << ": " << read.error().message;
    EXPECT_FALSE(*read) << text;
  }
}

TEST(Fit, IsRefusedInWordsWhereItCannotStand) {
  const struct {
    const char* text;
    const char* reason;
  } cases[] = {
      {"SELECT * FROM concordat.glm('y ~ x', 'people') g, people", "fit_not_alone"},
      {"SELECT * FROM people, concordat.glm('y ~ x', 'people') g", "fit_not_alone"},
      {"SELECT * FROM people JOIN concordat.glm('y ~ x', 'people') g ON true", "fit_not_alone"},
      {"SELECT * FROM (SELECT * FROM concordat.glm('y ~ x', 'people')) g", "fit_not_alone"},
      {"WITH g AS (SELECT * FROM concordat.glm('y ~ x', 'people')) SELECT * FROM g", "fit_not_alone"},
      {"WITH a AS (SELECT 1) SELECT * FROM concordat.glm('y ~ x', 'people')", "fit_not_alone"},
      {"SELECT 1 UNION SELECT 2 FROM concordat.glm('y ~ x', 'people')", "fit_not_alone"},
      {"INSERT INTO people SELECT * FROM concordat.glm('y ~ x', 'people')", "fit_not_alone"},
      {"SELECT * FROM concordat.glm('y ~ x', 'people') WHERE term IN (SELECT term FROM concordat.lm('y ~ x', "
       "'people'))",
       "fit_not_alone"},
      {"SELECT * FROM concordat.glm('y ~ x', 'people') WITH ORDINALITY", "fit_not_alone"},
      {"SELECT * FROM LATERAL concordat.glm('y ~ x', 'people')", "fit_not_alone"},
      {"SELECT * FROM ROWS FROM (concordat.glm('y ~ x', 'people'))", "fit_not_alone"},
      {"SELECT * FROM concordat.glm('y ~ x', 'people') AS g(a, b)", "fit_not_alone"},
      {"SELECT * FROM concordat.glm('y ~ x', 'people') AS g(a text)", "fit_not_alone"},
      {"SELECT * FROM concordat.glm('y ~ x', 'people'); SELECT 1", "several_statements"},
      {"SELECT * FROM concordat.glm('y ~ x')", "fit_arguments"},
      {"SELECT * FROM concordat.glm()", "fit_arguments"},
      {"SELECT * FROM concordat.glm('y ~ x', 'people', 'binomial')", "fit_arguments"},
      {"SELECT * FROM concordat.glm('y ~ x', 'people', formula => 'y ~ z')", "fit_arguments"},
      {"SELECT * FROM concordat.glm('y ~ x', 'people', a => 1, a => 2)", "fit_arguments"},
      {"SELECT * FROM concordat.glm($1, 'people', formula => $2)", "fit_arguments"},
      {"SELECT * FROM concordat.glm('y ~ x', 'people', a => $1001)", "fit_arguments"},
      {"SELECT * FROM concordat.glm('y ~ x', 'people', a => $1 + 1)", "fit_arguments"},
      {"SELECT * FROM concordat.glm('y ~ x', 'people', a => '1'::varchar(3))", "fit_arguments"},
      {"SELECT * FROM concordat.glm('y ~ x', 'people', a => '1'::money)", "fit_arguments"},
      {"SELECT * FROM concordat.glm('y ~ x', 'people', a => 'x'::float8)", "bad_literal"},
      {"SELECT * FROM concordat.glm('y' || '~ x', 'people')", "fit_arguments"},
      {"SELECT * FROM concordat.glm('y ~ x', people)", "fit_arguments"},
      {"SELECT * FROM concordat.glm('y ~ x', 3)", "fit_arguments"},
      {"SELECT * FROM concordat.glm('y ~ x', 'people', a => NULL)", "fit_arguments"},
      {"SELECT * FROM concordat.glm('y ~ x', 'people', a => B'1')", "fit_arguments"},
      {"SELECT * FROM concordat.glm('y ~ x', 'people', a => (SELECT 1))", "fit_arguments"},
      {"SELECT * FROM concordat.glm(DISTINCT 'y ~ x', 'people')", "fit_arguments"},
      {"SELECT * FROM concordat.glm('y ~ x', 'people' ORDER BY 1)", "fit_arguments"},
      {"SELECT * FROM concordat.glm('y ~ x', VARIADIC 'people')", "fit_arguments"},
      {"SELECT * FROM concordat.glm(*)", "fit_arguments"},
      {"SELECT * FROM concordat.glm('y ~ x', 'people') FOR UPDATE", "not_supported"},
  };
  for (const auto& c : cases) {
    const auto read = ReadFit(c.text);
    ASSERT_FALSE(read) << c.text;
    EXPECT_EQ(read.error().reason, c.reason) << c.text << ": " << read.error().message;
    EXPECT_FALSE(read.error().hint.empty()) << c.text;
  }
}

TEST(Fit, SaysToQuoteWhatIsAText) {
  const auto hint = [](const std::string& arguments) {
    return ReadFit("SELECT * FROM concordat.glm(" + arguments + ")").error().hint;
  };
  EXPECT_EQ(hint("'y ~ x', 'people', family => binomial"), "it is a text: write 'binomial' in quotes");
  EXPECT_EQ(hint("'y ~ x', people"), "it is a text: write 'people' in quotes");
  EXPECT_EQ(hint("y ~ x, 'people'"), "it is a text: write it in quotes, 'disease ~ age + sex'");
}

TEST(Fit, LeavesOpenWhatIsAParameter) {
  const auto read = ReadFit(
      "SELECT * FROM concordat.glm($2, data => $1, level => $3::float8, theta => '1.5'::float8, k => 2) "
      "WHERE "
      "term = $4");
  ASSERT_TRUE(read && *read) << read.error().message;
  const auto& open = (*read)->open;
  ASSERT_EQ(open.size(), 3U);
  EXPECT_EQ(open[0].name + open[1].name + open[2].name, "formuladatalevel");
  EXPECT_EQ(open[0].index, 1U);
  EXPECT_FALSE(open[0].cast);
  EXPECT_EQ(open[2].cast, Type::kNumber);
  const std::map<std::string, Value> options = {{"theta", Value(1.5)}, {"k", Value(std::int64_t{2})}};
  EXPECT_EQ((*read)->call.options, options);
}

TEST(Fit, WritesParametersOfTheCallOut) {
  const struct {
    const char* text;
    Row parameters;
    const char* written;
    Row rest;
  } cases[] = {
      {"SELECT * FROM concordat.glm($1, $2)",
       {"y ~ x", "people"},
       "SELECT * FROM concordat.glm('y ~ x', 'people')",
       {}},
      {"SELECT * FROM concordat.lm($2, 'p', level => $1) WHERE term = $3 AND estimate < $2",
       {0.9, "y", "age"},
       "SELECT * FROM concordat.lm('y', 'p', level => 0.9) WHERE term = $3 AND estimate < $2",
       {Value(), "y", "age"}},
      {"SELECT * FROM concordat.lm($1, 'p', a => $2, b => $3, c => $4, d => $5)",
       {"it's", "0.5", "true", "sex", Value()},
       "SELECT * FROM concordat.lm('it''s', 'p', a => 0.5, b => true, c => 'sex', d => NULL)",
       {}},
      {"SELECT * FROM concordat.lm('y', '12', a => $1::text, b => $12::float8) LIMIT $2",
       {"3", std::int64_t{7}, Value(), Value(), Value(), Value(), Value(), Value(), Value(), Value(), Value(),
        std::int64_t{-2}},
       "SELECT * FROM concordat.lm('y', '12', a => '3'::text, b => '-2'::float8) LIMIT $2",
       {Value(), std::int64_t{7}}},
      {"SELECT * FROM concordat.lm($1, $2, a => $3, b => $4)",
       {"3", std::int64_t{4}, false, -1e-7},
       "SELECT * FROM concordat.lm('3', 4, a => false, b => -1e-07)",
       {}},
  };
  for (const auto& c : cases) {
    const auto written = WriteOut(c.text, c.parameters);
    ASSERT_TRUE(written) << c.text;
    EXPECT_EQ(written->text, c.written);
    EXPECT_EQ(written->parameters, c.rest) << c.text;
  }
}

// None of it is the analyst's to leave: a value stays one literal, whatever is in it.
TEST(Fit, WritesNothingButOneLiteral) {
  for (const char* value : {"x', 'people', family => 'y", "\\'; DROP", "'", "''", "E'a", "$1", "a\nb", ""}) {
    const auto written = WriteOut("SELECT * FROM concordat.lm('y', 'p', a => $1)", {std::string(value)});
    ASSERT_TRUE(written);
    const auto read = ReadFit(written->text);
    ASSERT_TRUE(read && *read) << written->text;
    EXPECT_EQ((*read)->call.options.at("a"), Value(std::string(value)));
  }
}

TEST(Fit, WritesNoOthersParametersOut) {
  for (const char* text :
       {"SELECT * FROM concordat.lm('y', 'p') WHERE term = $1", "SELECT count(*) FROM people WHERE age > $1",
        "SELECT concordat.cancel($1)", "SELECT * FROM lm($1, 'p')", "SELECT * FROM concordat.lm($2, 'p')",
        "SELECT * FROM concordat.lm($1, 'p'); SELECT 1", "concordat $1, no SQL"}) {
    EXPECT_FALSE(WriteOut(text, {"age"})) << text;
  }
}

// A field that a newer parser adds would be read by nobody: fit.cc looks at these.
TEST(Fit, KnowsEveryFieldOfItsNodes) {
  const auto fields = [](const google::protobuf::Descriptor* message) {
    std::vector<std::string> names;
    for (int i = 0; i < message->field_count(); ++i) names.push_back(message->field(i)->name());
    return names;
  };
  EXPECT_THAT(fields(pg_query::RangeFunction::descriptor()),
              ElementsAre("lateral", "ordinality", "is_rowsfrom", "functions", "alias", "coldeflist"));
  EXPECT_THAT(fields(pg_query::FuncCall::descriptor()),
              ElementsAre("funcname", "args", "agg_order", "agg_filter", "over", "agg_within_group",
                          "agg_star", "agg_distinct", "func_variadic", "funcformat", "location"));
  EXPECT_THAT(fields(pg_query::NamedArgExpr::descriptor()),
              ElementsAre("xpr", "arg", "name", "argnumber", "location"));
}

TEST(Fit, HasOneNormalFormOfTheRest) {
  const auto normal = [](const std::string& text) { return (*ReadFit(text))->normal; };
  const std::string one = normal("SELECT term FROM concordat.glm('y ~ x', 'people') WHERE p_value < 0.5");
  EXPECT_EQ(one, normal("select  term\nfrom concordat.lm('z', 'p') where p_value<0.5"));
  EXPECT_NE(one, normal("SELECT term FROM concordat.glm('y ~ x', 'people')"));
}

// What comes of three rows, in text.
std::vector<std::string> Shown(const std::string& rest, const Row& parameters = {}) {
  static const auto engine = *engine::OpenDuckdb({.sources = {}, .memory_mb = 64, .threads = 1});
  const std::vector<Row> rows = {{Value("(Intercept)"), Value(-1.25), Value(0.5)},
                                 {Value("age"), Value(0.1 + 0.2), Value(0.01)},
                                 {Value("sex"), Value(2.0), Value(Null())}};
  std::string text = rest;
  text.replace(text.find("FIT"), 3, "concordat.glm('y ~ x', 'people')");
  const auto read = ReadFit(text);
  if (!read) return {read.error().reason};
  const auto plan = PlanFitted(**read, kColumns);
  if (!plan) return {plan.error().reason};
  const Statement statement = OuterStatement(*plan, rows, parameters);
  const auto result = engine->Run(statement.sql, statement.parameters, {}, nullptr);
  if (!result) return {result.error().message};
  std::vector<std::string> lines;
  for (const Row& row : result->rows) {
    lines.emplace_back();
    for (const Value& value : row) lines.back() += (lines.back().empty() ? "" : " ") + ToText(value);
  }
  return lines;
}

TEST(Fit, AsksTheRestOfWhatWasFitted) {
  const struct {
    const char* text;
    std::vector<std::string> lines;
  } cases[] = {
      {"SELECT * FROM FIT", {"(Intercept) -1.25 0.5", "age 0.30000000000000004 0.01", "sex 2 "}},
      {"SELECT g.*, term FROM FIT g WHERE term = 'age'", {"age 0.30000000000000004 0.01 age"}},
      {"SELECT term FROM FIT ORDER BY estimate DESC LIMIT 2", {"sex", "age"}},
      {"SELECT term FROM FIT ORDER BY estimate OFFSET 2", {"sex"}},
      {"SELECT glm.term AS what, estimate * 2 FROM FIT WHERE p_value < 0.1 OR p_value IS NULL",
       {"age 0.6000000000000001", "sex 4"}},
      {"SELECT DISTINCT estimate > 0 FROM FIT ORDER BY 1", {"f", "t"}},
      {"SELECT wages FROM FIT", {"unknown_column"}},
      {"SELECT h.term FROM FIT g", {"unknown_table"}},
      {"SELECT count(*) FROM FIT", {"fit_aggregated"}},
      {"SELECT term FROM FIT GROUP BY term", {"fit_aggregated"}},
      {"SELECT term FROM FIT HAVING true", {"fit_aggregated"}},
      {"SELECT term FROM FIT WHERE estimate", {"type_mismatch"}},
  };
  for (const auto& c : cases) {
    EXPECT_EQ(Shown(c.text), c.lines) << c.text;
  }
  EXPECT_EQ(Shown("SELECT term FROM FIT WHERE estimate > $1", {Value(1.0)}), std::vector<std::string>{"sex"});
}

TEST(Fit, ReadsTypedRowsWithoutThoseWhoObjected) {
  catalogue::Product product;
  const auto add = [&](const char* name, Type type) -> catalogue::Column& {
    product.columns.push_back({.name = name, .source_name = std::string("The ") + name, .type = type});
    return product.columns.back();
  };
  add("who", Type::kText).unit = true;
  add("age", Type::kInteger);
  add("cost", Type::kNumber);
  const auto engine = *engine::OpenDuckdb({.sources = {}, .memory_mb = 64, .threads = 1});
  const std::string source =
      "SELECT * FROM (VALUES ('a', '41', '1.5'), ('b', 'none', '2.5'), (NULL, '3', '4'), ('c', '5', '6')) AS "
      "t"
      "(\"The who\", \"The age\", \"The cost\")";
  const Statement statement = FitRowsStatement(product, {2, 1}, {Value("c")});
  const auto result = engine->Run(WithSources({source}, statement.sql), statement.parameters, {}, nullptr);
  ASSERT_TRUE(result) << result.error().message;
  EXPECT_THAT(result->rows, testing::UnorderedElementsAre(Row{Value(1.5), Value(std::int64_t{41})},
                                                          Row{Value(2.5), Value(Null())}));
  const Statement bare = FitRowsStatement(product, {}, {});
  EXPECT_EQ(engine->Run(WithSources({source}, bare.sql), bare.parameters, {}, nullptr)->rows.size(), 3U);
}

}  // namespace
}  // namespace concordat::sql
