// Networks whose members' moves are combined by median or trimmed mean: against members' own moves, and with
// a member that is poisoned.
#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/testing_random.h"
#include "learning/testing_fit.h"
#include "learning/testing_members.h"
#include "network/floats.h"
#include "training/local_update.h"
#include "training/methods.h"

namespace concordat::training {
namespace {

using Eigen::Index;
using Eigen::VectorXd;
using Options = std::map<std::string, Value>;

constexpr learning::Rules kLoose{.minimum_rows = 10, .minimum_cell = 1, .parameters_share = 10};
constexpr const char* kFormula = "far ~ a + b";
constexpr const char* kLayers = "dense(12) tanh dense(1) sigmoid";
constexpr std::size_t kRows = 150;  // of a member that is not poisoned

learning::Schema SchemaFor(std::size_t members) {
  learning::Schema schema = {{.name = "a", .levels = {}, .range = {{-1, 1}}},
                             {.name = "b", .levels = {}, .range = {{-1, 1}}},
                             {.name = "far", .levels = {"no", "yes"}, .range = {}},
                             {.name = std::string(learning::kSite), .levels = {}, .range = {}}};
  for (std::size_t i = 0; i < members; ++i) schema.back().levels.push_back("m" + std::to_string(i));
  return schema;
}

// `far` is whether (a, b) is far from the middle; of a poisoned member the contrary.
learning::Rows RowsFrom(std::size_t first, std::size_t size, bool poisoned) {
  learning::Rows rows;
  for (const char* name : {"a", "b", "far"}) rows.columns.push_back({.name = name, .values = {}});
  for (std::size_t i = first; i < first + size; ++i) {
    const auto at = [&](double pace) { return std::sin(static_cast<double>(i + 1) * pace); };
    const bool far = std::hypot(at(1.7), at(2.9)) > 0.95;
    rows.columns[0].values.push_back(at(1.7));
    rows.columns[1].values.push_back(at(2.9));
    rows.columns[2].values.push_back(far != poisoned ? 1 : 0);
  }
  return rows;
}

// The last is poisoned, if one is, and has more rows than all others together.
std::vector<learning::Rows> MembersOf(std::size_t members, bool poisoned) {
  std::vector<learning::Rows> all;
  for (std::size_t i = 0; i + 1 < members; ++i) all.push_back(RowsFrom(i * kRows, kRows, false));
  all.push_back(RowsFrom(members * kRows, poisoned ? members * kRows : kRows, poisoned));
  return all;
}

Value Whole(int number) { return static_cast<std::int64_t>(number); }

learning::Made MakeFor(std::size_t members, Options options) {
  options.insert({{"layers", kLayers}, {"learning_rate", 0.5}, {"epochs", Whole(3)}});
  return MakeNetwork(
      {.method = "network", .formula = kFormula, .table = "points", .options = std::move(options)},
      SchemaFor(members), kLoose);
}

// As owners do: votes scattered, and every member looks at what is left without its own numbers.
Outcome<learning::Fitted> FitWith(const learning::ExactMethod& method,
                                  const std::vector<learning::Rows>& members) {
  SeededRandom random(1);
  const learning::MemberCounts* counts = method.member_counts();
  std::vector<std::unique_ptr<learning::Kept>> kept(members.size());
  for (Json state = method.Start();;) {
    std::vector<std::vector<double>> own;
    std::vector<double> totals(*method.Length(state), 0.0);
    for (std::size_t i = 0; i < members.size(); ++i) {
      own.push_back(method.AddAgain(members[i], state, kept[i])->numbers);
      if (counts != nullptr) counts->Scatter(state, own.back(), random);
      for (std::size_t j = 0; j < totals.size(); ++j) totals[j] += own.back()[j];
    }
    for (std::size_t i = 0; i < own.size() && counts != nullptr; ++i)
      TRY(counts->CheckRest(state, totals, own[i]));
    learning::Step step = TRY(method.Next(state, totals));
    if (step.fitted) return *std::move(step.fitted);
    state = Json::parse(step.state.dump());
  }
}

// The share that a model tells right of rows that nobody fitted.
double RightOf(const learning::Fitted& fitted) {
  const auto design = NetworkDesign::Bind(kFormula, kLayers, SchemaFor(5));
  const auto weights =
      network::FromFloats(fitted.model["weights"].get<std::string>(), design->network().parameters(), 1e6);
  const Samples samples = design->Of(design->design().Of(RowsFrom(5000, 1000, false)));
  return Evaluate(design->network(), *weights, samples).right / 1000;
}

VectorXd WeightsOf(const Json& state, Index size) {
  return *network::FromFloats(state["weights"].get<std::string>(), size, 1e6);
}

double Median(std::vector<double> numbers) {
  std::sort(numbers.begin(), numbers.end());
  return (numbers[(numbers.size() - 1) / 2] + numbers[numbers.size() / 2]) / 2;
}

double Trimmed(std::vector<double> numbers) {
  std::sort(numbers.begin(), numbers.end());
  double sum = 0;
  for (std::size_t i = 1; i + 1 < numbers.size(); ++i) sum += numbers[i];
  return sum / static_cast<double>(numbers.size() - 2);
}

TEST(RobustNetwork, MovesByTheMedianOrTheTrimmedMeanOfMembersMoves) {
  for (const std::size_t members : {5U, 6U, 7U}) {
    const std::vector<learning::Rows> rows = MembersOf(members, true);
    const auto design = NetworkDesign::Bind(kFormula, kLayers, SchemaFor(members));
    const network::Network& network = design->network();
    const VectorXd start = network.StartingWeights(1);
    std::vector<VectorXd> moves;
    for (const learning::Rows& own : rows)
      moves.push_back(LocalUpdate(network, {.epochs = 3, .learning_rate = 0.5}, start,
                                  VectorXd::Zero(start.size()), design->Of(design->design().Of(own)),
                                  network::Mix(1) ^ 1));
    const struct {
      std::string combine;
      double (*directly)(std::vector<double>);
    } cases[] = {{"median", Median}, {"trimmed_mean", Trimmed}};
    for (const auto& [combine, directly] : cases) {
      SCOPED_TRACE(combine + std::to_string(members));
      const auto method = MakeFor(members, {{"combine", combine}, {"rounds", Whole(2)}});
      ASSERT_TRUE(method) << method.error().message;
      const int steps = combine == "median" ? 4 : 5;
      const Json state = learning::StateAfter(**method, rows, 1 + steps);
      EXPECT_EQ(state["round"], 2);
      EXPECT_EQ(state["step"], 0);
      const VectorXd weights = WeightsOf(state, start.size());
      for (Index i = 0; i < start.size(); ++i) {
        std::vector<double> own;
        for (const VectorXd& move : moves) own.push_back(move[i]);
        const auto [low, high] = std::minmax_element(own.begin(), own.end());
        const double within = std::max(std::abs(*low), std::abs(*high)) / 64 + 1e-5;
        EXPECT_NEAR(weights[i] - start[i], directly(own), within) << i;
      }
    }
  }
}

// Bit for bit what it is without the option, and one step a round.
TEST(RobustNetwork, IsPlainWhereTheMeanIsAskedFor) {
  const std::vector<learning::Rows> rows = MembersOf(5, false);
  const auto plain = MakeFor(5, {{"rounds", Whole(3)}});
  const auto mean = MakeFor(5, {{"rounds", Whole(3)}, {"combine", "mean"}});
  std::vector<Json> states;
  const auto fitted = learning::FitOver(**plain, rows, &states);
  EXPECT_EQ(states.size(), 5U);
  EXPECT_FALSE(states[1].contains("step"));
  EXPECT_EQ(FitWith(**mean, rows)->model, fitted->model);
  EXPECT_EQ((*mean)->member_counts(), nullptr);
}

// It is one of five or seven, and says of itself that it has more rows than all others together.
TEST(RobustNetwork, IsNotWreckedByAPoisonedMember) {
  const struct {
    std::size_t members;
    const char* combine;
    const char* method;
    bool wrecked;
  } cases[] = {
      {5, "mean", "fedavg", true},     {5, "median", "fedavg", false},       {5, "median", "fedprox", false},
      {5, "median", "fedadam", false}, {5, "trimmed_mean", "fedavg", false}, {7, "mean", "fedavg", true},
      {7, "median", "fedavg", false},  {7, "trimmed_mean", "fedavg", false},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.combine + std::string(" ") + c.method + std::to_string(c.members));
    const auto rightOf = [&](bool poisoned) {
      const auto made =
          MakeFor(c.members, {{"combine", c.combine}, {"method", c.method}, {"rounds", Whole(30)}});
      EXPECT_TRUE(made) << made.error().message;
      const auto fitted = FitWith(**made, MembersOf(c.members, poisoned));
      EXPECT_TRUE(fitted) << fitted.error().message;
      return RightOf(*fitted);
    };
    EXPECT_GT(rightOf(false), 0.8);
    const double poisoned = rightOf(true);
    if (c.wrecked) {
      EXPECT_LT(poisoned, 0.55);
    } else {
      EXPECT_GT(poisoned, 0.8);
    }
  }
}

// What a member keeps from step to step is what it would make anew.
TEST(RobustNetwork, IsTheSameWhereNothingIsKept) {
  const auto method = MakeFor(5, {{"combine", "trimmed_mean"}, {"rounds", Whole(2)}});
  const std::vector<learning::Rows> rows = MembersOf(5, false);
  std::vector<Json> states;
  ASSERT_TRUE(learning::FitOver(**method, rows, &states));
  std::unique_ptr<learning::Kept> kept;
  for (const Json& state : states)
    EXPECT_EQ((*method)->AddAgain(rows[0], state, kept)->numbers, (*method)->Add(rows[0], state)->numbers);
}

// Members without rows, and one whose steps leave all bounds, are members that want no move.
TEST(RobustNetwork, CountsMembersThatMoveNothing) {
  std::vector<learning::Rows> rows = MembersOf(5, false);
  rows[4] = RowsFrom(0, 0, false);
  const auto method = MakeFor(5, {{"combine", "median"}, {"rounds", Whole(30)}});
  const auto fitted = FitWith(**method, rows);
  ASSERT_TRUE(fitted) << fitted.error().message;
  EXPECT_GT(RightOf(*fitted), 0.85);
}

TEST(RobustNetwork, ChecksStatesOfOthers) {
  const auto method = MakeFor(5, {{"combine", "trimmed_mean"}, {"rounds", Whole(2)}});
  std::vector<Json> states;
  ASSERT_TRUE(learning::FitOver(**method, MembersOf(5, false), &states));
  ASSERT_EQ(states.size(), 12U);
  for (const Json& state : states) {
    EXPECT_TRUE((*method)->Length(state));
    for (const auto& [key, part] : state.items()) {
      for (const Json& other : {Json(), Json("AAAA"), Json(1e301), Json(-1), Json(5), Json::object()}) {
        Json changed = state;
        changed[key] = other;
        EXPECT_FALSE((*method)->Length(changed)) << key << other;
        EXPECT_FALSE((*method)->Add(RowsFrom(0, 5, false), changed));
        EXPECT_EQ((*method)->Next(changed, {}).error().reason, "state_invalid");
        EXPECT_EQ((*method)->member_counts()->CheckRest(changed, {}, {}).error().reason, "state_invalid");
      }
    }
    EXPECT_FALSE((*method)->Next(state, std::vector<double>(2)));
  }
}

// One that contributes half a vote ends the fit by name, at the node that asks and at every owner.
TEST(RobustNetwork, RefusesWhatNoMembersAddUpTo) {
  const auto method = MakeFor(5, {{"combine", "median"}});
  const std::vector<learning::Rows> rows = MembersOf(5, false);
  const Json state = learning::StateAfter(**method, rows, 1);
  std::vector<double> totals = *learning::TotalOf(**method, rows, state);
  ASSERT_TRUE((*method)->Next(state, totals));
  const auto own = (*method)->Add(rows[0], state)->numbers;
  EXPECT_TRUE((*method)->member_counts()->CheckRest(state, totals, own));
  totals.back() += 0.5;
  EXPECT_EQ((*method)->Next(state, totals).error().reason, "counts_impossible");
  EXPECT_EQ((*method)->member_counts()->CheckRest(state, totals, own).error().reason, "counts_impossible");
}

TEST(RobustNetwork, RefusesCallsByName) {
  const struct {
    std::size_t members;
    Options options;
    const char* reason;
    const char* hint;
  } cases[] = {
      {5, {{"combine", "mode"}}, "option_invalid", "mean, median, trimmed_mean"},
      {5, {{"trim", 0.2}}, "unknown_option", ""},
      {5, {{"combine", "median"}, {"trim", 0.2}}, "unknown_option", ""},
      {5, {{"combine", "trimmed_mean"}, {"trim", 0.5}}, "option_invalid", "0.49"},
      {5, {{"combine", "trimmed_mean"}, {"trim", 0.1}}, "option_invalid", "trim => 0.21"},
      {4, {{"combine", "median"}}, "too_few_members", "combine => 'mean'"},
      {256, {{"combine", "median"}}, "too_few_members", "combine => 'mean'"},
      {5, {{"combine", "median"}, {"method", "scaffold"}}, "not_robust", "fedavg"},
      {5, {{"combine", "median"}, {"rounds", Whole(1501)}}, "option_invalid", "1500"},
      {50,
       {{"combine", "trimmed_mean"}, {"layers", "dense(40) dense(40) dense(1) sigmoid"}},
       "layers_too_large",
       "fewer"},
  };
  for (const auto& c : cases) {
    const auto method = MakeFor(c.members, c.options);
    ASSERT_FALSE(method) << c.reason;
    EXPECT_EQ(method.error().reason, c.reason) << method.error().message;
    EXPECT_NE(method.error().hint.find(c.hint), std::string::npos) << method.error().hint;
  }
  const auto noisy = MakeNoisyNetwork({.method = "network",
                                       .formula = kFormula,
                                       .table = "points",
                                       .options = {{"layers", kLayers}, {"combine", "median"}}},
                                      SchemaFor(5), kLoose);
  ASSERT_FALSE(noisy);
  EXPECT_EQ(noisy.error().reason, "no_noisy_form");
}

}  // namespace
}  // namespace concordat::training
