#include "sql/testing_question.h"

#include <fmt/format.h>

#include "base/name.h"

namespace concordat::sql {
namespace {

const std::vector<std::string> kIntegers = {
    "0", "1", "-1", "2", "7", "10", "100", "-3", "9223372036854775807", "4611686018427387904", "1000000"};
const std::vector<std::string> kNumbers = {"0.0", "0.5", "-1.5", "10.0", "3.14", "1e300", "1e-300", "99.99"};
const std::vector<std::string> kTexts = {"''",  "' '",  "'north'",      "'a'",  "'é'",
                                         "'%'", "'42'", "'2026-03-01'", "'x_y'"};
const std::vector<std::string> kDates = {"DATE '2026-03-01'", "DATE '2020-02-29'", "DATE '0001-01-01'",
                                         "DATE '9999-12-31'"};
const std::vector<std::string> kTimestamps = {"TIMESTAMP '2026-03-01 12:00:00'",
                                              "TIMESTAMP '1969-12-31 23:59:59.5'"};
const std::vector<std::string> kFields = {"day",  "week",   "month",   "quarter",
                                          "year", "decade", "century", "millennium"};
const std::vector<std::string> kParts = {"day",     "dow",        "isodow", "doy",     "week",
                                         "month",   "quarter",    "year",   "isoyear", "decade",
                                         "century", "millennium", "epoch"};

}  // namespace

Products PublicTables() {
  const auto make = [](const char* name) {
    auto product = std::make_shared<catalogue::Product>();
    product->id = std::string("lewisham/") + name;
    product->name = name;
    product->is_public = true;
    product->key = {0};
    return product;
  };
  const auto add = [](catalogue::Product& product, const char* name, Type type) -> catalogue::Column& {
    product.columns.push_back({.name = name, .source_name = name, .type = type});
    return product.columns.back();
  };
  const auto places = make("places"), levels = make("levels");
  add(*places, "code", Type::kText);
  add(*places, "label", Type::kText).domain = {Value("north"), Value("far")};
  add(*places, "weight", Type::kNumber).range = catalogue::Range{-2, 800};
  add(*places, "level", Type::kInteger).range = catalogue::Range{0, 9};
  add(*places, "flag", Type::kBoolean);
  add(*places, "since", Type::kDate);
  add(*levels, "step", Type::kInteger);
  add(*levels, "band", Type::kText).domain = {Value("low"), Value("high")};
  add(*levels, "worth", Type::kInteger).range = catalogue::Range{-50, 100};
  return {places, levels};
}

QuestionWriter::QuestionWriter(std::mt19937_64& random, const catalogue::Product& product, Products publics)
    : random_(random), product_(product), publics_(std::move(publics)), tables_(product.name) {
  Offer(product);
}

void QuestionWriter::Offer(const catalogue::Product& product) {
  for (const catalogue::Column& column : product.columns) {
    if (column.unit) unit_ = QuoteIdentifier(column.name);
    if (!column.unit)
      columns_.push_back(
          {QuoteIdentifier(column.name), column.type, column.range.has_value(), !column.domain.empty()});
  }
}

std::string QuestionWriter::ColumnOf(Type type) {
  std::vector<std::string> fitting;
  for (const Column& column : columns_) {
    if (column.type == type) fitting.push_back(column.name);
  }
  return fitting.empty() ? Literal(type) : OneOf(fitting);
}

std::string QuestionWriter::Literal(Type type) {
  switch (type) {
    case Type::kInteger:
      return OneOf(kIntegers);
    case Type::kNumber:
      return OneOf(kNumbers);
    case Type::kText:
      return OneOf(kTexts);
    case Type::kDate:
      return OneOf(kDates);
    case Type::kTimestamp:
      return OneOf(kTimestamps);
    case Type::kBoolean:
      return OneOf({"true", "false"});
  }
  return "NULL";
}

std::string QuestionWriter::Expression(Type type, int depth) {
  if (depth <= 0) return Chance(4) ? Literal(type) : ColumnOf(type);
  if (Chance(8)) return Case(type, depth - 1);
  if (Chance(10)) return fmt::format("coalesce({}, {})", Expression(type, depth - 1), Expression(type, 0));
  if (Chance(10)) return fmt::format("nullif({}, {})", Expression(type, depth - 1), Expression(type, 0));
  switch (type) {
    case Type::kInteger:
      return Integer(depth - 1);
    case Type::kNumber:
      return Number(depth - 1);
    case Type::kText:
      return Text(depth - 1);
    case Type::kBoolean:
      return Boolean(depth - 1);
    default:
      return Moment(type, depth - 1);
  }
}

std::string QuestionWriter::Case(Type type, int depth) {
  const std::string otherwise = Chance(3) ? "" : " ELSE " + Expression(type, depth);
  return fmt::format("CASE WHEN {} THEN {}{} END", Boolean(depth), Expression(type, depth), otherwise);
}

std::string QuestionWriter::Integer(int depth) {
  const auto whole = [&] { return Expression(Type::kInteger, depth); };
  switch (Below(11)) {
    case 0:
      return fmt::format("({} + {})", whole(), whole());
    case 1:
      return fmt::format("({} - {})", whole(), whole());
    case 2:
      return fmt::format("({} * {})", whole(), whole());
    case 3:
      return fmt::format("({} / {})", whole(), whole());
    case 4:
      return fmt::format("({} % {})", whole(), whole());
    case 5:
      return fmt::format("{}({})", OneOf({"abs", "sign", "- ", "floor", "round"}), whole());
    case 6:
      return fmt::format("length({})", Expression(Type::kText, depth));
    case 7:
      return fmt::format("({})::bigint",
                         Expression(OneOf({"n", "t"}) == "n" ? Type::kNumber : Type::kText, depth));
    case 8:
      return fmt::format("width_bucket({}, {}, {}, {})", Expression(Type::kNumber, depth),
                         Literal(Type::kNumber), Literal(Type::kInteger), 1 + Below(20));
    case 9:
      return fmt::format("{}({}, {})", OneOf({"least", "greatest"}), whole(), whole());
    default:
      return fmt::format("extract({} FROM {})::bigint", OneOf(kParts), Expression(Type::kDate, depth));
  }
}

std::string QuestionWriter::Number(int depth) {
  const auto number = [&] { return Expression(Chance(4) ? Type::kInteger : Type::kNumber, depth); };
  switch (Below(9)) {
    case 0:
      return fmt::format("({} {} {})", number(), OneOf({"+", "-", "*", "/"}), number());
    case 1:
      return fmt::format("({} ^ {})", number(), OneOf({"2", "0.5", "-1", "3"}));
    case 2:
      return fmt::format("{}({})", OneOf({"abs", "floor", "ceil", "sqrt", "ln", "exp", "sign", "- "}),
                         number());
    case 3:
      return fmt::format("round({}, {})", number(), OneOf({"0", "1", "-2", "5"}));
    case 4:
      return fmt::format("{}({}, {}, {})", OneOf({"least", "greatest"}), number(), number(), number());
    case 5:
      return fmt::format("({})::double precision",
                         Expression(Chance(2) ? Type::kText : Type::kInteger, depth));
    case 6:
      return fmt::format("extract({} FROM {})", OneOf({"epoch", "second", "milliseconds"}),
                         Expression(Type::kTimestamp, depth));
    case 7:
      return fmt::format("({} / {})", number(), Literal(Type::kNumber));
    default:
      return fmt::format("mod({}, {})", number(), number());
  }
}

std::string QuestionWriter::Text(int depth) {
  const auto text = [&] { return Expression(Type::kText, depth); };
  switch (Below(6)) {
    case 0:
      return fmt::format("{}({})", OneOf({"lower", "upper", "trim"}), text());
    case 1:
      return fmt::format("substring({}, {}, {})", text(), Expression(Type::kInteger, depth),
                         OneOf({"0", "1", "3", "-2"}));
    case 2:
      return fmt::format("({} || {})", text(), text());
    case 3:
      return fmt::format("concat({}, {})", text(), Expression(Type::kInteger, depth));
    case 4:
      return fmt::format("({})::text",
                         Expression(OneOf({"n", "d"}) == "n" ? Type::kNumber : Type::kDate, depth));
    default:
      return fmt::format("substring({} FROM {})", text(), OneOf({"1", "2", "-5", "9223372036854775807"}));
  }
}

std::string QuestionWriter::Moment(Type type, int depth) {
  const auto same = [&] { return Expression(type, depth); };
  switch (Below(4)) {
    case 0:
      return fmt::format("date_trunc('{}', {}){}", OneOf(kFields), same(),
                         type == Type::kDate ? "::date" : "");
    case 1:
      return type == Type::kDate
                 ? fmt::format("({} {} {})", same(), OneOf({"+", "-"}), OneOf({"0", "7", "365", "1000000"}))
                 : fmt::format("({} + INTERVAL '{} days')", same(), OneOf({"1", "-7", "999999"}));
    case 2:
      return fmt::format("({})::{}", Expression(Chance(2) ? Type::kText : Type::kDate, depth),
                         type == Type::kDate ? "date" : "timestamp");
    default:
      return fmt::format("{}({}, {})", OneOf({"least", "greatest"}), same(), same());
  }
}

std::string QuestionWriter::Comparison(int depth) {
  const Type types[] = {Type::kInteger, Type::kNumber, Type::kText, Type::kDate, Type::kTimestamp};
  const Type type = types[Below(5)];
  const std::string value = Expression(type, depth);
  switch (Below(6)) {
    case 0:
      return fmt::format("{} IS {}NULL", value, OneOf({"", "NOT "}));
    case 1:
      return fmt::format("{} {}BETWEEN {} AND {}", value, OneOf({"", "NOT "}), Literal(type),
                         Expression(type, depth));
    case 2:
      return fmt::format("{} {}IN ({}, {})", value, OneOf({"", "NOT "}), Literal(type), Expression(type, 0));
    case 3:
      return fmt::format("{} IS {}DISTINCT FROM {}", value, OneOf({"", "NOT "}), Expression(type, depth));
    case 4:
      return fmt::format("{} {}{} {}", Expression(Type::kText, depth), OneOf({"", "NOT "}),
                         OneOf({"LIKE", "ILIKE"}),
                         OneOf({"'%a%'", "'n_rth'", "'\\%%'", "'x\\'", "''", "'%'"}));
    default:
      return fmt::format("{} {} {}", value, OneOf({"=", "<>", "<", "<=", ">", ">="}),
                         Expression(type, depth));
  }
}

std::string QuestionWriter::Boolean(int depth) {
  switch (depth <= 0 ? 4 + Below(3) : Below(7)) {
    case 0:
      return fmt::format("({} AND {})", Boolean(depth - 1), Boolean(depth - 1));
    case 1:
      return fmt::format("({} OR {})", Boolean(depth - 1), Boolean(depth - 1));
    case 2:
      return fmt::format("(NOT {})", Boolean(depth - 1));
    case 3:
      return fmt::format("(({}) IS {}{})", Boolean(depth - 1), OneOf({"", "NOT "}),
                         OneOf({"TRUE", "FALSE", "UNKNOWN"}));
    case 4:
      return ColumnOf(Type::kBoolean);
    default:
      return "(" + Comparison(depth - 1) + ")";
  }
}

std::string QuestionWriter::Bounded(int depth) {
  std::vector<std::string> ranged;
  for (const Column& column : columns_) {
    const bool number = column.type == Type::kInteger || column.type == Type::kNumber;
    if (number && column.bounded) ranged.push_back(column.name);
  }
  if (depth <= 0 || Chance(3)) return ranged.empty() ? "1" : OneOf(ranged);
  switch (Below(7)) {
    case 0:
      return fmt::format("({} {} {})", Bounded(depth - 1), OneOf({"+", "-", "*"}), Bounded(depth - 1));
    case 1:
      return fmt::format("least(greatest({}, {}), {})", Expression(Type::kNumber, depth),
                         OneOf({"0", "-10.5", "1"}), OneOf({"10", "1000", "1.5"}));
    case 2:
      return fmt::format("least(greatest({}, 0), 50)", Expression(Type::kInteger, depth));
    case 3:
      return fmt::format("CASE WHEN {} THEN {} ELSE {} END", Boolean(1), Bounded(depth - 1),
                         OneOf({"0", "1", "NULL", "2.5"}));
    case 4:
      return fmt::format("({} / {})", Bounded(depth - 1), OneOf({"7", "-2", "0.3"}));
    case 5:
      return fmt::format("{}({})", OneOf({"abs", "- ", "round", "floor", "sign"}), Bounded(depth - 1));
    default:
      return fmt::format("({} % {})", Expression(Type::kInteger, depth), OneOf({"10", "7", "-3"}));
  }
}

std::string QuestionWriter::Key() {
  std::vector<std::string> listed;
  for (const Column& column : columns_) {
    if (column.listed || column.type == Type::kBoolean) listed.push_back(column.name);
  }
  switch (Below(6)) {
    case 0:
    case 1:
      return listed.empty() ? ColumnOf(Type::kText) : OneOf(listed);
    case 2:
      return Boolean(2);
    case 3:
      return fmt::format("{} / 10", Bounded(0));
    case 4:
      return fmt::format("date_trunc('{}', {})", OneOf(kFields), ColumnOf(Type::kDate));
    default: {
      const Type types[] = {Type::kInteger, Type::kNumber,    Type::kText,
                            Type::kDate,    Type::kTimestamp, Type::kBoolean};
      return Expression(types[Below(6)], 2);
    }
  }
}

std::string QuestionWriter::Aggregate() {
  const std::string filter = Chance(4) ? fmt::format(" FILTER (WHERE {})", Boolean(2)) : "";
  switch (Below(unit_.empty() ? 5 : 6)) {
    case 0:
      return "count(*)" + filter;
    case 1: {
      const Type types[] = {Type::kInteger, Type::kNumber, Type::kText, Type::kDate, Type::kBoolean};
      return fmt::format("count({}){}", Expression(types[Below(5)], 2), filter);
    }
    case 2:
    case 3:
      return fmt::format("sum({}){}", Bounded(3), filter);
    case 4:
      return fmt::format("avg({}){}", Bounded(2), filter);
    default:
      return fmt::format("count(DISTINCT {}){}", unit_, filter);
  }
}

std::string QuestionWriter::Released() {
  aggregates_.push_back(Aggregate());
  const std::string& aggregate = aggregates_.back();
  switch (Below(10)) {
    case 0:
      return fmt::format("{} / nullif({}, 0)", aggregate, OneOf(aggregates_));
    case 1:
      return fmt::format("round({} * 100.0, 1)", aggregate);
    case 2:
      return fmt::format("CASE WHEN {} > 3 THEN 'many' ELSE 'few' END", aggregate);
    default:
      return aggregate;
  }
}

// Most joins are by the key of what is joined. Some are not, and must be refused: a row might fit several.
void QuestionWriter::ChooseTables() {
  columns_.clear();
  Offer(product_);
  tables_ = product_.name;
  for (const auto& joined : publics_) {
    if (!Chance(3)) continue;
    const catalogue::Column& by = joined->columns[Chance(6) ? 1 : joined->key[0]];
    std::vector<std::string> fitting;
    for (const Column& column : columns_) {
      if (column.type == by.type) fitting.push_back(column.name);
    }
    if (fitting.empty()) continue;
    tables_ += fmt::format(" {}JOIN {} ON {} = {}", OneOf({"", "LEFT ", "INNER "}), joined->name,
                           OneOf(fitting), by.name);
    Offer(*joined);
  }
}

// A table with what is joined, or a subquery or CTE that filters it and computes one more column.
std::string QuestionWriter::From() {
  const std::string& table = tables_;
  const std::string where = Chance(2) ? " WHERE " + Boolean(2) : "";
  switch (Below(4)) {
    case 0:
      return fmt::format("FROM (SELECT *, {} AS more FROM {}{}) AS t", Expression(Type::kInteger, 2), table,
                         where);
    case 1:
      return fmt::format("FROM (SELECT * FROM (SELECT * FROM {}{}) AS s WHERE {}) AS t", table, where,
                         Boolean(1));
    default:
      return fmt::format("FROM {}{}", table, where);
  }
}

std::string QuestionWriter::Tail(std::size_t keys) {
  std::string tail;
  if (Chance(5)) tail += fmt::format(" HAVING {} > {}", OneOf(aggregates_), OneOf({"0", "1.5", "-1"}));
  if (Chance(3))
    tail += fmt::format(" ORDER BY {} {}", 1 + Below(keys + 1), OneOf({"", "DESC", "NULLS FIRST"}));
  if (Chance(6)) tail += fmt::format(" LIMIT {}", Below(20));
  return tail;
}

std::string QuestionWriter::Question() {
  aggregates_.clear();
  if (!publics_.empty()) ChooseTables();
  std::vector<std::string> outputs;
  std::vector<std::string> ordinals;
  for (std::size_t keys = Below(3); keys > 0; --keys) {
    outputs.push_back(Key());
    ordinals.push_back(std::to_string(outputs.size()));
  }
  for (std::size_t many = 1 + Below(3); many > 0; --many) outputs.push_back(Released());
  const std::string group = ordinals.empty() ? "" : fmt::format(" GROUP BY {}", fmt::join(ordinals, ", "));
  const std::string tail = Tail(ordinals.size());
  if (!Chance(5)) return fmt::format("SELECT {} {}{}{}", fmt::join(outputs, ", "), From(), group, tail);
  return fmt::format("WITH t AS (SELECT * {}) SELECT {} FROM t{}{}", From(), fmt::join(outputs, ", "), group,
                     tail);
}

}  // namespace concordat::sql
