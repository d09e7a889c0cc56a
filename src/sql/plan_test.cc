#include "sql/plan.h"

#include <gtest/gtest.h>

#include "dp/interval.h"
#include "dp/scale.h"
#include "sql/plan_accuracy.h"
#include "sql/testing_plan.h"

namespace concordat::sql {
namespace {

using Kind = Measured::Kind;
using Mode = Bounding::Mode;

// count(*), and by region, or by age, which has no domain.
Query Counting(const VisitsOptions& options, int key) {
  Query query;
  const auto product = Visits(options);
  query.relation = ScanRelation(product);
  query.aggregates = {{AggregateKind::kCountRows, {}, {}}};
  if (key < 0) return query;
  query.groups = {{Col(*query.relation, key), {}}};
  const auto& domain = product->columns[static_cast<std::size_t>(key)].domain;
  if (!domain.empty()) query.groups[0].domain = domain;
  return query;
}

Outcome<Plan> Make(const Query& query, const Terms& terms = Plenty()) {
  return MakePlan(std::make_shared<Query>(query), terms);
}

TEST(MakePlan, BoundsAsPublishingProved) {
  const struct {
    const char* name;
    VisitsOptions options;
    int key;
    std::int64_t minimum;
    Mode mode;
    bool limits;
    std::int64_t groups;
  } cases[] = {
      {"one proven row", {1, 1, true, true}, kRegion, 10, Mode::kPlain, false, 1},
      {"one row, not proven", {1, 1, false, true}, kRegion, 0, Mode::kBounded, true, 1},
      {"one row, not proven, no groups", {1, 1, false, true}, -1, 0, Mode::kBounded, false, 1},
      {"proven rows bound counts", {12, 4, true, true}, kRegion, 0, Mode::kPlain, false, 4},
      {"people need their units", {12, 3, true, true}, kRegion, 10, Mode::kBounded, true, 3},
      {"no more groups than are declared", {12, 8, false, true}, kRegion, 0, Mode::kBounded, false, 4},
      {"no more groups than rows", {2, 8, true, true}, kAge, 0, Mode::kBounded, false, 2},
      {"found groups, not proven", {12, 8, false, true}, kAge, 0, Mode::kBounded, true, 8},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    Terms terms = Plenty();
    terms.minimum_people = c.minimum;
    const auto plan = Make(Counting(c.options, c.key), terms);
    ASSERT_TRUE(plan);
    EXPECT_EQ(plan->bounding.mode, c.mode);
    EXPECT_EQ(plan->bounding.limits_groups, c.limits);
    EXPECT_EQ(plan->bounding.groups, c.groups);
  }
}

TEST(MakePlan, MeasuresEachThingOnce) {
  Query query = Counting({}, kRegion);
  const Relation& rows = *query.relation;
  Expr surely = Col(rows, kAge);
  surely.nullable = false;
  query.aggregates.push_back({AggregateKind::kCount, surely, {}});          // every row has it: count(*)
  query.aggregates.push_back({AggregateKind::kCountUnits, {}, {}});         // one row a unit: count(*)
  query.aggregates.push_back({AggregateKind::kSum, Col(rows, kCost), {}});  // and its count
  query.aggregates.push_back({AggregateKind::kCount, Col(rows, kCost), {}});
  Terms terms = Plenty();
  terms.minimum_people = 10;
  const auto plan = Make(query, terms);
  ASSERT_TRUE(plan);
  ASSERT_EQ(plan->measured.size(), 3u);
  EXPECT_EQ(plan->measured[0].kind, Kind::kRows);
  EXPECT_EQ(plan->measured[1].kind, Kind::kValues);
  EXPECT_EQ(plan->measured[2].kind, Kind::kSum);
  EXPECT_EQ(plan->people, 0u);
  EXPECT_EQ(plan->sources[3].count, plan->sources[4].value);
}

TEST(MakePlan, TakesEachRowForAUnitWhereTheContractSaysSo) {
  Query query = Counting({.rows_per_unit = 5, .groups_per_unit = 5, .rows_proven = false}, kRegion);
  auto product = std::make_shared<catalogue::Product>(*query.relation->product);
  product->columns[kPerson].unit = false;
  product->unit_is_row = true;
  query.relation = ScanRelation(product);
  query.aggregates.push_back({AggregateKind::kCountUnits, {}, {}});
  const auto plan = Make(query);
  ASSERT_TRUE(plan);
  EXPECT_EQ(plan->bounding.mode, Mode::kPlain);
  EXPECT_EQ(plan->bounding.rows, 1);
  EXPECT_EQ(plan->measured.size(), 1u);
  EXPECT_EQ(InnerStatement(*plan, {}, 7).sql.find(" u "), std::string::npos);
}

TEST(MakePlan, NeedsNothingMeasuredForASumOfOneValue) {
  Query query = Counting({}, -1);
  Expr five = Col(*query.relation, kAge);
  five.range = Range{5, 5};
  query.aggregates = {{AggregateKind::kSum, five, {}}};
  const auto plan = Make(query);
  ASSERT_TRUE(plan);
  EXPECT_EQ(plan->measured.size(), 1u);
  EXPECT_FALSE(plan->sources[0].value);
}

TEST(MakePlan, Refuses) {
  Query unbounded = Counting({}, -1);
  Expr wide = Col(*unbounded.relation, kCost);
  wide.range.reset();
  unbounded.aggregates = {{AggregateKind::kSum, wide, {}}};
  Query nobody = Counting({}, -1);
  auto product = std::make_shared<catalogue::Product>(*nobody.relation->product);
  product->columns[kPerson].unit = false;
  nobody.relation = ScanRelation(product);
  Query sums = Counting({}, -1);
  Query silent = Counting({}, -1);
  auto unknown = std::make_shared<catalogue::Product>(*silent.relation->product);
  unknown->people.reset();
  silent.relation = ScanRelation(unknown);
  const Terms tiny{.budget = {Epsilon{1e-5}, Delta{1e-6}}, .threshold = {}};
  const Terms no_delta{.budget = {Epsilon{1}, Delta{1e-6}}, .threshold = {}};
  const auto accurate = [](const char* text) {
    Terms terms = Plenty();
    terms.accuracy = text;
    return terms;
  };
  const struct {
    const char* reason;
    Query query;
    Terms terms;
  } cases[] = {
      {"sum_needs_range", unbounded, Plenty()},
      {"no_unit", nobody, Plenty()},
      {"budget_too_small", Counting({.rows_per_unit = 1000, .groups_per_unit = 1000}, -1), tiny},
      {"groups_need_delta", Counting({}, kAge), no_delta},
      {"bad_accuracy", Counting({}, -1), accurate("close")},
      {"bad_accuracy", Counting({}, -1), accurate("±-3")},
      {"bad_accuracy", Counting({}, -1), accurate("±nan")},
      {"accuracy_needs_people", silent, accurate("±2%")},
      {"accuracy_out_of_reach", Counting({}, -1), accurate("±0.001")},
  };
  for (const auto& c : cases) {
    const auto plan = Make(c.query, c.terms);
    ASSERT_FALSE(plan) << c.reason;
    EXPECT_EQ(plan.error().reason, c.reason);
    EXPECT_FALSE(plan.error().hint.empty());
  }
}

TEST(MakePlan, ChoosesTheSmallestEpsilonThatMeetsAnAccuracy) {
  for (const bool pure : {false, true}) {
    for (const char* text : {"±50", "±5%", "+-50", "20"}) {
      Terms terms = Plenty();
      terms.pure = pure;
      terms.accuracy = text;
      const auto plan = Make(Counting({}, kRegion), terms);
      ASSERT_TRUE(plan) << plan.error().message;
      const double asked = std::string_view(text) == "20" ? 20 : 50;  // 5% of 1000 people are 50
      const Measured& count = plan->measured[0];
      const double got = dp::HalfWidthOfAnswer(count.measurement.mechanism, static_cast<double>(count.steps));
      EXPECT_LE(got, asked);
      EXPECT_GT(got, asked * 0.99);
      EXPECT_LT(plan->epsilon.value, 1);
    }
  }
}

TEST(MakePlan, IsBlindToWhatIsNotInTheQuestion) {
  const auto one = Make(Counting({}, kRegion));
  const auto other = Make(Counting({}, kRegion));
  EXPECT_EQ(one->measurements, other->measurements);
  EXPECT_EQ(InnerStatement(*one, {}, 1).sql, InnerStatement(*other, {}, 1).sql);
}

}  // namespace
}  // namespace concordat::sql
