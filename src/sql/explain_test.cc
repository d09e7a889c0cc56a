#include "sql/explain.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "sql/testing_plan.h"

namespace concordat::sql {
namespace {

using Lines = std::vector<std::string>;

// Counts and costs, by region or by age, which has no domain.
Plan Planned(const std::shared_ptr<const catalogue::Product>& product, int key, const Terms& terms) {
  Query query;
  query.relation = ScanRelation(product);
  query.groups = {{Col(*query.relation, key), {}}};
  const auto& domain = product->columns[static_cast<std::size_t>(key)].domain;
  if (!domain.empty()) query.groups[0].domain = domain;
  query.aggregates = {{AggregateKind::kCountRows, {}, {}},
                      {AggregateKind::kSum, Col(*query.relation, kCost), {}}};
  auto plan = MakePlan(std::make_shared<Query>(query), terms);
  EXPECT_TRUE(plan) << plan.error().message;
  return *plan;
}

TEST(Explain, SaysHowAPlainQuestionIsAnswered) {
  Terms terms = Plenty();
  terms.minimum_people = 10;
  EXPECT_EQ(
      Explain(Planned(Visits({}), kRegion, terms)),
      (Lines{"product lewisham/visits version 1, unit person", "bound   visits by person to 1 row",
             "        rows proven when published", "groups  4 declared, empty ones too",
             "noise   count: discrete_gaussian sigma 7.319",
             "noise   count(cost): discrete_gaussian sigma 7.319",
             "noise   sum(cost): discrete_gaussian sigma 18300", "minimum 10 people, noise included",
             "margin  count: ±14.34", "margin  sum(cost): ±50720; as an average of n values about ±35860 / n",
             "charge  epsilon 1 at delta 1e-06 (rho 0.028)"}));
}

TEST(Explain, SaysHowABoundedQuestionIsAnswered) {
  Terms terms = Plenty();
  terms.pure = true;
  const auto product = Visits({.rows_per_unit = 12, .groups_per_unit = 4, .rows_proven = false});
  EXPECT_EQ(
      Explain(Planned(product, kAge, terms)),
      (Lines{"product lewisham/visits version 1, unit person",
             "bound   visits by person to 12 rows a group, 4 groups", "        enforced in the question",
             "groups  with at least 343.7 people, noise included, at delta 1e-09",
             "noise   count: discrete_laplace b 192", "noise   count(cost): discrete_laplace b 192",
             "noise   sum(cost): discrete_laplace b 480700", "noise   people: discrete_laplace b 16",
             "margin  count: ±575.2",
             "margin  sum(cost): ±2035000; as an average of n values about ±1440000 / n",
             "charge  epsilon 1 at delta 1e-06 (rho 0.125)"}));
}

TEST(Explain, SaysThatValuesAreClippedWhereSomeAreOutside) {
  const Lines lines = Explain(Planned(Visits({.ranges_proven = false}), kRegion, Plenty()));
  EXPECT_EQ(
      std::count(lines.begin(), lines.end(), "        values outside their column's range are clipped to it"),
      1);
}

TEST(Explain, SaysThatPublicDataIsExact) {
  const auto product = Visits({});
  product->is_public = true;
  EXPECT_EQ(Explain(Planned(product, kRegion, Plenty())),
            (Lines{"product lewisham/visits version 1, unit none", "bound   none: visits is public",
                   "groups  all", "charge  none"}));
}

TEST(ExplainBriefly, LeavesOutVersionsAndCharges) {
  const Lines lines = ExplainBriefly(Planned(Visits({}), kRegion, Plenty()));
  ASSERT_FALSE(lines.empty());
  EXPECT_EQ(lines[0], "bound   visits by person to 1 row");
  for (const std::string& line : lines) {
    EXPECT_EQ(line.find("version"), std::string::npos);
    EXPECT_EQ(line.find("charge"), std::string::npos);
  }
}

}  // namespace
}  // namespace concordat::sql
