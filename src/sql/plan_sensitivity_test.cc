// Neighbours: no unit's removal moves the engine's integers by more than the sensitivity that a plan charges
// for.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <random>
#include <set>

#include "sql/generate.h"
#include "sql/shape.h"
#include "sql/testing_plan.h"

namespace concordat::sql {
namespace {

using Random = std::mt19937;

struct Shape {
  std::int64_t rows;
  std::int64_t groups;
  bool proven;
  bool pure;
  int keys;  // 0 none, 1 declared region, 2 region and age, by threshold, 3 an expression, by threshold
};

Query RandomQuestion(Random& random, const std::shared_ptr<catalogue::Product>& product, int keys) {
  Query query;
  query.relation = ScanRelation(product);
  if (random() % 3 == 0) {
    const Expr age = Col(*query.relation, kAge);
    query.relation =
        Filtered(query.relation, Call(Op::kGreater, Type::kBoolean, {age, Lit(Value(std::int64_t{20}))}));
  }
  const Relation& rows = *query.relation;
  if (keys == 1 || keys == 2) {
    std::vector<Value> domain = product->columns[kRegion].domain;
    domain.emplace_back(Null());
    query.groups.push_back({Col(rows, kRegion), domain});
  }
  if (keys == 2) query.groups.push_back({Col(rows, kAge), {}});
  if (keys == 3) query.groups.push_back({Call(Op::kLower, Type::kText, {Col(rows, kNote)}), {}});
  const Expr twice =
      Call(Op::kMultiply, Type::kNumber, {Col(rows, kCost), Lit(Value(-2.0))}, Range{-10000, 0});
  const Expr cheap = Call(Op::kLess, Type::kBoolean, {Col(rows, kCost), Lit(Value(1000.0))});
  const std::vector<Aggregate> choice = {{AggregateKind::kCountRows, {}, {}},
                                         {AggregateKind::kCount, Col(rows, kCost), {}},
                                         {AggregateKind::kCountUnits, {}, {}},
                                         {AggregateKind::kCountUnits, {}, cheap},
                                         {AggregateKind::kSum, Col(rows, kAge), {}},
                                         {AggregateKind::kSum, Col(rows, kCost), cheap},
                                         {AggregateKind::kSum, twice, {}}};
  for (const Aggregate& aggregate : choice) {
    if (random() % 2 == 0) query.aggregates.push_back(aggregate);
  }
  return query;
}

Value Sometimes(Random& random, const Value& value) { return random() % 8 == 0 ? Value(Null()) : value; }

std::vector<Row> RandomTable(Random& random, const Shape& shape) {
  const std::vector<const char*> regions = {"north", "south", "east", "west", "elsewhere"};
  std::vector<Row> table;
  for (int unit = 0; unit < 4; ++unit) {
    const auto most = shape.proven ? shape.rows : std::int64_t{9};
    const auto rows = 1 + static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(most));
    const bool alike = random() % 2 == 0;  // all rows at one end of every range, which costs most
    for (std::int64_t i = 0; i < rows; ++i) {
      const auto age = static_cast<std::int64_t>(random() % 300) - 100;
      const double cost = static_cast<double>(random() % 2'000'000) / 100 - 5000;
      table.push_back({Value(fmt::format("unit {}", unit)), Sometimes(random, Value(regions[random() % 5])),
                       alike ? Value(std::int64_t{900}) : Sometimes(random, Value(age)),
                       alike ? Value(-900.0) : Sometimes(random, Value(cost)), Value(Null()),
                       Value(regions[random() % 3]), Value(Null())});
    }
  }
  return table;
}

using Sums = std::map<Row, std::vector<Int128>>;

Sums SumsOf(const Plan& plan, const std::vector<Row>& inner) {
  const auto keys = static_cast<std::ptrdiff_t>(plan.query->groups.size());
  Sums sums;
  for (const Row& row : inner) {
    std::vector<Int128>& there = sums[Row(row.begin(), row.begin() + keys)];
    there.resize(plan.measured.size());
    for (std::size_t i = 0; i < there.size(); ++i) {
      const Value& value = row[static_cast<std::size_t>(keys) + i];
      const auto* large = std::get_if<Int128>(&value);
      const auto* small = std::get_if<std::int64_t>(&value);
      there[i] += InSteps(plan.measured[i], large ? *large : small ? Int128{*small} : Int128{0});
    }
  }
  return sums;
}

// How far column `index` moves, as its mechanism counts it.
double Distance(const Sums& one, const Sums& other, std::size_t index, bool pure) {
  std::set<Row> keys;
  for (const auto& [key, sums] : one) keys.insert(key);
  for (const auto& [key, sums] : other) keys.insert(key);
  double distance = 0;
  for (const Row& key : keys) {
    const auto at = [&](const Sums& sums) {
      const auto place = sums.find(key);
      return place == sums.end() ? Int128{0} : place->second[index];
    };
    const auto difference = static_cast<double>(at(one) - at(other));
    distance += pure ? std::abs(difference) : difference * difference;
  }
  return pure ? distance : std::sqrt(distance);
}

TEST(Sensitivity, NoUnitMovesMoreThanIsChargedFor) {
  const auto engine = MemoryEngine();
  Random random(20261123);
  double closest = 0;
  int compared = 0;
  for (int round = 0; round < 120; ++round) {
    const Shape shape{.rows = 1 + static_cast<std::int64_t>(random() % 3),
                      .groups = 1 + static_cast<std::int64_t>(random() % 3),
                      .proven = random() % 2 == 0,
                      .pure = random() % 4 == 0,
                      .keys = static_cast<int>(random() % 4)};
    const auto product = Visits({.rows_per_unit = shape.rows,
                                 .groups_per_unit = shape.groups,
                                 .rows_proven = shape.proven,
                                 .ranges_proven = false});
    const Terms terms{.budget = {Epsilon{0.01 + 0.4 * static_cast<double>(random() % 5)}, Delta{1e-6}},
                      .threshold = Delta{1e-9},
                      .pure = shape.pure,
                      .minimum_people = random() % 2 == 0 ? 5 : 0};
    const auto plan = MakePlan(std::make_shared<Query>(RandomQuestion(random, product, shape.keys)), terms);
    ASSERT_TRUE(plan) << plan.error().message;
    ASSERT_EQ(plan->measurements.size(), plan->measured.size());
    const std::vector<Row> table = RandomTable(random, shape);
    const auto whole = RunInner(*engine, *plan, table);
    ASSERT_TRUE(whole) << whole.error().message;
    const Sums sums = SumsOf(*plan, *whole);
    for (int unit = 0; unit < 4; ++unit) {
      std::vector<Row> without = table;
      std::erase_if(without,
                    [&](const Row& row) { return row[kPerson] == Value(fmt::format("unit {}", unit)); });
      const auto rest = RunInner(*engine, *plan, without);
      ASSERT_TRUE(rest) << rest.error().message;
      const Sums others = SumsOf(*plan, *rest);
      for (std::size_t i = 0; i < plan->measured.size(); ++i) {
        const auto charged = static_cast<double>(plan->measurements[i].sensitivity);
        const double moved = Distance(sums, others, i, shape.pure);
        ASSERT_LE(moved, charged) << "round " << round << " column " << i << "\n"
                                  << InnerStatement(*plan, {}, 7).sql;
        closest = std::max(closest, moved / charged);
        ++compared;
      }
    }
  }
  EXPECT_GT(compared, 1000);
  EXPECT_GT(closest, 0.999);  // the bound is met, so the test would see a tighter claim fail
}

TEST(Sensitivity, ChargeStaysWithinWhatWasAsked) {
  for (const bool pure : {false, true}) {
    for (const double epsilon : {0.05, 0.5, 3.0}) {
      const auto product = Visits({.rows_per_unit = 12, .groups_per_unit = 4, .rows_proven = false});
      Random random(5);
      const Terms terms{.budget = {Epsilon{epsilon}, Delta{1e-6}}, .threshold = Delta{1e-9}, .pure = pure};
      const auto plan = MakePlan(std::make_shared<Query>(RandomQuestion(random, product, 1)), terms);
      ASSERT_TRUE(plan) << plan.error().message;
      EXPECT_LE(plan->epsilon.value, epsilon * (1 + 1e-9));
      EXPECT_GT(plan->epsilon.value, epsilon * 0.9);
    }
  }
}

}  // namespace
}  // namespace concordat::sql
