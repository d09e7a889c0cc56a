#include "sql/shape.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cmath>

#include "dp/interval.h"
#include "dp/testing_noise.h"
#include "sql/plan_accuracy.h"
#include "sql/testing_plan.h"

namespace concordat::sql {
namespace {

// The same draw for every sum: what an answer does with noise, told exactly.
class ConstantNoise final : public dp::Noise {
 public:
  explicit ConstantNoise(std::int64_t draw) : draw_(draw) {}
  void Take(dp::Mechanism, std::span<std::int64_t> out) override { std::fill(out.begin(), out.end(), draw_); }

 private:
  std::int64_t draw_;
};

std::vector<Row> People(int count, const char* region, std::int64_t age) {
  static int next = 0;
  std::vector<Row> table;
  for (int i = 0; i < count; ++i) {
    table.push_back({Value("p" + std::to_string(next++)), Value(region), Value(age), Value(10.0),
                     Value(Null()), Value("x"), Value(Null())});
  }
  return table;
}

std::vector<Row> Joined(std::vector<Row> one, const std::vector<Row>& other) {
  one.insert(one.end(), other.begin(), other.end());
  return one;
}

// Regions with their count and average age.
Query ByRegion(bool declared) {
  Query query;
  const auto product = Visits({});
  query.relation = ScanRelation(product);
  query.groups = {{Col(*query.relation, kRegion), {}}};
  if (declared) query.groups[0].domain = product->columns[kRegion].domain;
  query.aggregates = {{AggregateKind::kCountRows, {}, {}},
                      {AggregateKind::kSum, Col(*query.relation, kAge), {}},
                      {AggregateKind::kCount, Col(*query.relation, kAge), {}}};
  query.outputs = {{"region", Group(query, 0)}, {"count", Agg(query, 0)}, {"avg", Average(query, 1, 2)}};
  return query;
}

struct Pipeline {
  std::unique_ptr<engine::Engine> engine = MemoryEngine();

  std::vector<Row> Noisy(const Plan& plan, const std::vector<Row>& table, dp::Noise& noise) const {
    const auto inner = RunInner(*engine, plan, table);
    EXPECT_TRUE(inner) << inner.error().message;
    auto noisy = AddNoise(plan, *inner, noise);
    EXPECT_TRUE(noisy) << noisy.error().message;
    return *noisy;
  }
  std::vector<Row> Answer(const Plan& plan, const std::vector<Row>& table, dp::Noise& noise) const {
    const Statement outer = OuterStatement(plan, Noisy(plan, table, noise), {});
    const auto answer = engine->Run(outer.sql, outer.parameters, {}, nullptr);
    EXPECT_TRUE(answer) << answer.error().message << outer.sql;
    return answer ? answer->rows : std::vector<Row>{};
  }
};

TEST(Answer, IsExactWithoutNoise) {
  const Pipeline pipeline;
  dp::NoNoise none;
  const auto answer =
      pipeline.Answer(Planned(ByRegion(true)), Joined(People(30, "south", 40), People(3, "north", 20)), none);
  const std::vector<Row> expected = {{Value("north"), Value(std::int64_t{3}), Value(20.0)},
                                     {Value("south"), Value(std::int64_t{30}), Value(40.0)},
                                     {Value("east"), Value(std::int64_t{0}), Value(Null())},
                                     {Value("west"), Value(std::int64_t{0}), Value(Null())}};
  EXPECT_EQ(answer, expected);
}

TEST(AddNoise, GivesDeclaredGroupsWhateverTheData) {
  const Pipeline pipeline;
  dp::FrozenNoise noise(3);
  const Plan plan = Planned(ByRegion(true));
  std::vector<Row> keys;
  for (const auto& table : {std::vector<Row>{}, People(1, "west", 1), People(50, "nowhere", 1)}) {
    std::vector<Row> found;
    for (const Row& row : pipeline.Noisy(plan, table, noise)) found.push_back({row[0]});
    if (keys.empty()) keys = found;
    EXPECT_EQ(found, keys);
  }
  EXPECT_EQ(keys.size(), 4u);
}

TEST(AddNoise, ShowsFoundGroupsFromTheThresholdOn) {
  const Pipeline pipeline;
  const Plan plan = Planned(ByRegion(false));
  dp::NoNoise none;
  const int threshold = static_cast<int>(std::ceil(plan.grouping.threshold_people));
  ASSERT_GT(threshold, 5);
  const auto table = Joined(People(threshold, "zoo", 1),
                            Joined(People(threshold - 1, "small", 1), People(threshold + 9, "inn", 1)));
  const auto noisy = pipeline.Noisy(plan, table, none);
  ASSERT_EQ(noisy.size(), 2u);
  EXPECT_EQ(noisy[0][0], Value("inn"));  // in order of keys, not the engine's
  EXPECT_EQ(noisy[1][0], Value("zoo"));
  EXPECT_GT(plan.measurements[*plan.people].delta.value, 0);
}

TEST(AddNoise, WithholdsGroupsBelowTheMinimum) {
  const Pipeline pipeline;
  dp::NoNoise none;
  Terms terms = Plenty();
  terms.minimum_people = 10;
  const auto table = Joined(People(10, "south", 40), People(9, "north", 20));
  const auto declared = pipeline.Noisy(Planned(ByRegion(true), terms), table, none);
  ASSERT_EQ(declared.size(), 4u);
  EXPECT_EQ(declared[0], (Row{Value("north"), Value(Null()), Value(Null()), Value(Null())}));
  EXPECT_EQ(declared[1][1], Value(std::int64_t{10}));
  terms.minimum_people = 100'000;
  EXPECT_TRUE(pipeline.Noisy(Planned(ByRegion(false), terms), People(500, "south", 1), none).empty());
}

TEST(AddNoise, KeepsCountsFromFallingBelowZeroUnlessAsked) {
  const Pipeline pipeline;
  Terms terms = Plenty();
  ConstantNoise low(-10'000'000);
  const Plan careful = Planned(ByRegion(true), terms);
  EXPECT_EQ(pipeline.Noisy(careful, {}, low)[0][1], Value(std::int64_t{0}));
  terms.allow_negative = true;
  const auto expected = std::llround(-10'000'000.0 / static_cast<double>(careful.measured[0].steps));
  EXPECT_EQ(pipeline.Noisy(Planned(ByRegion(true), terms), {}, low)[0][1], Value(std::int64_t{expected}));
}

TEST(AddNoise, AddsOneDrawToEachSum) {
  const Pipeline pipeline;
  const Plan plan = Planned(ByRegion(true));
  ConstantNoise noise(plan.measured[0].steps * 5);
  const auto noisy = pipeline.Noisy(plan, People(30, "south", 40), noise);
  EXPECT_EQ(noisy[1][1], Value(std::int64_t{35}));
  EXPECT_EQ(noisy[0][1], Value(std::int64_t{5}));
}

TEST(NoisyTable, IsTheSameInBatches) {
  const Pipeline pipeline;
  const auto table =
      Joined(People(200, "south", 40), Joined(People(3, "north", 20), People(150, "west", 30)));
  for (const bool declared : {true, false}) {
    const Plan plan = Planned(ByRegion(declared));
    const auto inner = *RunInner(*pipeline.engine, plan, table);
    ASSERT_EQ(inner.size(), 3u);
    ConstantNoise noise(7);
    NoisyTable batches(plan, noise);
    for (const Row& row : inner) ASSERT_TRUE(batches.Add({row}));
    ASSERT_TRUE(batches.Add({}));
    EXPECT_EQ(std::move(batches).Finish(), *AddNoise(plan, inner, noise));
  }
}

// How many groups were found is never told: not by failing, and not by more than time.
// More than the million that there once was a limit of; sanitizers watch the first of them.
#if __has_feature(address_sanitizer)
constexpr std::int64_t kFoundGroups = 100'000;
#else
constexpr std::int64_t kFoundGroups = 1'200'000;
#endif

TEST(NoisyTable, TakesAnyNumberOfFoundGroups) {
  const Plan plan = Planned(ByRegion(false));
  dp::NoNoise none;
  NoisyTable table(plan, none);
  for (std::int64_t first = 0; first < kFoundGroups; first += 2000) {
    std::vector<Row> batch;
    for (std::int64_t i = first; i < first + 2000; ++i) {
      Row row = {Value(std::to_string(i))};
      for (std::size_t column = 0; column < plan.measured.size(); ++column)
        row.emplace_back(std::int64_t{i == 1234 ? 1000 : 1});
      batch.push_back(std::move(row));
    }
    ASSERT_TRUE(table.Add(batch));
  }
  const auto rows = std::move(table).Finish();
  ASSERT_EQ(rows.size(), 1u);
  EXPECT_EQ(rows[0][0], Value("1234"));
}

TEST(AddNoise, RefusesAnswersOfAnotherShape) {
  dp::NoNoise none;
  EXPECT_FALSE(AddNoise(Planned(ByRegion(true)), {{Value("north")}}, none));
  const Row text = {Value("north"), Value("1"), Value("2"), Value("3")};
  EXPECT_FALSE(AddNoise(Planned(ByRegion(true)), {text}, none));
}

TEST(OuterStatement, FiltersOrdersAndCuts) {
  const Pipeline pipeline;
  dp::NoNoise none;
  Query query = ByRegion(true);
  query.having = Call(Op::kGreater, Type::kBoolean, {Agg(query, 0), Lit(Value(std::int64_t{0}))});
  query.order = {{Agg(query, 0), true, false}};
  query.offset = 1;
  query.limit = 1;
  const auto table = Joined(People(3, "south", 4), Joined(People(5, "west", 4), People(7, "east", 4)));
  const auto answer = pipeline.Answer(Planned(query), table, none);
  ASSERT_EQ(answer.size(), 1u);
  EXPECT_EQ(answer[0][0], Value("west"));
}

TEST(OuterStatement, KeepsDistinctRowsOnce) {
  const Pipeline pipeline;
  dp::NoNoise none;
  Query query = ByRegion(true);
  query.outputs = {{"count", Agg(query, 0)}};
  query.distinct = true;
  query.order = {{Agg(query, 0), true, false}};
  Terms terms = Plenty();
  terms.margins = true;
  const auto answer =
      pipeline.Answer(Planned(query, terms), Joined(People(3, "south", 4), People(3, "west", 4)), none);
  ASSERT_EQ(answer.size(), 2u);
  EXPECT_EQ(answer[0][0], Value(std::int64_t{3}));
  EXPECT_EQ(answer[1][0], Value(std::int64_t{0}));
}

TEST(OuterStatement, CarriesEveryTypeOfKey) {
  const Pipeline pipeline;
  const std::vector<Value> domains[] = {
      {Value("it's, \xC3\xA9"), Value("n"), Value(""), Value(Null())},
      {Value(Date{19000}), Value(Null())},
      {Value(Timestamp{-1}), Value(Timestamp{1'600'000'000'123'456})},
      {Value(true), Value(false), Value(Null())},
      {Value(0.1), Value(-1e-300), Value(1e300)},
      {Value(INT64_MIN), Value(INT64_MAX)},
  };
  const Type types[] = {Type::kText,    Type::kDate,   Type::kTimestamp,
                        Type::kBoolean, Type::kNumber, Type::kInteger};
  for (int i = 0; i < 6; ++i) {
    Query query;
    query.relation = ScanRelation(Visits({}));
    query.groups = {{Call(Op::kCast, types[i], {Col(*query.relation, kNote)}), domains[i]}};
    query.aggregates = {{AggregateKind::kCountRows, {}, {}}};
    query.outputs = {{"key", Group(query, 0)}};
    dp::NoNoise none;
    std::vector<Row> expected;
    for (const Value& value : domains[i]) expected.push_back({value});
    EXPECT_EQ(pipeline.Answer(Planned(query), {}, none), expected) << i;
  }
}

TEST(OuterStatement, GivesMargins) {
  const Pipeline pipeline;
  dp::NoNoise none;
  Terms terms = Plenty();
  terms.margins = true;
  Query query = ByRegion(true);
  query.outputs.push_back({"half", Call(Op::kDivide, Type::kNumber, {Agg(query, 0), Lit(Value(2.0))})});
  const Plan plan = Planned(query, terms);
  const auto columns = ResultColumns(query, true);
  std::vector<std::string> names;
  for (const ResultColumn& column : columns) names.push_back(column.name);
  EXPECT_EQ(names, (std::vector<std::string>{"region", "count", "count_margin", "avg", "avg_margin", "half",
                                             "half_margin"}));
  const auto answer = pipeline.Answer(plan, People(1000, "south", 80), none);
  const double count =
      dp::HalfWidthOfAnswer(dp::Mechanism::kDiscreteGaussian, static_cast<double>(plan.measured[0].steps));
  const auto three_digits = [](double value) { return std::stod(fmt::format("{:.2e}", value)); };
  EXPECT_EQ(std::get<double>(answer[1][2]), three_digits(count));
  EXPECT_EQ(std::get<double>(answer[1][6]), three_digits(count / 2));
  // An average of n values, sum s of distances to the middle c = 50: s / n + c; its noise is that of s and of
  // n.
  const Measured& sum = plan.measured[*plan.sources[1].value];
  const Measured& values = plan.measured[*plan.sources[1].count];
  const double of_sum = HalfWidthOf(sum) / 1000;
  const double of_count = 30 * HalfWidthOf(values) / 1000;
  EXPECT_NEAR(std::get<double>(answer[1][4]), std::hypot(of_sum, of_count),
              0.01 * std::hypot(of_sum, of_count));
}

// Statistical: 400 answers, margins of 95%: fewer than 340 or more than 399 hits have a chance below 1e-8.
TEST(OuterStatement, MarginsHoldTheTruthAsOftenAsTheySay) {
  const Pipeline pipeline;
  Terms terms = Plenty();
  terms.margins = true;
  const Plan plan = Planned(ByRegion(true), terms);
  const auto inner = RunInner(*pipeline.engine, plan, People(500, "south", 80));
  ASSERT_TRUE(inner);
  dp::FrozenNoise noise(11);
  int counts = 0;
  int averages = 0;
  for (int i = 0; i < 400; ++i) {
    const auto noisy = AddNoise(plan, *inner, noise);
    const Statement outer = OuterStatement(plan, *noisy, {});
    const auto answer = pipeline.engine->Run(outer.sql, outer.parameters, {}, nullptr);
    ASSERT_TRUE(answer);
    const Row& south = answer->rows[1];
    if (std::abs(static_cast<double>(std::get<std::int64_t>(south[1])) - 500) <= std::get<double>(south[2]))
      ++counts;
    if (std::abs(std::get<double>(south[3]) - 80) <= std::get<double>(south[4])) ++averages;
  }
  EXPECT_GE(counts, 340);
  EXPECT_LE(counts, 399);
  EXPECT_GE(averages, 340);
  EXPECT_LE(averages, 399);
}

TEST(Answer, OfPublicDataIsExactAndFree) {
  const Pipeline pipeline;
  Query query = ByRegion(false);
  auto product = std::make_shared<catalogue::Product>(*query.relation->product);
  product->is_public = true;
  product->columns[kPerson].unit = false;
  auto relation = std::make_shared<Relation>(*query.relation);
  relation->product = product;
  query.relation = relation;
  Terms terms = Plenty();
  terms.minimum_people = 10;
  terms.margins = true;
  const Plan plan = Planned(query, terms);
  EXPECT_TRUE(plan.measurements.empty());
  EXPECT_EQ(plan.epsilon.value, 0);
  ConstantNoise noise(1 << 30);
  EXPECT_EQ(pipeline.Answer(plan, People(1, "south", 80), noise),
            (std::vector<Row>{{Value("south"), Value(std::int64_t{1}), Value(80.0)}}));
}

}  // namespace
}  // namespace concordat::sql
