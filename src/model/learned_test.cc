// What boosted trees and networks say of rows, through a question's whole way to the engine, beside what
// `learning` and `network` say, which test/learning holds against XGBoost and onnxruntime.
#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <nlohmann/json.hpp>
#include <random>

#include "boosting/model.h"
#include "boosting/random.h"
#include "engine/duckdb.h"
#include "model/fitted.h"
#include "model/testing_model.h"
#include "sql/generate.h"
#include "training/design.h"

namespace concordat::model {
namespace {

// Of people, with values of every kind of missing.
learning::Schema PeopleSchema() {
  return {{.name = "age", .levels = {}, .range = {{0, 100}}},
          {.name = "cost", .levels = {}, .range = {{-10, 50}}},
          {.name = "region", .levels = {"north", "south"}, .range = {}},
          {.name = "ill", .levels = {"no", "yes"}, .range = {}},
          {.name = "visits", .levels = {}, .range = {{0, 40}}}};
}

learning::Rows RowsOf(const std::vector<Person>& people) {
  learning::Rows rows{.columns = {{"age", {}}, {"cost", {}}, {"region", {}}}};
  for (const Person& person : people) {
    const auto* age = std::get_if<std::int64_t>(&person.age);
    rows.columns[0].values.push_back(age == nullptr ? NAN : static_cast<double>(*age));
    rows.columns[1].values.push_back(NumberOf(person.cost));
    rows.columns[2].values.push_back(person.region == Value("north")   ? 0
                                     : person.region == Value("south") ? 1
                                                                       : NAN);
  }
  return rows;
}

// What boost might have fitted: trees of random shapes over cuts of its own kind, with random leaves.
Json BoostedJson(const std::string& formula, const std::string& objective, int trees, int depth,
                 bool missing) {
  boosting::Boost boost{.call = {{"method", "boost"}},
                        .columns = *boosting::BindBoostColumns(formula, PeopleSchema())};
  if (objective == "regression") boost.objective.kind = boosting::Objective::Kind::kRegression;
  if (objective == "count") boost.objective.kind = boosting::Objective::Kind::kCount;
  boosting::BoostState state;
  state.base = 0.25;
  std::mt19937 random(11);
  for (const boosting::BoostFeature& feature : boost.columns.features) {
    std::vector<double> counts(boosting::FineCells(feature), 10);
    if (!missing) counts.back() = 0;
    state.bins.push_back(boosting::ChooseBins(feature, counts, {.bins = 200, .least = 1}));
  }
  for (int i = 0; i < trees; ++i) {
    auto tree = boosting::DrawTree(state.bins, depth, 7, static_cast<std::size_t>(i));
    for (boosting::BoostNode& node : tree.nodes)
      if (node.kind == boosting::BoostNode::Kind::kLeaf)
        node.weight = static_cast<float>(static_cast<double>(random() % 1'000'000) / 5'000'000 - 0.1);
    state.trees.push_back(std::make_shared<const boosting::BoostTree>(std::move(tree)));
  }
  return boosting::BoostModelOf(boost, state);
}

TEST(Predict, FollowsBoostedTreesAndTheirSidesForWhatIsMissing) {
  const struct {
    const char* name;
    Json fitted;
  } cases[] = {
      {"a chance", BoostedJson("ill ~ age + cost + region", "binary", 20, 4, true)},
      {"nothing was missing", BoostedJson("ill ~ age + cost + region", "binary", 20, 4, false)},
      {"a number", BoostedJson("cost ~ age + region", "regression", 20, 4, true)},
      {"counts", BoostedJson("visits ~ age + cost + region", "count", 20, 4, true)},
      {"arithmetic", BoostedJson("ill ~ log(age + 1) + sqrt(cost + 11) + region", "binary", 20, 4, true)},
  };
  const std::vector<Person> people = People(300);
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    const auto document = DocumentOf(c.fitted, {});
    ASSERT_TRUE(document) << document.error().message;
    EXPECT_LT(document->dump().size(), c.fitted.dump().size());
    const std::vector<Value> scores = Scores(*document, people);
    const auto model = boosting::ReadBoostModel(c.fitted);
    ASSERT_TRUE(model);
    const Eigen::ArrayXd expected = boosting::PredictBoost(*model, RowsOf(people));
    for (std::size_t i = 0; i < people.size(); ++i)
      ASSERT_NEAR(NumberOf(scores[i]), expected[static_cast<Eigen::Index>(i)], 1e-12) << i;
  }
}

// A full ensemble of boost's own defaults: 6,400 leaves.
TEST(Predict, BearsAHundredTreesOfDepthSix) {
  const Json fitted = BoostedJson("ill ~ age + cost + region", "binary", 100, 6, true);
  const auto document = DocumentOf(fitted, {});
  ASSERT_TRUE(document) << document.error().message;
  const std::vector<Person> people = People(300);
  const std::vector<Value> scores = Scores(*document, people);
  const Eigen::ArrayXd expected = boosting::PredictBoost(*boosting::ReadBoostModel(fitted), RowsOf(people));
  for (std::size_t i = 0; i < people.size(); ++i)
    ASSERT_NEAR(NumberOf(scores[i]), expected[static_cast<Eigen::Index>(i)], 1e-12) << i;
}

// The engine says of so many people what the network does, and nothing of those of whom something is missing.
void ExpectTold(const Json& fitted, const learning::Schema& schema, std::size_t count) {
  const auto document = DocumentOf(fitted, {});
  ASSERT_TRUE(document) << document.error().message;
  const std::vector<Person> people = People(count);
  const std::vector<Value> scores = Scores(*document, people);
  const auto saved = network::ReadSaved(fitted);
  auto formula = learning::ParseFormula(fitted.at("formula").get<std::string>());
  formula->response.reset();
  const auto design = learning::Design::Bind(*formula, schema);
  std::size_t known = 0;
  for (std::size_t i = 0; i < people.size(); ++i) {
    const learning::Frame frame = design->Of(RowsOf({people[i]}));
    ASSERT_EQ(IsNull(scores[i]), frame.size() == 0) << i;
    if (frame.size() == 0) continue;
    ++known;
    const network::Lanes matrix = frame.x.rightCols(frame.x.cols() - 1).transpose();
    const network::Lanes told = network::Predict(*saved, matrix);
    const double expected = told.rows() > 1 ? 1 - told(0, 0) : told(0, 0);
    ASSERT_NEAR(NumberOf(scores[i]), expected, 1e-10) << i;
  }
  EXPECT_GT(known, count * 3 / 4);
}

TEST(Predict, SaysWhatNetworksSay) {
  const struct {
    const char* name;
    const char* formula;
    const char* layers;
  } cases[] = {
      {"a chance", "ill ~ age + cost + region", "dense(8) relu dense(4) tanh dense(1) sigmoid"},
      {"a number", "cost ~ age + region", "dense(6) sigmoid dropout(0.2) dense(1)"},
      {"one of several", "stage ~ age + cost", "dense(5) relu dense(3) softmax"},
      {"levels that are looked up", "ill ~ age + region + cost",
       "embedding(2) dense(4) tanh dense(1) sigmoid"},
      {"norms", "ill ~ age + cost + region",
       "dense(6) layer_norm relu dense(4) group_norm(2) tanh dense(1) sigmoid"},
      {"products", "ill ~ age * region + poly(cost, 2, raw = TRUE)", "dense(4) relu dense(1) sigmoid"},
      {"nothing between", "ill ~ age", "dense(1) sigmoid"},
      {"filters over a sequence", "ill ~ poly(age, 4, raw = TRUE) + poly(cost, 4, raw = TRUE)",
       "sequence(2, 4) conv1d(3, 2) relu dense(1) sigmoid"},
      {"filters with a stride", "stage ~ poly(age, 5, raw = TRUE) + poly(cost, 5, raw = TRUE)",
       "sequence(1, 10) conv1d(4, 4, 3) tanh conv1d(2, 2) dense(3) softmax"},
      {"filters over a picture", "ill ~ poly(age, 6, raw = TRUE) + poly(cost, 6, raw = TRUE)",
       "image(1, 3, 4) conv2d(3, 2) tanh conv2d(2, 2) sigmoid dense(1) sigmoid"},
      {"filters over channels, with norms and dropout", "cost ~ poly(age, 8, raw = TRUE) + region",
       "dense(18) tanh image(2, 3, 3) conv2d(4, 2, 1) group_norm(2) relu dropout(0.1) conv2d(2, 2) "
       "layer_norm "
       "dense(1)"},
      {"looked up, then filtered", "ill ~ age + region + cost",
       "embedding(4) sequence(1, 6) conv1d(2, 3) tanh dense(1) sigmoid"},
  };
  learning::Schema schema = PeopleSchema();
  schema.push_back({.name = "stage", .levels = {"one", "two", "three"}, .range = {}});
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    const auto bound = training::NetworkDesign::Bind(c.formula, c.layers, schema);
    ASSERT_TRUE(bound) << bound.error().message;
    Eigen::VectorXd weights = bound->network().StartingWeights(5);
    for (Eigen::Index i = 0; i < weights.size(); ++i) weights[i] += 0.1 * std::sin(static_cast<double>(i));
    const Json fitted = bound->ModelOf(weights);
    ExpectTold(fitted, schema, 200);
  }
}

Json NetworkJson(const std::string& layers) {
  const auto bound = training::NetworkDesign::Bind("ill ~ age + region", layers, PeopleSchema());
  EXPECT_TRUE(bound);
  return bound->ModelOf(bound->network().StartingWeights(5));
}

TEST(ReadModel, RefusesBoostedTreesAndNetworksThatAreNone) {
  using Change = std::function<void(Json&)>;
  const Json boosted = *DocumentOf(BoostedJson("ill ~ age + region", "binary", 3, 2, true), {});
  const Json network = *DocumentOf(NetworkJson("embedding(2) dense(1) sigmoid"), {});
  const struct {
    const char* name;
    const Json& document;
    Change change;
    const char* said;
  } cases[] = {
      {"no trees", boosted, [](Json& j) { j["boost"].erase("trees"); }, "lacks a part"},
      {"a part too many", boosted, [](Json& j) { j["boost"]["eta"] = 1; }, "a field that it cannot have"},
      {"half of the shapes", boosted, [](Json& j) { j["boost"]["trees"]["shapes"] = "DA=="; },
       "after the last tree"},
      {"shapes that are none", boosted, [](Json& j) { j["boost"]["trees"]["shapes"] = "?"; }, "not a model"},
      {"a tree more", boosted, [](Json& j) { j["boost"]["trees"]["count"] = 4; }, "the packed trees"},
      {"a tree less", boosted, [](Json& j) { j["boost"]["trees"]["count"] = 2; }, "after the last tree"},
      {"too deep a tree", boosted, [](Json& j) { j["boost"]["trees"]["shapes"] = "////////////////"; },
       "tree"},
      {"a weight less", boosted, [](Json& j) { j["boost"]["trees"]["weights"] = "AAAAAA=="; },
       "for each leaf"},
      {"a level that it has not", boosted,
       [](Json& j) {
         j["inputs"][1]["levels"] = {"north", "south", "east"};
       },
       "its input's levels"},
      {"an input that it does not read", boosted,
       [](Json& j) {
         j["inputs"].push_back({{"name", "cost"}});
       },
       "not of its inputs"},
      {"numbers for levels", boosted, [](Json& j) { j["inputs"][1].erase("levels"); }, "its input's levels"},
      {"a chance without ends", network, [](Json& j) { j.erase("range"); }, "range is missing"},
      {"weights of another", network, [](Json& j) { j["network"]["layers"] = "dense(1) sigmoid"; },
       "not 3 numbers"},
      {"another formula", network, [](Json& j) { j["formula"] = "ill ~ age * region"; },
       "not those of its formula"},
      {"a factor far away", network,
       [](Json& j) {
         j["network"]["factors"] = {{1'000'000, 1}};
       },
       "a place and a number of columns"},
      {"another factor", network,
       [](Json& j) {
         j["network"]["factors"] = {{0, 1}};
       },
       "not the network's"},
      {"another input", network, [](Json& j) { j["inputs"].erase(1); }, "not of its inputs"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    Json json = c.document;
    c.change(json);
    const auto read = ReadModel(json);
    ASSERT_FALSE(read);
    EXPECT_NE(read.error().message.find(c.said), std::string::npos) << read.error().message;
  }
}

TEST(DocumentOf, RefusesWhatIsTooLarge) {
  const struct {
    const char* name;
    Json fitted;
    const char* said;
    const char* hint;
  } cases[] = {
      {"trees", BoostedJson("ill ~ age + cost + region", "binary", 200, 6, true), "60000 at most fit",
       "fewer trees"},
      {"weights", NetworkJson("dense(128) relu dense(128) relu dense(1) sigmoid"), "60000 at most fit",
       "narrower layers"},
      {"few weights at many places",
       NetworkJson("dense(400) sequence(1, 400) conv1d(16, 4) tanh conv1d(1, 30, 30) relu dense(1) sigmoid"),
       "a row takes 39227 products of a weight and a number, and 15000 at most fit",
       "fewer filters or a stride"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    const auto large = DocumentOf(c.fitted, {});
    ASSERT_FALSE(large);
    EXPECT_EQ(large.error().reason, "model_not_expressible");
    EXPECT_NE(large.error().message.find(c.said), std::string::npos) << large.error().message;
    EXPECT_NE(large.error().hint.find(c.hint), std::string::npos) << large.error().hint;
  }
}

// Nearly as many products as fit, filters over filters.
TEST(Predict, BearsThirteenThousandProducts) {
  ExpectTold(NetworkJson("dense(64) tanh image(1, 8, 8) conv2d(8, 3) relu conv2d(8, 3) relu dense(8) relu "
                         "dense(1) sigmoid"),
             PeopleSchema(), 100);
}

// Whatever a row holds, the score lies within the interval that noise is sized by.
TEST(Predict, KnowsWhereTreesAndNetworksLie) {
  for (const Json& fitted : {BoostedJson("cost ~ age + region", "regression", 10, 3, true),
                             BoostedJson("visits ~ age + region", "count", 10, 3, true),
                             NetworkJson("dense(4) tanh dense(1) sigmoid")}) {
    const auto document = DocumentOf(fitted, {});
    ASSERT_TRUE(document) << document.error().message;
    const auto query = Ask(*document, "SELECT avg(concordat.predict('risk')) FROM people");
    ASSERT_TRUE(query) << query.error().message;
    const auto& range = query->aggregates.front().argument->range;
    ASSERT_TRUE(range);
    EXPECT_LE(range->high - range->low, 40);
    for (const Value& score : Scores(*document, People(100)))
      EXPECT_TRUE(IsNull(score) || (NumberOf(score) >= range->low && NumberOf(score) <= range->high));
  }
}

TEST(Predict, FiltersByNetworksAndTrees) {
  const auto bound = training::NetworkDesign::Bind(
      "ill ~ age + cost + region", "dense(24) tanh dense(24) tanh dense(24) tanh dense(1) sigmoid",
      PeopleSchema());
  ASSERT_TRUE(bound);
  for (const Json& fitted : {bound->ModelOf(bound->network().StartingWeights(5)),
                             BoostedJson("ill ~ age + cost + region", "binary", 100, 6, true)}) {
    const auto document = DocumentOf(fitted, {});
    ASSERT_TRUE(document) << document.error().message;
    const auto rows = Totals(*document,
                             "SELECT count(*) FROM people WHERE concordat.predict('risk') > 0.4 AND "
                             "concordat.predict('risk', age => age / 2) < 0.9",
                             People(300));
    EXPECT_EQ(rows.size(), 1u);
  }
}

}  // namespace
}  // namespace concordat::model
