// Whatever the question: it is refused by name, or accepted, and then the engine runs what is generated from
// it over rows that break things, and the answer too. Inputs are SQL; they are mutated by tokens and by
// grammar.
#include <fmt/format.h>

#include <cmath>
#include <cstring>

#include "base/check.h"
#include "base/utf8.h"
#include "dp/testing_noise.h"
#include "sql/explain.h"
#include "sql/shape.h"
#include "sql/testing_bind.h"
#include "sql/testing_plan.h"
#include "sql/testing_question.h"

extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t max_size);

namespace concordat::sql {
namespace {

// People, with a few more columns of the golden questions' table.
std::shared_ptr<const catalogue::Product> People(bool proven) {
  auto product = std::make_shared<catalogue::Product>(*PeopleScope().at("people"));
  product->name = "people";
  for (catalogue::Column& column : product->columns) column.nullable = true;
  const auto add = [&](const char* name, Type type) -> catalogue::Column& {
    product->columns.push_back({.name = name, .source_name = name, .type = type});
    return product->columns.back();
  };
  add("sex", Type::kText).domain = {Value("f"), Value("m")};
  add("score", Type::kInteger).range = catalogue::Range{-1000, 1000};
  add("big", Type::kInteger);
  add("born", Type::kDate);
  product->bounds.rows_proven = proven;
  product->bounds.ranges_proven = false;
  return product;
}

std::vector<Row> NastyRows(std::size_t width) {
  std::vector<Row> rows = {Row(width)};
  for (const char* text :
       {"", "NaN", "-inf", "9223372036854775807", "-9223372036854775808", "1e308", "2026-03-01", "infinity",
        "290309-12-21 (BC)", "9999-12-31 23:59:59.999999", "t", "\\", "%", "north"})
    rows.emplace_back(width, Value(text));
  return rows;
}

Row Parameters(const Query& query) {
  Row values;
  for (const Type type : query.parameters) {
    const Value choice[] = {Value(true),  Value(INT64_MIN),     Value(NAN),
                            Value("x\\"), Value(Date{-719162}), Value(Timestamp{-1})};
    values.push_back(values.size() % 3 == 2 ? Value(Null()) : choice[static_cast<int>(type)]);
  }
  return values;
}

[[noreturn]] void Fail(const std::string& what, const std::string& said) {
  fmt::print(stderr, "{}: {}\n", what, said);
  std::abort();
}

void Answer(const Plan& plan, const Row& parameters) {
  static const auto engine = MemoryEngine();
  std::vector<std::vector<Row>> publics;
  for (const auto& product : plan.publics) publics.push_back(NastyRows(product->columns.size()));
  const auto inner =
      RunInner(*engine, plan, NastyRows(plan.product->columns.size()), parameters, true, 7, publics);
  if (!inner) Fail("the engine failed", inner.error().message);
  dp::FrozenNoise noise(3);
  const auto noisy = AddNoise(plan, *inner, noise);
  if (!noisy) Fail("no noise", noisy.error().message);
  const Statement outer = OuterStatement(plan, *noisy, parameters);
  const auto answer = engine->Run(outer.sql, outer.parameters, {}, nullptr);
  if (!answer) Fail("the answer failed", answer.error().message + "\n" + outer.sql);
  CHECK(answer->names.size() == ResultColumns(*plan.query, plan.terms.margins).size());
}

void Ask(const std::string& text, bool proven) {
  const auto question = ParseQuestion(text);
  if (!question) {
    CHECK(!question.error().reason.empty() && question.error().sqlstate.size() == 5);
    return;
  }
  CHECK(ParseQuestion(text + " -- a comment")->normal == question->normal);
  static const Products publics = PublicTables();
  const auto query =
      Bind(*question, {{"people", People(proven)}, {"places", publics[0]}, {"levels", publics[1]}});
  if (!query) return CHECK(!query.error().hint.empty());
  const Terms terms{.budget = {Epsilon{1}, Delta{1e-6}},
                    .threshold = Delta{1e-8},
                    .pure = text.size() % 5 == 0,
                    .margins = text.size() % 2 == 0,
                    .minimum_people = text.size() % 3 == 0 ? 2 : 0};
  const auto plan = MakePlan(std::make_shared<const Query>(*query), terms);
  if (!plan) return CHECK(!plan.error().hint.empty());
  CHECK(!Explain(*plan).empty());
  Answer(*plan, Parameters(*query));
}

// Mutation: texts as words, quoted texts, numbers and signs.

std::vector<std::string> Tokens(std::string_view text) {
  const auto word = [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '.';
  };
  std::vector<std::string> tokens;
  while (!text.empty()) {
    std::size_t size = 1;
    if (word(text[0])) {
      while (size < text.size() && word(text[size])) ++size;
    } else if (text[0] == '\'' || text[0] == '"') {
      const std::size_t end = text.find(text[0], 1);
      size = end == text.npos ? text.size() : end + 1;
    }
    if (text[0] != ' ' && text[0] != '\n') tokens.emplace_back(text.substr(0, size));
    text.remove_prefix(size);
  }
  return tokens;
}

const char* const kWords[] = {"SELECT",
                              "FROM people",
                              "WHERE",
                              "GROUP BY 1",
                              "HAVING count(*) > 1",
                              "ORDER BY 1 DESC NULLS LAST",
                              "LIMIT 3",
                              "OFFSET 1",
                              "DISTINCT",
                              "AS t",
                              "AND",
                              "OR",
                              "NOT",
                              "IS NULL",
                              "IN (1, 2)",
                              "BETWEEN 1 AND 2",
                              "LIKE '%'",
                              "CASE",
                              "WHEN",
                              "THEN",
                              "ELSE",
                              "END",
                              "NULL",
                              "(",
                              ")",
                              ",",
                              "*",
                              "||",
                              "::text",
                              "::date",
                              "::bigint",
                              "$1",
                              "$2",
                              "count(DISTINCT person)",
                              "person",
                              "FILTER (WHERE employed)",
                              "WITH t AS (SELECT * FROM people)",
                              "UNION",
                              "JOIN places ON region = code",
                              "LEFT JOIN levels ON level = step",
                              "FROM people AS t, places AS p",
                              "USING (code)",
                              "JOIN",
                              "OVER ()",
                              "now()",
                              "COLLATE \"C\"",
                              "ARRAY[1]",
                              "(SELECT 1)",
                              ";",
                              "9223372036854775808",
                              "1e999",
                              "-",
                              "0x1F",
                              "DATE 'infinity'",
                              "INTERVAL '1 day'",
                              "'\\'",
                              "U&'\\0041'",
                              "E'\\n'",
                              "$$x$$",
                              "TABLESAMPLE system (1)"};

std::string Fragment(std::mt19937_64& random, QuestionWriter& writer) {
  if (random() % 2 == 0) return kWords[random() % std::size(kWords)];
  const Type types[] = {Type::kInteger, Type::kNumber,    Type::kText,
                        Type::kDate,    Type::kTimestamp, Type::kBoolean};
  return writer.Expression(types[random() % 6], static_cast<int>(random() % 4));
}

// One change to some of the tokens, of which there is one at least.
void Change(std::vector<std::string>& tokens, std::mt19937_64& random, QuestionWriter& writer) {
  const auto place = [&] { return static_cast<std::ptrdiff_t>(random() % (tokens.size() + 1)); };
  const auto size = static_cast<std::ptrdiff_t>(tokens.size());
  const std::ptrdiff_t begin = std::min(place(), size - 1);
  const std::ptrdiff_t end =
      std::min<std::ptrdiff_t>(begin + 1 + static_cast<std::ptrdiff_t>(random() % 4), size);
  const std::vector<std::string> span(tokens.begin() + begin, tokens.begin() + end);
  switch (random() % 5) {
    case 0:
      tokens.erase(tokens.begin() + begin, tokens.begin() + end);
      break;
    case 1:
      tokens.insert(tokens.begin() + place(), span.begin(), span.end());
      break;
    case 2:
      std::swap(tokens[static_cast<std::size_t>(begin)], tokens[random() % tokens.size()]);
      break;
    case 3:
      tokens[static_cast<std::size_t>(begin)] = Fragment(random, writer);
      break;
    default:
      tokens.insert(tokens.begin() + place(), Fragment(random, writer));
  }
}

std::string Changed(std::string_view text, std::mt19937_64& random) {
  static const auto product = People(true);
  QuestionWriter writer(random, *product, PublicTables());
  std::vector<std::string> tokens = Tokens(text);
  if (random() % 20 == 0 || tokens.empty()) return writer.Question();
  for (std::size_t changes = 1 + random() % 3; changes > 0 && !tokens.empty(); --changes)
    Change(tokens, random, writer);
  return fmt::format("{}", fmt::join(tokens, " "));
}

}  // namespace
}  // namespace concordat::sql

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t max_size,
                                               unsigned int seed) {
  std::mt19937_64 random(seed);
  if (random() % 10 == 0) return LLVMFuzzerMutate(data, size, max_size);
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const std::string mutated = concordat::sql::Changed(text, random);
  const std::size_t kept = std::min(mutated.size(), max_size);
  std::memcpy(data, mutated.data(), kept);
  return kept;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  if (!concordat::IsUtf8(text)) return 0;  // the wire takes nothing else
  concordat::sql::Ask(text, size % 2 == 0);
  return 0;
}
