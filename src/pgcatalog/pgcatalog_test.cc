#include "pgcatalog/pgcatalog.h"

#include <gtest/gtest.h>

#include "pgcatalog/testing_database.h"

namespace concordat::pgcatalog {
namespace {

// "a|b\nc|d\n" as psql -At prints it.
std::string Rows(const Answer& answer) {
  std::string text;
  for (const Row& row : answer.rows) {
    for (std::size_t i = 0; i < row.size(); ++i) text += (i > 0 ? "|" : "") + ToText(row[i]);
    text += "\n";
  }
  return text;
}

class Questions : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    auto opened = Catalogue::Open();
    ASSERT_TRUE(opened) << opened.error().message;
    catalogue_ = std::move(*opened).release();
  }
  static void TearDownTestSuite() { delete catalogue_; }

  static Outcome<Answer> Ask(const std::string& text, const Row& parameters = {},
                             const Session& session = {}) {
    return catalogue_->Ask(HeartStudy(), session, text, parameters);
  }

  static Catalogue* catalogue_;
};
Catalogue* Questions::catalogue_ = nullptr;

TEST_F(Questions, AreAnsweredAsPostgresWould) {
  const struct {
    const char* name;
    const char* text;
    Row parameters;
    const char* rows;
  } cases[] = {
      {"tables",
       "SELECT table_name, table_type FROM information_schema.tables WHERE table_schema = 'public'",
       {},
       "patients|BASE TABLE\nwards|BASE TABLE\n"},
      {"\\d lists what is in sight",
       "SELECT n.nspname, c.relname FROM pg_catalog.pg_class c LEFT JOIN pg_catalog.pg_namespace n "
       "ON n.oid = c.relnamespace WHERE c.relkind IN ('r','p','v','m','S','f','') AND n.nspname <> "
       "'pg_catalog' "
       "AND n.nspname !~ '^pg_toast' AND n.nspname <> 'information_schema' "
       "AND pg_catalog.pg_table_is_visible(c.oid) ORDER BY 1,2;",
       {},
       "public|patients\npublic|wards\n"},
      {"\\d+ comments",
       "SELECT a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, col_description(a.attrelid, "
       "a.attnum) "
       "FROM pg_attribute a WHERE a.attrelid = 'patients'::regclass AND a.attnum > 0 ORDER BY a.attnum",
       {},
       "patient|text|t|privacy unit: counted and joined, never shown\n"
       "sex|text|f|domain: f, m\n"
       "age|bigint|f|Age in years; range 0 to 120\n"
       "chol|double precision|f|range 100 to 600; reported in steps of 0.5\n"
       "seen|date|f|range 1970-01-01 to 2024-10-04\n"
       "stamp|timestamp without time zone|f|\n"
       "smoker|boolean|f|\n"},
      {"table comment",
       "SELECT obj_description('public.patients'::regclass, 'pg_class')",
       {},
       "Heart patients (cleveland/heart@1, about 300 people)\n"},
      {"\\df+ of a method",
       "SELECT n.nspname, p.proname, pg_get_function_result(p.oid), pg_get_function_arguments(p.oid), "
       "p.pronargs, "
       "p.proargtypes, p.proargmodes, coalesce(pg_get_function_sqlbody(p.oid), p.prosrc), "
       "obj_description(p.oid, "
       "'pg_proc') FROM pg_proc p LEFT JOIN pg_namespace n ON n.oid = p.pronamespace WHERE p.proname ~ "
       "'^(pca)$'",
       {},
       "concordat|pca|TABLE(component bigint, standard_deviation double precision, variance_share double "
       "precision, "
       "column text, loading double precision)|formula text, data text, scale => boolean, components => "
       "bigint, clip "
       "=> double precision|5|25 25 16 20 701|{i,i,i,i,i,t,t,t,t,t}|SELECT * FROM concordat.pca('~ age + "
       "chol', "
       "'patients')|principal components, fitted over all members' rows\n"},
      {"databases", "SELECT datname FROM pg_database ORDER BY 1", {}, "claims\nheart-study\n"},
      {"own view",
       "SELECT agreement, epsilon FROM concordat.budget WHERE epsilon > 1",
       {},
       "heart-study|1.5\n"},
      {"session",
       "SELECT current_database(), current_schema(), current_user, session_user",
       {},
       "heart-study|public|ana|ana\n"},
      {"no table", "SELECT 1 + 1, 'a' || 'b', 7 / 2, NULL", {}, "2|ab|3|\n"},
      {"text parameter", "SELECT relkind FROM pg_class WHERE relname = $1", {Value("patients")}, "r\n"},
      {"array parameter",
       "SELECT relname FROM pg_class WHERE relname = ANY ($1) ORDER BY 1",
       {Value("{patients,wards,\"no,such\"}")},
       "patients\nwards\n"},
      {"oid parameter", "SELECT typname FROM pg_type WHERE oid = $1", {Value(std::int64_t{1009})}, "_text\n"},
      {"a quote in a parameter",
       "SELECT $1::text",
       {Value("it's; DROP TABLE cat.pg_class --\\")},
       "it's; DROP TABLE cat.pg_class --\\\n"},
      {"regular expressions",
       "SELECT relname FROM pg_class WHERE relname ~* '^PAT' AND relname !~ 'x'",
       {},
       "patients\n"},
      {"LIKE with ESCAPE",
       "SELECT nspname FROM pg_namespace WHERE nspname NOT LIKE 'pg/_%' ESCAPE '/' ORDER BY 1",
       {},
       "concordat\ninformation_schema\npublic\n"},
      {"regclass prints names",
       "SELECT oid::regclass, 'budget' FROM pg_class WHERE relname IN ('wards','budget') ORDER BY 2, relname",
       {},
       "concordat.budget|budget\nwards|budget\n"},
      {"arrays",
       "SELECT ARRAY['a', 'b c', NULL], current_schemas(true)",
       {},
       "{a,\"b c\",NULL}|{pg_catalog,public}\n"},
      {"what analysts may do",
       "SELECT has_table_privilege('patients', 'SELECT'), has_table_privilege('patients', 'INSERT')",
       {},
       "t|f\n"},
      {"rows and sizes are not told",
       "SELECT reltuples, relpages, pg_relation_size(oid) FROM pg_class WHERE relname = 'patients'",
       {},
       "-1|0|\n"},
      {"no statistics", "SELECT count(*) FROM pg_stats", {}, "0\n"},
      {"format", "SELECT format('%I.%s', 'A b', 'c')", {}, "\"A b\".c\n"},
      {"\\gdesc keeps the order of columns",
       "SELECT name AS \"Column\", pg_catalog.format_type(tp, tpm) AS \"Type\" FROM (VALUES "
       "('zip','25'::pg_catalog.oid,-1), ('n','20'::pg_catalog.oid,-1), ('age','701'::pg_catalog.oid,-1), "
       "('x','25'::pg_catalog.oid,-1)) s(name, tp, tpm)",
       {},
       "zip|text\nn|bigint\nage|double precision\nx|text\n"},
      {"an output column's name in GROUP BY",
       "SELECT upper(relkind::text) AS kind, count(*) FROM pg_class WHERE relnamespace = 2200 GROUP BY kind",
       {},
       "R|2\n"},
      {"asyncpg leaves no locks", "SELECT pg_advisory_unlock_all()", {}, "\n"},
      {"dbplyr asks for columns", "SELECT * FROM \"patients\" AS \"q01\" WHERE (0 = 1)", {}, ""},
      {"names mean the same inside functions",
       "SELECT oid::regclass FROM pg_class WHERE relname = 'wards'",
       {},
       "wards\n"},
      {"and aliases",
       "SELECT s.name, current_setting(s.name), current_setting(name) FROM pg_settings s WHERE name = "
       "'datestyle'",
       {},
       "datestyle|ISO, MDY|ISO, MDY\n"},
      {"and types",
       "SELECT oid::regtype, format_type(oid, -1) FROM pg_type d WHERE typname = 'int8'",
       {},
       "bigint|bigint\n"},
      {"a whole row", "SELECT count(c) > 0 FROM pg_class c", {}, "t\n"},
      {"rows' age", "SELECT DISTINCT xmin, age(xmin) FROM pg_namespace", {}, "2|2147483647\n"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    const auto answer = Ask(c.text, c.parameters);
    ASSERT_TRUE(answer) << answer.error().message;
    EXPECT_EQ(Rows(*answer), c.rows);
  }
}

TEST_F(Questions, OutsideTheListsAreRefused) {
  const struct {
    const char* name;
    const char* text;
    const char* sqlstate;
  } cases[] = {
      {"a file", "SELECT * FROM read_csv('/etc/passwd')", "42883"},
      {"a file as a table", "SELECT * FROM \"/etc/passwd\"", "42P01"},
      {"the engine's own tables", "SELECT * FROM duckdb_settings()", "42883"},
      {"the engine's own schemas", "SELECT * FROM cat.pg_class", "42P01"},
      {"the environment", "SELECT getenv('HOME')", "42883"},
      {"a governed table", "SELECT count(*) FROM patients", "42P01"},
      {"another database", "SELECT * FROM claims.pg_catalog.pg_class", "42P01"},
      {"sleeping", "SELECT pg_sleep(10)", "42883"},
      {"a long series", "SELECT * FROM generate_series(1, 1000000000)", "42883"},
      {"a growing series", "SELECT generate_series(1, (SELECT 1000000000))", "42883"},
      {"writing", "CREATE TABLE x (a int)", "0A000"},
      {"writing in WITH", "WITH x AS (DELETE FROM pg_class RETURNING 1) SELECT * FROM x", "0A000"},
      {"SELECT INTO", "SELECT 1 INTO x", "0A000"},
      {"two statements", "SELECT 1; SELECT 2", "0A000"},
      {"a missing name", "SELECT 'nope'::regclass", "42P01"},
      {"a missing column", "SELECT nope FROM pg_class", "42703"},
      {"a missing function", "SELECT 'nope'::regproc", "42883"},
      {"a missing schema", "SELECT 'nope'::regnamespace", "3F000"},
      {"a missing role", "SELECT 'nope'::regrole", "42704"},
      {"a missing type's name", "SELECT 'nope'::regtype", "42704"},
      {"a missing type", "SELECT 1::nope", "42704"},
      {"a bad number", "SELECT 'x'::int", "22P02"},
      {"no SQL", "SELEC 1", "42601"},
      {"a missing parameter", "SELECT $1::int", "08P01"},
      {"too much time",
       "SELECT count(*) FROM pg_attribute a, pg_attribute b, pg_attribute c "
       "WHERE a.attname || b.attname || c.attname = 'x'",
       "57014"},
      {"endless recursion",
       "WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t) SELECT count(*) FROM t", "57014"},
      {"too much memory",
       "SELECT string_agg(a.attname || b.attname, '') FROM pg_attribute a, pg_attribute b, pg_attribute c",
       "53200"},
      {"too many rows", "SELECT a.attname FROM pg_attribute a, pg_attribute b", "53200"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    const auto answer = Ask(c.text);
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().sqlstate, c.sqlstate) << answer.error().message;
  }
  EXPECT_TRUE(Ask("SELECT 1")) << "a refused question must leave the catalogue in order";
}

std::string Times(int count, const std::string& text) {
  std::string repeated;
  for (int i = 0; i < count; ++i) repeated += text;
  return repeated;
}

TEST_F(Questions, LongOrDeepAreRefusedNotFatal) {
  for (const int levels : {60, 20'000, 1'000'000}) {
    SCOPED_TRACE(levels);
    const std::string texts[] = {
        "SELECT " + Times(levels, "NOT ") + "true",
        "SELECT 1" + Times(levels, "+1"),
        "SELECT " + Times(levels, "(") + "1" + Times(levels, ")"),
        "SELECT " + Times(levels, "-(") + "1" + Times(levels, ")"),
        "SELECT " + Times(levels, "lower(") + "'x'" + Times(levels, ")"),
        "SELECT 1" + Times(levels, "::int"),
        Times(levels, "SELECT * FROM (") + "SELECT 1" + Times(levels, ") x"),
        "SELECT 1" + Times(levels, " UNION SELECT 1"),
        "SELECT 1 FROM pg_class a" + Times(levels, " JOIN pg_class b ON true"),
    };
    for (const std::string& text : texts) {
      SCOPED_TRACE(text.substr(0, 40));
      (void)IsCatalogueQuestion(HeartStudy(), text);
      const auto description = catalogue_->Describe(HeartStudy(), {}, text);
      if (levels < 20'000) continue;
      ASSERT_FALSE(description);
      EXPECT_TRUE(description.error().sqlstate.starts_with("54") || description.error().sqlstate == "42601")
          << description.error().message;
      EXPECT_FALSE(Ask(text));
    }
  }
  EXPECT_TRUE(Ask("SELECT 1" + Times(50, "+1")));
}

// Each of these took minutes, or all memory, before anything could interrupt it.
TEST_F(Questions, ThatMultiplyAsTheyNestAreRefused) {
  const struct {
    const char* name;
    std::string open, middle, close;
  } cases[] = {
      {"scalar subqueries", "(SELECT ", "1", ")"},
      {"EXISTS", "EXISTS (SELECT 1 FROM pg_class d WHERE d.oid = 1 AND ", "true", ")"},
      {"macros", "quote_ident(", "'x'", ")"},
      {"object names", "", "1259", "::regclass::text"},
      {"quotients", "1/(", "1", ")"},
      {"FROM", "(SELECT * FROM (SELECT ", "1", ") x)"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    const auto nested = [&](int levels) {
      return "SELECT " + Times(levels, c.open) + c.middle + Times(levels, c.close);
    };
    EXPECT_TRUE(Ask(nested(2)));
    const auto answer = Ask(nested(20));
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().sqlstate, "54001");
  }
}

TEST_F(Questions, PointAtTheirMistakeInBytes) {
  const struct {
    const char* text;
    const char* at;
    const char* sqlstate;
    const char* hint;
  } cases[] = {
      {"SELECT 'größer', nope FROM pg_class", "nope", "42703",
       "information_schema.columns lists the columns"},
      {"SELECT 'größer', relnme FROM pg_class", "relnme", "42703", "did you mean relname?"},
      {"SELECT c.nope FROM pg_class c", "c.nope", "42703", "information_schema.columns lists the columns"},
      {"SELECT pg_class.oid FROM pg_class c", "pg_class.oid", "42P01",
       "name it in FROM, or use the alias that FROM gives it"},
      {"SELECT 'größer' FORM pg_class", "pg_class", "42601", "check the spelling near the place named"},
      {"SELECT 'größer', nope()", "nope()", "42883",
       "information_schema answers most questions about tables and columns"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.text);
    const auto answer = Ask(c.text);
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().sqlstate, c.sqlstate);
    EXPECT_EQ(answer.error().hint, c.hint);
    EXPECT_EQ(answer.error().position.value_or(-1), static_cast<int>(std::string(c.text).rfind(c.at)));
  }
}

TEST_F(Questions, WithoutRowsTellColumnsAlone) {
  const auto answer =
      Ask("SELECT q.* FROM (SELECT sex, avg(chol) AS mean, count(*) AS n FROM patients GROUP BY sex) q WHERE "
          "1=0");
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_TRUE(answer->rows.empty());
  const std::vector<Column> columns = {{"sex", 25}, {"mean", 701}, {"n", 20}};
  EXPECT_EQ(answer->columns, columns);
  EXPECT_EQ(Ask("SELECT nope FROM patients LIMIT 0").error().sqlstate, "42703");
  EXPECT_EQ(Ask("SELECT * FROM patients").error().sqlstate, "42P01");
  EXPECT_EQ(Ask("SELECT * FROM granted.patients LIMIT 0").error().sqlstate, "42P01");
}

TEST_F(Questions, DivideAsPostgres) {
  EXPECT_EQ(Rows(*Ask("SELECT 7 / 2, -7 % 4, 7.0 / 2, 7 / 2.0::float8")), "3|-3|3.5|3.5\n");
  for (const char* text : {"SELECT 1/0", "SELECT 1 % 0", "SELECT 1.5 / 0",
                           "SELECT relnatts / (relnatts - relnatts) FROM pg_class"}) {
    const auto answer = Ask(text);
    ASSERT_FALSE(answer) << text;
    EXPECT_EQ(answer.error().sqlstate, "22012");
    EXPECT_EQ(answer.error().message, "division by zero");
  }
}

TEST_F(Questions, SeeOnlyTheirOwnDatabase) {
  Database other = HeartStudy();
  other.name = "claims";
  other.analyst = "ben";
  other.tables.erase(other.tables.begin());
  const char* const text = "SELECT relname FROM pg_class WHERE relnamespace = 2200 ORDER BY 1";
  const char* const roles = "SELECT rolname FROM pg_roles ORDER BY 1";
  for (int round = 0; round < 3; ++round) {
    EXPECT_EQ(Rows(*Ask(text)), "patients\nwards\n");
    EXPECT_EQ(Rows(*catalogue_->Ask(other, {}, text, {})), "wards\n");
    EXPECT_EQ(Rows(*catalogue_->Ask(other, {}, roles, {})), "ben\nconcordat\n");
    EXPECT_FALSE(catalogue_->Ask(other, {}, "SELECT 'patients'::regclass", {}));
  }
}

TEST_F(Questions, SetAndShowSettings) {
  Session session;
  session.settings["Application_Name"] = "R";
  const auto answer = Ask("SELECT set_config('search_path', $1, false), current_setting('application_name')",
                          {Value("concordat")}, session);
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(Rows(*answer), "concordat|R\n");
  ASSERT_EQ(answer->settings.size(), 1U);
  EXPECT_EQ(answer->settings[0], std::pair(std::string("search_path"), std::string("concordat")));
  EXPECT_EQ(ShowSetting(session, "application_name").value_or(""), "R");
  EXPECT_EQ(ShowSetting(session, "transaction isolation level").value_or(""), "read committed");
  EXPECT_EQ(ShowSetting(session, "nope").error().sqlstate, "42704");
}

TEST_F(Questions, KnowTheirSession) {
  for (const std::int32_t process : {7, 8, 8, 7}) {
    Session session;
    session.process = process;
    EXPECT_EQ(Rows(*Ask("SELECT pg_backend_pid()", {}, session)), std::to_string(process) + "\n");
  }
}

TEST_F(Questions, EndWhenCancelled) {
  engine::Cancel cancel;
  cancel.Request();
  const auto answer = catalogue_->Ask(HeartStudy(), {},
                                      "SELECT count(*) FROM pg_attribute a, pg_attribute b, "
                                      "pg_attribute c WHERE a.attname || b.attname || c.attname = 'x'",
                                      {}, &cancel);
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().sqlstate, "57014");
  EXPECT_EQ(answer.error().message, "the question was cancelled");
  EXPECT_TRUE(Ask("SELECT 1"));
}

TEST(Routing, KeepsGovernedQuestionsAway) {
  const struct {
    const char* text;
    bool catalogue;
  } cases[] = {
      {"SELECT 1", true},
      {"SELECT version()", true},
      {"SELECT * FROM concordat.budget", true},
      {"SELECT * FROM concordat.glm('y ~ x', 'patients')", false},
      {"SELECT * FROM concordat.glm('y ~ x', 'patients') LIMIT 0", false},
      {"SELECT * FROM pg_class", true},
      {"TABLE information_schema.tables", true},
      {"WITH x AS (SELECT 1 AS a) SELECT a FROM x", true},
      {"WITH patients AS (SELECT * FROM patients) SELECT count(*) FROM patients", false},
      {"SELECT count(*) FROM patients", false},
      {"SELECT count(*) FROM public.patients", false},
      {"SELECT 1 FROM pg_class, patients", false},
      {"SELECT (SELECT count(*) FROM patients) FROM pg_class", false},
      {"SELECT 1 WHERE EXISTS (SELECT 1 FROM nope)", false},
      {"EXPLAIN SELECT 1", false},
      {"SET x = 1", false},
      {"nonsense", false},
      {"SELECT 1; SELECT 2", false},
      {"SELECT * FROM patients WHERE (0 = 1)", true},
      {"SELECT * FROM public.patients p WHERE 1=0", true},
      {"SELECT * FROM (SELECT sex, count(*) AS n FROM patients GROUP BY sex) q WHERE false AND n > 3", true},
      {"SELECT sex, count(*) FROM patients GROUP BY sex LIMIT 0", true},
      {"SELECT * FROM patients LIMIT 1", false},
      {"SELECT * FROM patients WHERE 0 = 0", false},
      {"SELECT * FROM patients WHERE false OR age > 3", false},
      {"SELECT * FROM patients WHERE (0 = 1) OR true", false},
      {"SELECT count(*) FROM patients WHERE false", false},
      {"SELECT age FROM patients WHERE false UNION SELECT age FROM patients", false},
      {"SELECT * FROM (SELECT * FROM patients WHERE false) q", false},
      {"SELECT * FROM patients, nowhere LIMIT 0", false},
      {"SELECT * FROM other.patients LIMIT 0", false},
  };
  for (const auto& c : cases) EXPECT_EQ(IsCatalogueQuestion(HeartStudy(), c.text), c.catalogue) << c.text;
  Database shadowing = HeartStudy();
  shadowing.tables[1].name = "pg_class";
  EXPECT_FALSE(IsCatalogueQuestion(shadowing, "SELECT * FROM pg_class")) << "a granted table comes first";
}

}  // namespace
}  // namespace concordat::pgcatalog
