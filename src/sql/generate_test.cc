#include "sql/generate.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <map>
#include <random>

#include "sql/generate_expr.h"
#include "sql/testing_plan.h"

namespace concordat::sql {
namespace {

Row Visit(const std::string& person, const Value& region, const Value& age, const Value& cost) {
  return {Value(person), region, age, cost, Value(Date{19000}), Value("seen"), Value(Timestamp{0})};
}

Int128 Whole(const Value& value) {
  if (const auto* small = std::get_if<std::int64_t>(&value)) return *small;
  if (const auto* large = std::get_if<Int128>(&value)) return *large;
  return 0;
}

// The value of `expr` for one row, as the engine sees it.
Value Evaluate(engine::Engine& engine, const Expr& expr, const catalogue::Product& product, const Row& row,
               bool text = false) {
  Query query;
  query.relation = ScanRelation(std::make_shared<catalogue::Product>(product));
  query.groups = {{expr, {}}};
  Terms terms = Plenty();
  const Plan plan = Planned(query, terms);
  const auto rows = RunInner(engine, plan, {row}, {}, text);
  EXPECT_TRUE(rows) << rows.error().message << InnerStatement(plan, {}, 7).sql;
  return rows ? rows->at(0).at(0) : Value(Null());
}

TEST(InnerStatement, SumsWhatABruteForceSums) {
  const auto engine = MemoryEngine();
  std::mt19937 random(1);
  const auto product = Visits({.ranges_proven = false});
  Query query;
  query.relation = ScanRelation(product);
  query.groups = {{Col(*query.relation, kRegion), product->columns[kRegion].domain}};
  query.aggregates = {{AggregateKind::kCountRows, {}, {}},
                      {AggregateKind::kSum, Col(*query.relation, kCost), {}},
                      {AggregateKind::kSum, Col(*query.relation, kAge), {}}};
  const Plan plan = Planned(query);
  ASSERT_EQ(plan.measured.size(), 5u);  // count, count(cost), sum(cost), count(age), sum(age)
  EXPECT_EQ(plan.bounding.mode, Bounding::Mode::kPlain);
  EXPECT_TRUE(plan.measured[2].as_doubles);
  EXPECT_GT(plan.measured[2].parts, 1);
  std::vector<Row> table;
  std::map<Value, std::vector<Int128>> expected;
  std::map<Value, double> costs;
  for (int i = 0; i < 500; ++i) {
    const Value region = product->columns[kRegion].domain[random() % 4];
    const double cost =
        static_cast<double>(random() % 800'000) / 100 - 1000;  // below and above its range too
    const auto age = static_cast<std::int64_t>(random() % 140) - 20;
    const bool no_cost = random() % 5 == 0;
    table.push_back(Visit(std::to_string(i), region, Value(age), no_cost ? Value(Null()) : Value(cost)));
    auto& sums = expected[region];
    sums.resize(5);
    for (std::size_t j = 0; j < 5; ++j) {
      const Measured& m = plan.measured[j];
      const bool of_cost = m.argument && m.argument->index == kCost;
      if (of_cost && no_cost) continue;
      if (m.kind != Measured::Kind::kSum) {
        sums[j] += 1;
        continue;
      }
      if (of_cost) costs[region] += std::clamp(cost, 0.0, 5000.0);
      const auto v = of_cost ? static_cast<std::int64_t>(std::floor(cost * m.scale)) : age;
      sums[j] += 2 * std::clamp(v, m.low, m.high) - (m.low + m.high);
    }
  }
  for (const bool text : {false, true}) {
    const auto rows = RunInner(*engine, plan, table, {}, text);
    ASSERT_TRUE(rows) << rows.error().message;
    ASSERT_EQ(rows->size(), 4u);
    for (const Row& row : *rows) {
      for (std::size_t j = 0; j < 5; ++j) EXPECT_EQ(Whole(row[j + 1]), expected[row[0]][j]) << j;
      const Measured& cost = plan.measured[2];
      const auto count = static_cast<double>(Whole(row[2]));
      const double sum = static_cast<double>(InSteps(cost, Whole(row[3]))) * cost.unit + cost.centre * count;
      EXPECT_NEAR(sum / count, costs[row[0]] / count, cost.unit / static_cast<double>(cost.parts));
    }
  }
}

TEST(InnerStatement, BoundsEachUnitByRowsAndGroups) {
  const auto engine = MemoryEngine();
  const auto product = Visits({.rows_per_unit = 3, .groups_per_unit = 2, .rows_proven = false});
  Query query;
  query.relation = ScanRelation(product);
  query.groups = {{Col(*query.relation, kRegion), product->columns[kRegion].domain}};
  query.aggregates = {{AggregateKind::kCountRows, {}, {}}, {AggregateKind::kCountUnits, {}, {}}};
  const Plan plan = Planned(query);
  EXPECT_EQ(plan.bounding.mode, Bounding::Mode::kBounded);
  EXPECT_TRUE(plan.bounding.limits_groups);
  std::vector<Row> table;
  for (const Value& region : product->columns[kRegion].domain) {
    for (int i = 0; i < 10; ++i) table.push_back(Visit("one", region, Value(std::int64_t{1}), Value(1.0)));
  }
  table.push_back(Visit("two", Value("north"), Value(std::int64_t{1}), Value(1.0)));
  table.push_back({Value(Null()), Value("north"), Value(Null()), Value(Null()), Value(Null()), Value(Null()),
                   Value(Null())});
  Int128 count = 0;
  Int128 people = 0;
  const auto rows = RunInner(*engine, plan, table);
  ASSERT_TRUE(rows) << rows.error().message;
  for (const Row& row : *rows) {
    count += Whole(row[1]);
    people += Whole(row[2]);
  }
  EXPECT_EQ(count, 7);  // two groups of three rows, one row of the other unit, none without a unit
  EXPECT_EQ(people, 3);
}

TEST(InnerStatement, ChoosesGroupsBySecret) {
  const auto engine = MemoryEngine();
  const auto product = Visits({.rows_per_unit = 3, .groups_per_unit = 1, .rows_proven = false});
  Query query;
  query.relation = ScanRelation(product);
  query.groups = {{Col(*query.relation, kRegion), product->columns[kRegion].domain}};
  query.aggregates = {{AggregateKind::kCountRows, {}, {}}};
  const Plan plan = Planned(query);
  std::vector<Row> table;
  for (const Value& region : product->columns[kRegion].domain) {
    table.push_back(Visit("one", region, Value(std::int64_t{1}), Value(1.0)));
  }
  std::map<Value, int> chosen;
  for (std::uint64_t secret = 0; secret < 40; ++secret) {
    const auto rows = RunInner(*engine, plan, table, {}, false, secret);
    ASSERT_TRUE(rows);
    ASSERT_EQ(rows->size(), 1u);
    ++chosen[rows->at(0)[0]];
  }
  EXPECT_EQ(chosen.size(), 4u);
}

TEST(InnerStatement, BindsWhatAnalystsWrote) {
  const auto product = Visits({});
  Query query;
  const auto scan = ScanRelation(product);
  const std::string nasty = "'; DROP TABLE source; --";
  query.relation = Filtered(scan, Call(Op::kEqual, Type::kBoolean, {Col(*scan, kNote), Lit(Value(nasty))}));
  query.aggregates = {{AggregateKind::kCountRows, {}, {}}};
  const Statement inner = InnerStatement(Planned(query), {}, 7);
  EXPECT_EQ(inner.sql.find("DROP"), std::string::npos);
  EXPECT_EQ(inner.parameters, Row{Value(nasty)});
  const auto engine = MemoryEngine();
  Row match = Visit("a", Value("north"), Value(std::int64_t{1}), Value(1.0));
  match[kNote] = Value(nasty);
  const auto rows =
      RunInner(*engine, Planned(query), {match, Visit("b", Value("north"), Value(Null()), Value(Null()))});
  ASSERT_TRUE(rows) << rows.error().message;
  EXPECT_EQ(Whole(rows->at(0)[0]), 1);
}

TEST(ExprWriter, ComputesAsPostgresDoes) {
  const auto engine = MemoryEngine();
  const auto product = Visits({});
  const Relation scan = *ScanRelation(product);
  const auto integer = [](std::int64_t i) { return Lit(Value(i)); };
  const auto number = [](double d) { return Lit(Value(d)); };
  const auto text = [](const char* t) { return Lit(Value(t)); };
  const Range small{-1000, 1000};
  const Row row = {Value("p"),
                   Value("north"),
                   Value(std::int64_t{42}),
                   Value(12.5),
                   Value(Date{19000}),
                   Value("Añb"),
                   Value(Timestamp{1'600'000'000'500'000})};
  const Expr age = Col(scan, kAge);
  const struct {
    const char* name;
    Expr expr;
    Value expected;
  } cases[] = {
      {"integer sum", Call(Op::kAdd, Type::kInteger, {age, integer(1)}, small), Value(std::int64_t{43})},
      {"mixed product", Call(Op::kMultiply, Type::kNumber, {age, number(0.5)}), Value(21.0)},
      {"integer division",
       Call(Op::kDivide, Type::kInteger, {Call(Op::kNegate, Type::kInteger, {age}, small), integer(4)},
            small),
       Value(std::int64_t{-10})},
      {"division by zero",
       Call(Op::kDivide, Type::kNumber, {number(1), Call(Op::kSubtract, Type::kInteger, {age, age}, small)}),
       Value(Null())},
      {"modulo", Call(Op::kModulo, Type::kInteger, {age, integer(5)}, small), Value(std::int64_t{2})},
      {"overflow is null", Call(Op::kMultiply, Type::kInteger, {integer(INT64_MAX), age}, Range{-1e30, 1e30}),
       Value(Null())},
      {"abs", Call(Op::kAbs, Type::kInteger, {Call(Op::kNegate, Type::kInteger, {age}, small)}, small),
       Value(std::int64_t{42})},
      {"sqrt of negative", Call(Op::kSqrt, Type::kNumber, {Call(Op::kNegate, Type::kInteger, {age}, small)}),
       Value(Null())},
      {"ln of zero", Call(Op::kLn, Type::kNumber, {integer(0)}), Value(Null())},
      {"round", Call(Op::kRound, Type::kNumber, {Col(scan, kCost), integer(0)}), Value(13.0)},
      {"round tens", Call(Op::kRound, Type::kInteger, {age, integer(-1)}), Value(std::int64_t{40})},
      {"bucket", Call(Op::kWidthBucket, Type::kInteger, {age, integer(0), integer(100), integer(10)}),
       Value(std::int64_t{5})},
      {"bucket above", Call(Op::kWidthBucket, Type::kInteger, {age, integer(0), integer(42), integer(10)}),
       Value(std::int64_t{11})},
      {"bucket reversed",
       Call(Op::kWidthBucket, Type::kInteger, {age, integer(100), integer(0), integer(10)}),
       Value(std::int64_t{6})},
      {"bucket of nothing",
       Call(Op::kWidthBucket, Type::kInteger, {age, integer(1), integer(1), integer(10)}), Value(Null())},
      {"substring", Call(Op::kSubstring, Type::kText, {Col(scan, kNote), integer(0), integer(3)}),
       Value("Añ")},
      {"substring negative", Call(Op::kSubstring, Type::kText, {Col(scan, kNote), integer(1), integer(-3)}),
       Value(Null())},
      {"substring far", Call(Op::kSubstring, Type::kText, {Col(scan, kNote), integer(INT64_MAX)}), Value("")},
      {"length", Call(Op::kLength, Type::kInteger, {Col(scan, kNote)}), Value(std::int64_t{3})},
      {"lower", Call(Op::kLower, Type::kText, {Col(scan, kNote)}), Value("añb")},
      {"concat", Call(Op::kConcat, Type::kText, {Col(scan, kNote), text("!")}), Value("Añb!")},
      {"like", Call(Op::kLike, Type::kBoolean, {Col(scan, kNote), text("A_b")}), Value(true)},
      {"like cut escape", Call(Op::kLike, Type::kBoolean, {Col(scan, kNote), text("A\\")}), Value(Null())},
      {"ilike", Call(Op::kILike, Type::kBoolean, {Col(scan, kNote), text("aÑ%")}), Value(true)},
      {"in", Call(Op::kIn, Type::kBoolean, {age, integer(1), number(42)}), Value(true)},
      {"case",
       Call(Op::kCase, Type::kNumber,
            {Call(Op::kGreater, Type::kBoolean, {age, integer(40)}), integer(1), number(0.5)}),
       Value(1.0)},
      {"null if", Call(Op::kNullIf, Type::kInteger, {age, integer(42)}), Value(Null())},
      {"coalesce", Call(Op::kCoalesce, Type::kInteger, {Lit(Value(Null())), age}), Value(std::int64_t{42})},
      {"text to integer", Call(Op::kCast, Type::kInteger, {text("x")}), Value(Null())},
      {"text to date", Call(Op::kCast, Type::kDate, {text("infinity")}), Value(Null())},
      {"month", Call(Op::kDateTrunc, Type::kDate, {Col(scan, kDay)}), Value(Date{18993})},
      {"year", Call(Op::kExtract, Type::kInteger, {Col(scan, kDay)}), Value(std::int64_t{2022})},
      {"second", Call(Op::kExtract, Type::kNumber, {Col(scan, kSeen)}), Value(40.5)},
      {"days on", Call(Op::kDateAdd, Type::kDate, {Col(scan, kDay), integer(-5)}), Value(Date{18995})},
      {"days past the calendar", Call(Op::kDateAdd, Type::kDate, {Col(scan, kDay), integer(3'000'000)}),
       Value(Null())},
      {"days between", Call(Op::kDateDiff, Type::kInteger, {Col(scan, kDay), Lit(Value(Date{18990}))}),
       Value(std::int64_t{10})},
      {"timestamp on", Call(Op::kDateAdd, Type::kTimestamp, {Col(scan, kSeen), integer(1)}),
       Value(Timestamp{1'600'086'400'500'000})},
      {"distinct", Call(Op::kDistinctFrom, Type::kBoolean, {age, Lit(Value(Null()))}), Value(true)},
      {"is not true",
       Call(Op::kIsNotTrue, Type::kBoolean, {Call(Op::kLess, Type::kBoolean, {age, Lit(Value(Null()))})}),
       Value(true)},
      {"power past all numbers", Call(Op::kPower, Type::kNumber, {number(1e300), age}), Value(Null())},
  };
  for (auto c : cases) {
    SCOPED_TRACE(c.name);
    if (c.expr.op == Op::kDateTrunc) c.expr.text = "month";
    if (c.expr.op == Op::kExtract) c.expr.text = c.name;
    EXPECT_EQ(Evaluate(*engine, c.expr, *product, row), c.expected);
  }
}

// Every operator over rows that break what engines take for granted: no statement fails.
TEST(ExprWriter, IsTotalOnNastyRows) {
  const auto engine = MemoryEngine();
  const auto product = Visits({.ranges_proven = false});
  product->columns[kAge].range.reset();
  product->columns[kCost].range.reset();
  product->columns[kDay].range.reset();
  Query query;
  query.relation = ScanRelation(product);
  const Relation& scan = *query.relation;
  const Range whole{-9223372036854775808.0, 9223372036854775807.0};
  Expr age = Col(scan, kAge);
  age.range = whole;
  const Expr cost = Col(scan, kCost);
  const Expr day = Col(scan, kDay);
  const Expr note = Col(scan, kNote);
  const Expr seen = Col(scan, kSeen);
  std::vector<Expr> exprs;
  for (const Op op : {Op::kAdd, Op::kSubtract, Op::kMultiply, Op::kDivide, Op::kModulo}) {
    exprs.push_back(Call(op, Type::kInteger, {age, age}, Range{-1e38, 1e38}));
    exprs.push_back(Call(op, Type::kNumber, {cost, age}));
    exprs.push_back(Call(op, Type::kInteger, {age, Lit(Value(std::int64_t{-1}))}, Range{-1e38, 1e38}));
  }
  for (const Op op : {Op::kNegate, Op::kAbs, Op::kFloor, Op::kCeil, Op::kSign, Op::kRound}) {
    exprs.push_back(Call(op, Type::kInteger, {age}, whole));
    exprs.push_back(Call(op, Type::kNumber, {cost}));
    exprs.push_back(Call(op, Type::kInteger, {cost}));
  }
  for (const Op op : {Op::kSqrt, Op::kLn, Op::kExp}) exprs.push_back(Call(op, Type::kNumber, {cost}));
  exprs.push_back(Call(Op::kPower, Type::kNumber, {cost, age}));
  exprs.push_back(Call(Op::kRound, Type::kInteger, {age, Lit(Value(std::int64_t{-3}))}));
  exprs.push_back(Call(Op::kRound, Type::kNumber, {cost, Lit(Value(INT64_MAX))}));
  exprs.push_back(Call(Op::kWidthBucket, Type::kInteger, {cost, age, cost, age}));
  for (const Type type : {Type::kBoolean, Type::kInteger, Type::kNumber, Type::kText}) {
    exprs.push_back(Call(Op::kCast, type, {age}));
    exprs.push_back(Call(Op::kCast, type, {cost}));
    exprs.push_back(Call(Op::kCast, type, {note}));
  }
  for (const Type type : {Type::kDate, Type::kTimestamp}) {
    exprs.push_back(Call(Op::kCast, type, {note}));
    exprs.push_back(Call(Op::kCast, type, {day}));
    exprs.push_back(Call(Op::kCast, type, {seen}));
  }
  for (const char* field : {"week", "month", "quarter", "decade", "century", "millennium", "second"}) {
    exprs.push_back(Call(Op::kDateTrunc, Type::kDate, {day}));
    exprs.back().text = field;
    exprs.push_back(Call(Op::kDateTrunc, Type::kTimestamp, {seen}));
    exprs.back().text = field;
  }
  for (const char* field :
       {"microseconds", "second", "hour", "dow", "doy", "week", "isoyear", "millennium", "epoch"}) {
    exprs.push_back(Call(Op::kExtract, Type::kNumber, {seen}));
    exprs.back().text = field;
    exprs.push_back(Call(Op::kExtract, Type::kInteger, {day}));
    exprs.back().text = field;
  }
  for (const std::int64_t days : {std::int64_t{1}, std::int64_t{-3'000'000}, INT64_MIN, INT64_MAX}) {
    const Expr added = Call(Op::kDateAdd, Type::kDate, {day, Lit(Value(days))});
    exprs.push_back(Call(Op::kDateAdd, Type::kDate, {added, Lit(Value(days))}));
    exprs.push_back(Call(Op::kDateAdd, Type::kTimestamp, {seen, Lit(Value(days))}));
  }
  exprs.push_back(Call(Op::kDateDiff, Type::kInteger, {day, Call(Op::kCast, Type::kDate, {note})}));
  for (const Op op : {Op::kLower, Op::kUpper, Op::kTrim}) exprs.push_back(Call(op, Type::kText, {note}));
  exprs.push_back(Call(Op::kLength, Type::kInteger, {note}));
  exprs.push_back(Call(Op::kSubstring, Type::kText, {note, age, age}));
  exprs.push_back(Call(Op::kSubstring, Type::kText, {note, age}));
  exprs.push_back(Call(Op::kConcat, Type::kText, {note, age, cost, day}));
  exprs.push_back(Call(Op::kLike, Type::kBoolean, {note, Lit(Value("%\\_a\\\\"))}));
  exprs.push_back(Call(Op::kLeast, Type::kNumber, {age, cost}));
  exprs.push_back(Call(Op::kNullIf, Type::kInteger, {age, cost}));
  exprs.push_back(Call(Op::kCoalesce, Type::kNumber, {age, cost}));
  for (const Expr& expr : exprs) query.groups.push_back({expr, {}});

  std::vector<Row> table;
  const std::vector<const char*> nasty = {"",
                                          "0",
                                          "-0",
                                          "NaN",
                                          "inf",
                                          "-inf",
                                          "-9223372036854775808",
                                          "9223372036854775807",
                                          "1e308",
                                          "-1e400",
                                          "4.9e-324",
                                          "99999999999999999999",
                                          "0x7f",
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
                                          "5881580-07-10",
                                          "2020-01-01 25:00:00",
                                          "294246-01-10 04:00:54.775806",
                                          "\u00e9\u0301",
                                          "'"};
  for (const char* text : nasty) table.push_back(Row(product->columns.size(), Value(text)));
  table.push_back(Row(product->columns.size(), Value(Null())));
  const Plan plan = Planned(query);
  const auto rows = RunInner(*engine, plan, table, {}, true);
  ASSERT_TRUE(rows) << rows.error().message;
  EXPECT_GE(rows->size(), 10u);
  for (const Row& row : *rows) {
    for (const Value& value : row) {
      if (const auto* number = std::get_if<double>(&value)) EXPECT_TRUE(std::isfinite(*number));
    }
  }
}

TEST(ExprWriter, GrowsLinearly) {
  const auto product = Visits({});
  Query query;
  query.relation = ScanRelation(product);
  Expr deep = Col(*query.relation, kCost);
  for (int i = 0; i < 40; ++i)
    deep = Call(Op::kSqrt, Type::kNumber, {Call(Op::kDivide, Type::kNumber, {Lit(Value(1.0)), deep})});
  query.groups = {{deep, {}}};
  EXPECT_LT(InnerStatement(Planned(query), {}, 7).sql.size(), 20'000u);
  const auto engine = MemoryEngine();
  EXPECT_TRUE(RunInner(*engine, Planned(query), {Visit("a", Value("north"), Value(Null()), Value(2.0))}));
}

}  // namespace
}  // namespace concordat::sql
