// Networks over members: what their rounds come to, and what is seen of a member.
#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "learning/testing_fit.h"
#include "learning/testing_members.h"
#include "network/floats.h"
#include "training/local_update.h"
#include "training/methods.h"

namespace concordat::training {
namespace {

using Eigen::VectorXd;
using Options = std::map<std::string, Value>;

constexpr learning::Rules kLoose{.minimum_rows = 10, .minimum_cell = 1, .parameters_share = 10};

const learning::Schema kSchema = {{.name = "a", .levels = {}, .range = {{-1, 1}}},
                                  {.name = "b", .levels = {}, .range = {{-1, 1}}},
                                  {.name = "free", .levels = {}, .range = {}},
                                  {.name = "group", .levels = {"x", "y", "z"}, .range = {}},
                                  {.name = "far", .levels = {"no", "yes"}, .range = {}},
                                  {.name = "part", .levels = {"in", "mid", "out"}, .range = {}},
                                  {.name = "sum", .levels = {}, .range = {{-3, 3}}}};

// Rows that a formula makes: `far` is whether (a, b) is far from the middle, which no line tells.
learning::Rows Points(std::size_t size) {
  learning::Rows rows;
  for (const learning::Field& field : kSchema) rows.columns.push_back({.name = field.name, .values = {}});
  for (std::size_t i = 0; i < size; ++i) {
    const auto at = [&](double pace) { return std::sin(static_cast<double>(i + 1) * pace); };
    const double a = at(1.7), b = at(2.9), radius = std::hypot(a, b);
    const double values[] = {a,
                             b,
                             a,
                             static_cast<double>(i % 3),
                             radius > 0.95 ? 1.0 : 0.0,
                             radius > 1.1   ? 2.0
                             : radius > 0.8 ? 1.0
                                            : 0.0,
                             a - b + static_cast<double>(i % 3) / 2};
    for (std::size_t c = 0; c < rows.columns.size(); ++c) rows.columns[c].values.push_back(values[c]);
  }
  return rows;
}

learning::Made Make(const char* formula, Options options, const learning::Rules& rules = kLoose) {
  return MakeNetwork(
      {.method = "network", .formula = formula, .table = "points", .options = std::move(options)}, kSchema,
      rules);
}

Value Whole(int number) { return static_cast<std::int64_t>(number); }

learning::Fitted FitOf(const char* formula, const Options& options,
                       const std::vector<learning::Rows>& members) {
  const auto method = Make(formula, options);
  EXPECT_TRUE(method) << method.error().message;
  auto fitted = learning::FitOver(**method, members);
  EXPECT_TRUE(fitted) << fitted.error().message;
  return *std::move(fitted);
}

double LastOf(const learning::Fitted& fitted, std::size_t column) {
  return std::get<double>(fitted.rows.back()[column]);
}

const char* const kCurved = "dense(12) tanh dense(1) sigmoid";

TEST(FederatedNetwork, LearnsWhatNoLineTellsByEachMethod) {
  const std::vector<learning::Rows> members = learning::Deal(Points(600), 3);
  const struct {
    const char* method;
    Options options;
  } cases[] = {
      {"fedavg", {{"learning_rate", 0.5}}},
      {"fedprox", {{"learning_rate", 0.5}, {"mu", 0.1}}},
      {"fedadam", {{"learning_rate", 0.3}}},
      {"scaffold", {{"learning_rate", 0.3}}},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.method);
    Options options = c.options;
    options.insert({{"layers", kCurved}, {"method", c.method}, {"rounds", Whole(30)}, {"epochs", Whole(3)}});
    const learning::Fitted fitted = FitOf("far ~ a + b", options, members);
    ASSERT_EQ(fitted.rows.size(), 31U);
    EXPECT_LT(std::get<double>(fitted.rows.front()[2]), 0.75);
    EXPECT_GT(LastOf(fitted, 2), 0.85);
    EXPECT_EQ(fitted.columns.back().name, "accuracy");
    EXPECT_EQ(fitted.model["method"], "network");
  }
}

TEST(FederatedNetwork, LearnsClassesNumbersAndLevels) {
  const std::vector<learning::Rows> members = learning::Deal(Points(600), 4);
  const Options usual = {{"rounds", Whole(40)}, {"epochs", Whole(3)}, {"learning_rate", 0.3}};
  Options classes = usual, numbers = usual;
  classes["layers"] = "dense(16) tanh dense(3) softmax";
  EXPECT_GT(LastOf(FitOf("part ~ a + b", classes, members), 2), 0.85);
  numbers["layers"] = "embedding(2) dense(1)";
  const learning::Fitted fitted = FitOf("sum ~ a + b + group", numbers, members);
  EXPECT_EQ(fitted.columns.back().name, "root_mean_square");
  EXPECT_LT(LastOf(fitted, 2), 0.02);
}

// One step over all rows at each member is one step over the rows of all.
TEST(FederatedNetwork, IsDescentOnAllRowsWhereMembersTakeOneStep) {
  const Options options = {
      {"layers", kCurved}, {"batch", Whole(0)}, {"rounds", Whole(5)}, {"learning_rate", 0.5}};
  const learning::Fitted one = FitOf("far ~ a + b", options, {Points(300)});
  const learning::Fitted several = FitOf("far ~ a + b", options, learning::Deal(Points(300), 4));
  const auto design = NetworkDesign::Bind("far ~ a + b", kCurved, kSchema);
  ASSERT_TRUE(design);
  const network::Network& network = design->network();
  const Samples samples = design->Of(design->design().Of(Points(300)));
  VectorXd weights = network.StartingWeights(1);
  for (int step = 0; step < 5; ++step) weights -= 0.5 / 300 * Evaluate(network, weights, samples).gradient;
  for (const learning::Fitted* fitted : {&one, &several}) {
    const auto found = network::FromFloats(fitted->model["weights"].get<std::string>(), weights.size(), 1e6);
    ASSERT_TRUE(found);
    EXPECT_LT((*found - weights).cwiseAbs().maxCoeff(), 1e-6);
  }
}

TEST(FederatedNetwork, IsTheSameTwice) {
  const Options options = {{"layers", "dense(4) dropout(0.3) relu dense(1) sigmoid"}, {"rounds", Whole(3)}};
  const auto members = learning::Deal(Points(200), 2);
  EXPECT_EQ(FitOf("far ~ a + b", options, members).model, FitOf("far ~ a + b", options, members).model);
  Options other = options;
  other["seed"] = Whole(2);
  EXPECT_NE(FitOf("far ~ a + b", other, members).model, FitOf("far ~ a + b", options, members).model);
}

// SCAFFOLD takes off what sends members apart: where each has one side of the points, its members agree more.
TEST(FederatedNetwork, CorrectsMembersThatDiffer) {
  std::vector<learning::Rows> sides(2);
  const learning::Rows points = Points(600);
  for (learning::Rows& side : sides)
    for (const learning::Column& column : points.columns)
      side.columns.push_back({.name = column.name, .values = {}});
  for (std::size_t i = 0; i < points.size(); ++i)
    for (std::size_t c = 0; c < points.columns.size(); ++c)
      sides[points.columns[0].values[i] > 0.5 ? 1 : 0].columns[c].values.push_back(
          points.columns[c].values[i]);
  // To where the gradient of all rows is 0, the weights of both being those of a regression.
  const auto lossOf = [&](const char* method) {
    return LastOf(FitOf("sum ~ I(a^2) + b",
                        {{"layers", "dense(1)"},
                         {"method", method},
                         {"rounds", Whole(100)},
                         {"batch", Whole(0)},
                         {"epochs", Whole(10)},
                         {"learning_rate", 0.1}},
                        sides),
                  1);
  };
  const double best = LastOf(
      FitOf("sum ~ I(a^2) + b",
            {{"layers", "dense(1)"}, {"rounds", Whole(200)}, {"batch", Whole(0)}, {"learning_rate", 1.0}},
            {points}),
      1);
  EXPECT_LT(lossOf("scaffold") - best, 1e-6);
  EXPECT_GT(lossOf("fedavg") - best, 1e-6);
}

// What a poisoned member can do in a round is what its weight of rows and the clip allow.
TEST(FederatedNetwork, ClipsWhatAMemberAdds) {
  const auto method = Make(
      "sum ~ a + b", {{"layers", "dense(1)"}, {"clip", 0.01}, {"learning_rate", 10.0}, {"batch", Whole(0)}});
  ASSERT_TRUE(method);
  const std::vector<learning::Rows> members = {Points(100)};
  const Json state = learning::StateAfter(**method, members, 1);
  const auto sums = (*method)->Add(members[0], state);
  ASSERT_TRUE(sums);
  const Eigen::Map<const VectorXd> update(sums->numbers.data() + 4, 3);
  EXPECT_NEAR(update.norm(), 100 * 0.01, 1e-12);
}

TEST(FederatedNetwork, RefusesCallsByName) {
  const struct {
    const char* formula;
    Options options;
    const char* reason;
  } cases[] = {
      {"~ a", {{"layers", "dense(1)"}}, "response_missing"},
      {"sum ~ 0 + a", {{"layers", "dense(1)"}}, "formula_not_supported"},
      {"sum ~ a + offset(b)", {{"layers", "dense(1)"}}, "formula_not_supported"},
      {"sum ~ 1", {{"layers", "dense(1)"}}, "columns_needed"},
      {"sum ~ free", {{"layers", "dense(1)"}}, "range_needed"},
      {"sum ~ a", {}, "layers_syntax"},
      {"sum ~ a", {{"layers", "dense(1) sigmoid dense(2)"}}, "layers_do_not_fit"},
      {"far ~ a", {{"layers", "dense(1)"}}, "layers_do_not_fit"},
      {"sum ~ a", {{"layers", "dense(1)"}, {"method", "sgd"}}, "option_invalid"},
      {"sum ~ a", {{"layers", "dense(1)"}, {"mu", 1.0}}, "unknown_option"},
      {"sum ~ nothing", {{"layers", "dense(1)"}}, "unknown_column"},
  };
  for (const auto& c : cases) {
    const auto method = Make(c.formula, c.options);
    ASSERT_FALSE(method) << c.formula;
    EXPECT_EQ(method.error().reason, c.reason) << method.error().message;
    EXPECT_FALSE(method.error().hint.empty());
  }
}

TEST(FederatedNetwork, RefusesDataByName) {
  const struct {
    const char* layers;
    std::size_t rows;
    learning::Rules rules;
    double rate;
    const char* reason;
    const char* hint;
  } cases[] = {
      {"dense(1) sigmoid", 40, {}, 0.1, "too_few_rows", ""},
      {"dense(12) tanh dense(1) sigmoid",
       120,
       {},
       0.1,
       "too_many_parameters",
       "39 parameters is the largest"},
      {"dense(1) sigmoid", 100, {.minimum_cell = 80}, 0.1, "level_too_small", ""},
      {"dense(2) dense(2) dense(1) sigmoid", 100, kLoose, 100, "not_converged", "smaller learning_rate"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.layers);
    Options options = {{"layers", c.layers}, {"learning_rate", c.rate}, {"clip", 1000.0}};
    options["epochs"] = Whole(200);
    const auto method = Make("far ~ a + b", options, c.rules);
    ASSERT_TRUE(method);
    const auto fitted = learning::FitOver(**method, learning::Deal(Points(c.rows), 3));
    ASSERT_FALSE(fitted);
    EXPECT_EQ(fitted.error().reason, c.reason) << fitted.error().message;
    EXPECT_NE(fitted.error().hint.find(c.hint), std::string::npos) << fitted.error().hint;
  }
}

TEST(FederatedNetwork, ChecksStatesOfOthers) {
  for (const char* name : {"fedavg", "fedadam", "scaffold"}) {
    const auto method = Make("far ~ a + b", {{"layers", kCurved}, {"method", name}, {"rounds", Whole(2)}});
    std::vector<Json> states;
    ASSERT_TRUE(learning::FitOver(**method, {Points(240)}, &states));
    ASSERT_EQ(states.size(), 4U);
    for (const Json& state : states) {
      for (const auto& [key, part] : state.items()) {
        for (const Json& other : {Json(), Json("AAAA"), Json(1e301), Json::array({1e301}), Json::object()}) {
          Json changed = state;
          changed[key] = other;
          EXPECT_FALSE((*method)->Length(changed)) << key << other;
          EXPECT_FALSE((*method)->Add(Points(5), changed));
          EXPECT_EQ((*method)->Next(changed, {}).error().reason, "state_invalid");
        }
      }
      EXPECT_EQ((*method)->Next(state, std::vector<double>(2)).error().reason, "state_invalid");
    }
  }
}

// A state at which one row's gradient outweighs the others is told by how long rows' gradients are.
TEST(FederatedNetwork, CountsRowsByTheirGradients) {
  const auto method = Make("far ~ a + b", {{"layers", "dense(1) relu dense(1) sigmoid"}});
  const std::vector<learning::Rows> members = {Points(240)};
  Json state = (*method)->Start();
  EXPECT_GT((*method)->Add(members[0], state)->effective_rows, 10);
  double largest = -1;
  for (const double a : members[0].columns[0].values) largest = std::max(largest, a);
  // Only the row with the largest a passes the relu.
  state["weights"] = network::ToFloats(VectorXd{{1e4, 0, -1e4 * (largest - 2e-4), -1e6, 0}});
  EXPECT_LT((*method)->Add(members[0], state)->effective_rows, 10);
}

// Zhu, Liu, Han, "Deep Leakage from Gradients" (2019): the gradient of one row's dense layer is the row, up
// to a factor, and the bias has the factor.
TEST(GradientInversion, ReadsARowFromAMembersOwnUpdate) {
  const auto design = NetworkDesign::Bind("far ~ a + b", kCurved, kSchema);
  const network::Network& network = design->network();
  const auto updateOf = [&](const learning::Rows& rows) {
    const Samples samples = design->Of(design->design().Of(rows));
    return VectorXd(LocalUpdate(network, {.batch = 0}, network.StartingWeights(1),
                                VectorXd::Zero(network.parameters()), samples, 1));
  };
  const auto invert = [](const VectorXd& update) {
    return std::pair(update[0] / update[2], update[1] / update[2]);
  };
  const learning::Rows one = Points(1);
  const auto row = invert(updateOf(one));
  EXPECT_NEAR(row.first, one.columns[0].values[0], 1e-9);
  EXPECT_NEAR(row.second, one.columns[1].values[0], 1e-9);
  // Of a sum over many rows the quotient is nobody's: the nearest row is not the one that was there.
  const learning::Rows many = Points(400);
  const auto mixed = invert(updateOf(many));
  EXPECT_GT(std::hypot(mixed.first - one.columns[0].values[0], mixed.second - one.columns[1].values[0]), 0.1);
}

// What leaves members and is opened: the total. Two ways to share the same rows that have the same total
// cannot be told apart, so no member's own numbers are in it; here updates of one full step, which add up.
TEST(GradientInversion, SeesTotalsAlone) {
  const auto method = Make("far ~ a + b", {{"layers", kCurved}, {"batch", Whole(0)}});
  const learning::Rows points = Points(300);
  std::vector<learning::Rows> one_row = learning::Deal(points, 300);
  std::vector<learning::Rows> shared = {one_row[0], Points(0)};
  for (const learning::Column& column : points.columns)
    shared[1].columns.push_back({.name = column.name, .values = {}});
  shared[1].columns.resize(points.columns.size());
  for (std::size_t c = 0; c < points.columns.size(); ++c)
    shared[1].columns[c] = {.name = points.columns[c].name,
                            .values = {points.columns[c].values.begin() + 1, points.columns[c].values.end()}};
  const Json state = learning::StateAfter(**method, {points}, 1);
  const auto apart = learning::TotalOf(**method, shared, state),
             together = learning::TotalOf(**method, {points}, state);
  ASSERT_TRUE(apart && together);
  for (std::size_t i = 0; i < apart->size(); ++i) EXPECT_NEAR((*apart)[i], (*together)[i], 1e-12);
  // A node that has so few rows does not answer at all: fewer than a cell's count.
  EXPECT_LT((*method)->Add(shared[0], state)->effective_rows, 1.5);
}

}  // namespace
}  // namespace concordat::training
