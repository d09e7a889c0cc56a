// Joint plans: no unit moves what is released by more than is charged for, though several owners have it; and
// the noise in the sum is that which the charge names.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "base/testing_random.h"
#include "dp/scale.h"
#include "dp/testing_goodness.h"
#include "dp/testing_noise.h"
#include "sql/generate.h"
#include "sql/plan_accuracy.h"
#include "sql/shape.h"
#include "sql/sums.h"
#include "sql/testing_plan.h"

namespace concordat::sql {
namespace {

using Random = std::mt19937;

Query Question(const std::shared_ptr<catalogue::Product>& product, int keys) {
  Query query;
  query.relation = ScanRelation(product);
  const Relation& rows = *query.relation;
  if (keys >= 1) {
    std::vector<Value> domain = product->columns[kRegion].domain;
    domain.emplace_back(Null());
    query.groups.push_back({Col(rows, kRegion), domain});
  }
  if (keys == 2) query.groups.push_back({Col(rows, kNote), {}});
  const Expr cheap = Call(Op::kLess, Type::kBoolean, {Col(rows, kCost), Lit(Value(1000.0))});
  query.aggregates = {{AggregateKind::kCountRows, {}, {}},
                      {AggregateKind::kCount, Col(rows, kCost), {}},
                      {AggregateKind::kSum, Col(rows, kAge), {}},
                      {AggregateKind::kSum, Col(rows, kCost), cheap}};
  return query;
}

Outcome<Plan> Planned(const VisitsOptions& options, int keys, const Joint& joint, bool pure = false,
                      double epsilon = 1) {
  return MakePlan(std::make_shared<Query>(Question(Visits(options), keys)),
                  {.budget = {Epsilon{epsilon}, Delta{1e-6}},
                   .threshold = Delta{1e-9},
                   .pure = pure,
                   .minimum_people = 5,
                   .joint = joint});
}

// One owner's rows of four people: everybody's are at one end of every range, which costs most.
std::vector<Row> RandomTable(Random& random, std::int64_t rows, bool has_first) {
  const std::vector<const char*> regions = {"north", "south", "east", "west"};
  std::vector<Row> table;
  for (int unit = has_first ? 0 : 1; unit < 4; ++unit) {
    for (std::int64_t i = 0; i < rows; ++i) {
      table.push_back({Value(fmt::format("unit {}", unit)), Value(regions[random() % 4]),
                       Value(std::int64_t{900}), Value(-900.0), Value(Null()), Value(regions[random() % 2]),
                       Value(Null())});
    }
  }
  return table;
}

Groups Exact(engine::Engine& engine, const Plan& plan, const std::vector<Row>& table,
             const std::vector<Row>& keys) {
  ExactSums sums(plan, keys);
  const auto inner = RunInner(engine, plan, table);
  EXPECT_TRUE(inner) << inner.error().message;
  EXPECT_TRUE(sums.Add(*inner));
  return sums.groups();
}

// How far the vectors are apart that a question releases: of one sum, or of each owner's numbers side by
// side.
double Distance(const std::vector<Groups>& one, const std::vector<Groups>& other, std::size_t column,
                bool side_by_side, bool pure) {
  double distance = 0;
  const auto add = [&](double difference) {
    distance += pure ? std::abs(difference) : difference * difference;
  };
  for (std::size_t group = 0; group < one.front().keys.size(); ++group) {
    double together = 0;
    for (std::size_t owner = 0; owner < one.size(); ++owner) {
      const auto moved =
          static_cast<double>(one[owner].sums[column][group] - other[owner].sums[column][group]);
      if (side_by_side) add(moved);
      together += moved;
    }
    if (!side_by_side) add(together);
  }
  return pure ? distance : std::sqrt(distance);
}

// What stays of the budget is that of the vector over the noise it gets: the bound is on that ratio. Of
// people who may be with several owners the charge is for all parts side by side, each with its own draw, and
// their sum with all draws may say no more.
TEST(JointSensitivity, NoUnitMovesMoreThanIsChargedFor) {
  const auto engine = MemoryEngine();
  Random random(20261127);
  double closest = 0;
  for (int round = 0; round < 60; ++round) {
    const bool disjoint = random() % 3 == 0, pure = random() % 4 == 0;
    const Joint joint{.owners = 2 + static_cast<std::int64_t>(random() % 3),
                      .honest = 2,
                      .disjoint = disjoint,
                      .local = random() % 3 == 0};
    const std::int64_t rows = 1 + static_cast<std::int64_t>(random() % 3);
    const VisitsOptions options{.rows_per_unit = rows,
                                .groups_per_unit = 1 + static_cast<std::int64_t>(random() % 3),
                                .rows_proven = random() % 2 == 0,
                                .ranges_proven = false};
    const int keys = static_cast<int>(random() % 3);
    const auto plan = Planned(options, keys, joint, pure);
    ASSERT_TRUE(plan) << plan.error().message;
    const std::vector<Row> groups = keys == 2 ? std::vector<Row>{{Value("north"), Value("north")},
                                                                 {Value("south"), Value("north")},
                                                                 {Value("north"), Value("south")},
                                                                 {Value("east"), Value("south")}}
                                              : DeclaredKeys(*plan);
    std::vector<Groups> with, without;
    for (std::int64_t owner = 0; owner < joint.owners; ++owner) {
      const bool has = !disjoint || owner == 0;
      const auto table = RandomTable(random, rows, has);
      std::vector<Row> rest = table;
      std::erase_if(rest, [](const Row& row) { return row[kPerson] == Value("unit 0"); });
      with.push_back(Exact(*engine, *plan, table, groups));
      without.push_back(Exact(*engine, *plan, rest, groups));
    }
    for (std::size_t i = 0; i < plan->measured.size(); ++i) {
      const dp::Measurement& charged = plan->measurements[i];
      const double most = static_cast<double>(charged.sensitivity);
      const double aside = Distance(with, without, i, true, pure);
      ASSERT_LE(aside, most) << "round " << round << " column " << i;
      // The sum of all owners' parts, with all of their draws in it.
      const double noise =
          std::sqrt(static_cast<double>(joint.owners)) * static_cast<double>(dp::kNoiseScale);
      const double sum = Distance(with, without, i, false, pure);
      if (!pure)
        ASSERT_LE(sum / noise, most / static_cast<double>(charged.scale) * (1 + 1e-12)) << "round " << round;
      closest = std::max(closest, aside / most);
    }
  }
  EXPECT_GT(closest, 0.99);
}

// What a question costs is what it may cost, whoever adds noise.
TEST(JointPlan, ChargesWhatWasAskedFor) {
  for (const Joint& joint : {Joint{3, 2, false, false}, Joint{4, 2, true, false}, Joint{4, 1, true, true},
                             Joint{5, 1, false, true}, Joint{50, 25, true, false}}) {
    for (const bool pure : {false, true}) {
      for (const int keys : {0, 1, 2}) {
        const auto plan = Planned({.rows_per_unit = 3, .groups_per_unit = 2}, keys, joint, pure, 3);
        ASSERT_TRUE(plan) << plan.error().message;
        EXPECT_LE(plan->epsilon.value, 3 * (1 + 1e-9));
        EXPECT_GT(plan->epsilon.value, 3 * 0.85);
        EXPECT_EQ(plan->measurements.size(), plan->measured.size() + (keys == 2 ? 1 : 0));
      }
    }
  }
}

// Owners whose rows were proven and owners whose rows were not plan the same sizes.
TEST(JointPlan, IsTheSameWhateverPublishingProved) {
  for (const int keys : {0, 1, 2}) {
    const Joint joint{.owners = 3, .honest = 2};
    const auto proven = Planned({.rows_per_unit = 3, .groups_per_unit = 2, .rows_proven = true}, keys, joint);
    const auto not_proven =
        Planned({.rows_per_unit = 3, .groups_per_unit = 2, .rows_proven = false}, keys, joint);
    ASSERT_TRUE(proven && not_proven);
    EXPECT_EQ(proven->measurements, not_proven->measurements);
    EXPECT_EQ(proven->grouping.threshold, not_proven->grouping.threshold);
    EXPECT_EQ(proven->grouping.selection_steps, not_proven->grouping.selection_steps);
    for (std::size_t i = 0; i < proven->measured.size(); ++i) {
      EXPECT_EQ(proven->measured[i].steps, not_proven->measured[i].steps);
      EXPECT_EQ(proven->measured[i].factor, not_proven->measured[i].factor);
      EXPECT_EQ(proven->measured[i].unit, not_proven->measured[i].unit);
    }
  }
}

// The chance that a person alone in a group is betrayed is shared out among the owners that may have them.
TEST(JointPlan, SharesTheChanceOfAGroupOfOneAmongOwners) {
  const auto alone = Planned({}, 2, {.owners = 4, .honest = 2, .disjoint = true});
  const auto several = Planned({}, 2, {.owners = 4, .honest = 2, .disjoint = false});
  ASSERT_TRUE(alone && several);
  EXPECT_EQ(alone->measurements.back().delta.value, 1e-9);
  EXPECT_EQ(several->measurements.back().delta.value, 1e-9);
  EXPECT_EQ(alone->measurements.back().scale, dp::kNoiseScale);
  const auto above = [](const Plan& plan) { return plan.grouping.threshold - plan.grouping.selection_steps; };
  EXPECT_GT(above(*several), above(*alone));  // 2.5e-10 each instead of 1e-9
}

// Sums of `shares` owners' draws for one number, many times over.
std::vector<std::int64_t> SumsOfShares(const Plan& plan, int shares, int times) {
  dp::FrozenNoise noise(20261127);
  std::vector<std::int64_t> sums(static_cast<std::size_t>(times));
  for (int share = 0; share < shares; ++share) {
    for (std::int64_t& sum : sums) {
      Groups groups{.keys = {{}}, .sums = std::vector<std::vector<Int128>>(plan.measured.size(), {0})};
      AddDraws(plan, groups, noise);
      sum += static_cast<std::int64_t>(groups.sums[0][0]);
    }
  }
  return sums;
}

bool IsOffTheScale(const Plan& plan, int shares) {
  const double sigma = static_cast<double>(plan.measurements[0].scale);
  return dp::RefutesShape(SumsOfShares(plan, shares, 6000),
                          [sigma](double x) { return 0.5 * std::erfc(-x / sigma / std::sqrt(2.0)); });
}

// What honest owners add is what the ledger says that the answer's noise was: 6,000 sums against the normal
// distribution, false alarms below 1e-6 (testing_goodness.h). A share left out, or one counted that cannot
// be, is seen.
TEST(JointNoise, IsThatOfTheHonestOwners) {
  for (const int honest : {1, 2, 3}) {
    SCOPED_TRACE(honest);
    const auto plan = Planned({}, 0, {.owners = 4, .honest = honest, .disjoint = true});
    ASSERT_TRUE(plan) << plan.error().message;
    EXPECT_FALSE(IsOffTheScale(*plan, honest));
    EXPECT_TRUE(IsOffTheScale(*plan, honest + 1));
    if (honest > 1) EXPECT_TRUE(IsOffTheScale(*plan, honest - 1));
  }
  const auto local = Planned({}, 0, {.owners = 4, .honest = 1, .disjoint = true, .local = true});
  EXPECT_FALSE(IsOffTheScale(*local, 1));
}

// Margins foretell the noise of all owners, and a quorum's is no more than that.
TEST(JointNoise, IsWithinItsMargins) {
  const auto plan = Planned({}, 0, {.owners = 4, .honest = 2, .disjoint = true});
  ASSERT_TRUE(plan);
  const double steps = HalfWidthOf(plan->measured[0]) / plan->measured[0].unit;
  const auto outside = [steps](const std::vector<std::int64_t>& sums) {
    int out = 0;
    for (const std::int64_t sum : sums) out += std::abs(static_cast<double>(sum)) > steps;
    return out;
  };
  // 300 of 6,000 are expected, give or take 17: six of these are a false alarm below 1e-8.
  EXPECT_NEAR(outside(SumsOfShares(*plan, 4, 6000)), 300, 102);
  EXPECT_LT(outside(SumsOfShares(*plan, 3, 6000)), 300);
}

TEST(JointPlan, RefusesWhatNoSumOfPartsSays) {
  const auto product = Visits({.rows_per_unit = 3});
  const auto reason = [](const std::shared_ptr<catalogue::Product>& of, const AggregateKind kind,
                         const Joint& joint, std::optional<std::string> accuracy = {}) {
    Query query;
    query.relation = ScanRelation(of);
    query.aggregates = {{kind, {}, {}}};
    const auto plan = MakePlan(std::make_shared<Query>(query), {.budget = {Epsilon{1}, Delta{1e-6}},
                                                                .threshold = Delta{1e-9},
                                                                .accuracy = std::move(accuracy),
                                                                .joint = joint});
    return plan ? "" : plan.error().reason;
  };
  const Joint two{.owners = 2, .honest = 1};
  const Joint apart{.owners = 2, .honest = 1, .disjoint = true};
  EXPECT_EQ(reason(product, AggregateKind::kCountUnits, two), "people_overlap");
  EXPECT_EQ(reason(product, AggregateKind::kCountUnits, apart), "");
  EXPECT_EQ(reason(product, AggregateKind::kCountUnits, {}), "");
  EXPECT_EQ(reason(product, AggregateKind::kCountRows, two, "±2%"), "accuracy_needs_people");
  EXPECT_EQ(reason(product, AggregateKind::kCountRows, two, "±300"), "");
  const auto open = std::make_shared<catalogue::Product>(*product);
  open->is_public = true;
  open->columns[kPerson].unit = false;
  EXPECT_EQ(reason(open, AggregateKind::kCountRows, two), "public_union");
}

}  // namespace
}  // namespace concordat::sql
