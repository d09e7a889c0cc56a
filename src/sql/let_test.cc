// Values that are named in expressions: computed once, bounded as what they stand for.
#include <gtest/gtest.h>

#include "sql/generate_expr.h"
#include "sql/operation.h"
#include "sql/testing_plan.h"

namespace concordat::sql {
namespace {

using Names = std::vector<Expr>;

Expr Number(double number) { return Lit(Value(number)); }
Expr Sum(const Expr& a, const Expr& b) { return Operation(Op::kAdd, Type::kNumber, {a, b}); }
Expr Product(const Expr& a, const Expr& b) { return Operation(Op::kMultiply, Type::kNumber, {a, b}); }

// n numbers, each of all n before it, `depth` times over, and their sum.
Expr Layers(const Expr& x, int depth, std::size_t width = 8) {
  std::function<Expr(const Names&, int)> next = [&](const Names& names, int left) {
    Expr sum = names.front();
    for (std::size_t i = 1; i < names.size(); ++i) sum = Sum(sum, names[i]);
    if (left == 0) return sum;
    Names given;
    for (std::size_t i = 0; i < width; ++i)
      given.push_back(Product(sum, Number(static_cast<double>(i + 1) / 100)));
    return Let(std::move(given), [&](const Names& inner) { return next(inner, left - 1); });
  };
  return Let(Names(width, x), [&](const Names& names) { return next(names, depth); });
}

struct Written {
  std::string expr, from;
};

Written Write(const Expr& expr) {
  Bindings bindings({});
  ExprWriter writer(
      bindings, [](const Expr& column) { return "c" + std::to_string(column.index); }, "h");
  std::string text = writer.Write(expr);
  return {std::move(text), writer.Over("t")};
}

TEST(Let, IsWhatItsDefinitionsMakeOfIt) {
  const auto engine = MemoryEngine();
  const auto product = Visits({});
  const auto scan = ScanRelation(product);
  const Expr cost = Col(*scan, kCost), age = Col(*scan, kAge);
  const auto squares = [](const Names& n) { return Sum(Product(n[0], n[0]), Product(n[1], n[1])); };
  const struct {
    const char* name;
    Expr named, plain;
  } cases[] = {
      {"one inside another",
       Let({Sum(cost, Number(1)), Number(3)},
           [&](const Names& n) {
             return Let({n[1], Sum(n[0], n[1])}, squares);
           }),
       Sum(Product(Number(3), Number(3)),
           Product(Sum(Sum(cost, Number(1)), Number(3)), Sum(Sum(cost, Number(1)), Number(3))))},
      {"one beside another", Sum(Let({cost, Number(2)}, squares), Let({Number(5), cost}, squares)),
       Sum(Sum(Product(cost, cost), Product(Number(2), Number(2))),
           Sum(Product(Number(5), Number(5)), Product(cost, cost)))},
      {"in a definition", Let({Let({cost, Number(2)}, squares), Number(1)}, squares),
       Sum(Product(Sum(Product(cost, cost), Product(Number(2), Number(2))),
                   Sum(Product(cost, cost), Product(Number(2), Number(2)))),
           Product(Number(1), Number(1)))},
      {"of a column alone", Let({age}, [](const Names& n) { return n[0]; }), age},
  };
  const std::vector<Row> rows = {
      {Value("a"), Value("north"), Value(std::int64_t{40}), Value(12.5), Value(Date{19000}), Value("x"),
       Null()},
      {Value("b"), Value("south"), Null(), Null(), Value(Date{19000}), Value("y"), Null()}};
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    EXPECT_EQ(c.named.range, c.plain.range);
    EXPECT_EQ(c.named.nullable, c.plain.nullable);
    for (const bool filters : {false, true}) {
      Query query;
      query.relation = scan;
      if (filters)
        query.relation = Filtered(scan, Operation(Op::kNotDistinctFrom, Type::kBoolean, {c.named, c.plain}));
      query.groups = {{c.named, {}}, {c.plain, {}}};
      const auto plan = MakePlan(std::make_shared<Query>(query),
                                 {.budget = {Epsilon{1}, Delta{1e-6}}, .threshold = Delta{1e-9}});
      ASSERT_TRUE(plan) << plan.error().message;
      const auto found = RunInner(*engine, *plan, rows);
      ASSERT_TRUE(found) << found.error().message;
      ASSERT_EQ(found->size(), 2u);
      for (const Row& row : *found) EXPECT_EQ(row[0], row[1]);
    }
  }
}

TEST(Let, GrowsWithDefinitionsAndNotWithWhatUsesThem) {
  const auto scan = ScanRelation(Visits({}));
  const auto length = [&](int depth) { return Write(Layers(Col(*scan, kCost), depth)).from.size(); };
  const std::size_t layer = length(6) - length(5);
  EXPECT_LT(layer, 3'000u);
  EXPECT_LT(length(30) - length(29), layer + 500);
}

// Engines move conditions to where rows are read, with what they are of; written out, that were 8^12 sums
// here.
TEST(Let, IsNotWrittenOutByTheEngine) {
  const auto engine = MemoryEngine();
  const auto scan = ScanRelation(Visits({}));
  Query query;
  query.relation =
      Filtered(scan, Operation(Op::kGreater, Type::kBoolean, {Layers(Col(*scan, kCost), 12), Number(0)}));
  query.aggregates = {{AggregateKind::kCountRows, {}, {}}};
  const auto plan = MakePlan(std::make_shared<Query>(query),
                             {.budget = {Epsilon{1}, Delta{1e-6}}, .threshold = Delta{1e-9}});
  ASSERT_TRUE(plan) << plan.error().message;
  const auto found = RunInner(*engine, *plan,
                              {{Value("a"), Value("north"), Null(), Value(12.5), Null(), Null(), Null()},
                               {Value("b"), Value("north"), Null(), Value(0.0), Null(), Null(), Null()}});
  ASSERT_TRUE(found) << found.error().message;
}

}  // namespace
}  // namespace concordat::sql
