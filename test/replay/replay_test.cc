// Neighbour replay: the whole pipeline on pairs of databases that differ in one unit, noise frozen, over
// questions and rows at random.
//
//   replay_test [--pairs N] [--seed S]
//
// For each pair and question: both are accepted or refused alike (planning sees no row); the engine fails on
// neither; each measured column moves by at most the sensitivity that the plan charges for it, in the
// mechanism's norm; answers have the same columns and, for declared groups, the same rows of keys. Rows that
// name no unit change nothing at all. Adjacency and claim: src/sql/plan.proof.md.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cmath>
#include <cstdio>
#include <map>
#include <set>

#include "base/check.h"
#include "base/int128.h"
#include "dp/testing_noise.h"
#include "engine/duckdb.h"
#include "golden/stage.h"
#include "model/document.h"
#include "replay/neighbours.h"
#include "sql/bind.h"
#include "sql/generate.h"
#include "sql/shape.h"
#include "sql/testing_question.h"

namespace concordat::replay {
namespace {

// A line that leaves its range for most rows.
constexpr char kModel[] = R"json({"concordat": "model/1", "kind": "lm", "formula": "y ~ x + place",
  "family": "gaussian", "link": "identity", "range": [0, 10], "response": {"name": "y"},
  "inputs": [{"name": "x"}, {"name": "place", "levels": ["north", "south", "a"]}],
  "terms": ["(Intercept)", "x", "placesouth", "placea"], "coefficients": [5, 0.75, -3, 40]})json";
constexpr int kDatabases = 24;      // in one file
constexpr int kQuestionsEach = 25;  // of each database before new ones are drawn

struct Tally {
  std::uint64_t questions = 0;
  std::uint64_t refused = 0;
  std::uint64_t pairs = 0;
  std::uint64_t declared = 0;
  std::uint64_t found = 0;
  std::uint64_t joined = 0;
  std::uint64_t models = 0;  // questions that apply one
  double closest = 0;        // largest distance seen, as a share of the sensitivity
};

using Sums = std::map<Row, std::vector<Int128>>;

struct Released {
  Sums sums;                                // what gets noise, in grid steps
  std::set<Row> found;                      // keys that the engine gave
  std::vector<Row> keys;                    // of the noisy table
  std::set<Row> plain_keys;                 // of the table without noise
  std::vector<Row> rows;                    // the answer
  std::vector<std::string> engine_columns;  // how many the answer has
};

[[noreturn]] void Fault(const std::string& what, const std::string& question, const std::string& table) {
  fmt::print(stderr, "FAULT: {}\n  table {}\n  {}\n", what, table, question);
  std::exit(1);
}

class Replay {
 public:
  Replay(std::uint64_t seed, Tally& tally) : random_(seed), noise_(seed), tally_(tally) {
    auto released = engine::OpenDuckdb({.sources = {}, .memory_mb = 256, .threads = 1});
    CHECK(released);
    released_ = std::move(*released);
  }

  // Draws databases and asks of them until there are `pairs`.
  void Run(std::uint64_t pairs) {
    while (tally_.pairs < pairs) {
      std::string script = PublicTablesSql();
      std::vector<Neighbours> drawn;
      for (int i = 0; i < kDatabases; ++i) drawn.push_back(DrawNeighbours(random_, i, script));
      const golden::Database database(script);
      engine::Source source{.format = engine::Format::kDuckdb, .path = database.path()};
      auto engine = engine::OpenDuckdb({.sources = {source}, .memory_mb = 512, .threads = 1});
      CHECK(engine);
      engine_ = std::move(*engine);
      for (const Neighbours& neighbours : drawn) {
        AskOfModel(neighbours);
        for (int i = 0; i < kQuestionsEach && tally_.pairs < pairs; ++i)
          Ask(neighbours, sql::QuestionWriter(random_, *neighbours.product, publics_).Question());
      }
      engine_.reset();
    }
  }

 private:
  sql::Terms DrawTerms() {
    const double epsilons[] = {0.05, 0.4, 1, 8};
    return {.budget = {Epsilon{epsilons[random_() % 4]}, Delta{1e-6}},
            .threshold = Delta{1e-9},
            .pure = random_() % 4 == 0,
            .margins = random_() % 4 == 0,
            .allow_negative = random_() % 4 == 0,
            .minimum_people = random_() % 3 == 0 ? 3 : 0,
            .accuracy = {}};
  }

  // What a model says of rows whose values have no range of their own. Beside the pairs and questions that
  // are counted: those stay as they are.
  void AskOfModel(const Neighbours& neighbours) {
    const std::mt19937_64 random = random_;
    const std::uint64_t pairs = tally_.pairs, refused = tally_.refused;
    const char* const questions[] = {
        "SELECT region, sum(concordat.predict('risk', x => height, place => note)) FROM {} GROUP BY region",
        "SELECT avg(concordat.predict('risk', x => big, place => region)) FROM {} WHERE employed",
        "SELECT width_bucket(concordat.predict('risk', x => height, place => region), 0, 10, 5) AS bin, "
        "sum(concordat.predict('risk', x => cost * height, place => region)) FROM {} GROUP BY bin",
        "SELECT * FROM concordat.calibration('risk', '{}', outcome => grade = 2, x => height, place => "
        "region)",
        "SELECT * FROM concordat.fairness('risk', '{}', outcome => employed, by => region, threshold => 5, "
        "x => age, place => note)"};
    const char* question = questions[tally_.models++ % std::size(questions)];
    Ask(neighbours, fmt::format(fmt::runtime(question), neighbours.product->name));
    if (tally_.refused > refused) Fault("a question of a model is refused", text_, neighbours.whole);
    random_ = random;
    tally_.pairs = pairs;
  }

  void Ask(const Neighbours& neighbours, const std::string& text) {
    text_ = text;
    ++tally_.questions;
    const auto question = sql::ParseQuestion(text_);
    if (!question) Fault("not SQL: " + question.error().message, text_, neighbours.whole);
    sql::Scope scope = {{neighbours.product->name, neighbours.product}};
    for (const auto& product : publics_) scope[product->name] = product;
    const auto query = sql::Bind(*question, scope, find_model_);
    const auto plan = query ? sql::MakePlan(std::make_shared<sql::Query>(*query), DrawTerms())
                            : Outcome<sql::Plan>(tl::unexpected(query.error()));
    if (!plan) {
      ++tally_.refused;
      return;
    }
    if (!plan->publics.empty()) ++tally_.joined;
    ++(plan->grouping.kind == sql::Grouping::Kind::kThreshold ? tally_.found : tally_.declared);
    secret_ = random_();
    const Released whole = Release(*plan, neighbours.whole);
    CheckDomain(*plan, whole, neighbours);
    for (const std::string& table : neighbours.without) {
      Compare(*plan, whole, Release(*plan, table), table);
      ++tally_.pairs;
    }
    if (!neighbours.without_nobody.empty() && Release(*plan, neighbours.without_nobody).sums != whole.sums &&
        !plan->measured.empty())
      Fault("rows that name no unit change the answer", text_, neighbours.whole);
  }

  Released Release(const sql::Plan& plan, const std::string& table) {
    const sql::Statement inner = sql::InnerStatement(plan, {}, secret_);
    const auto select = [](const std::string& name) {
      return engine::SelectFrom({.format = engine::Format::kDuckdb, .path = {}, .table = name});
    };
    std::vector<std::string> selects = {select(table)};
    for (const auto& product : plan.publics) selects.push_back(select(product->name));
    const std::string statement = sql::WithSources(selects, inner.sql);
    const auto exact = engine_->Run(statement, inner.parameters, {}, nullptr);
    if (!exact) Fault("the engine failed: " + exact.error().message + "\n" + statement, text_, table);
    noise_.Rewind();
    const auto noisy = sql::AddNoise(plan, exact->rows, noise_);
    if (!noisy) Fault(noisy.error().message, text_, table);
    const sql::Statement outer = sql::OuterStatement(plan, *noisy, {});
    const auto answer = released_->Run(outer.sql, outer.parameters, {}, nullptr);
    if (!answer) Fault("the answer failed: " + answer.error().message + "\n" + outer.sql, text_, table);
    Released released{.sums = SumsOf(plan, exact->rows),
                      .found = {},
                      .keys = {},
                      .rows = answer->rows,
                      .engine_columns = answer->names};
    const auto keys = static_cast<std::ptrdiff_t>(plan.query->groups.size());
    for (const Row& row : exact->rows) released.found.emplace(row.begin(), row.begin() + keys);
    dp::NoNoise none;
    const auto plain = sql::AddNoise(plan, exact->rows, none);
    if (!plain) Fault(plain.error().message, text_, table);
    for (const Row& row : *plain) released.plain_keys.emplace(row.begin(), row.begin() + keys);
    for (const Row& row : *noisy) released.keys.emplace_back(row.begin(), row.begin() + keys);
    return released;
  }

  // The integers that noise is added to: of declared groups where they are declared, else of all.
  Sums SumsOf(const sql::Plan& plan, const std::vector<Row>& rows) const {
    const auto keys = static_cast<std::ptrdiff_t>(plan.query->groups.size());
    Sums sums;
    for (const Row& row : rows) {
      auto& there = sums[Row(row.begin(), row.begin() + keys)];
      there.resize(plan.measured.size());
      for (std::size_t i = 0; i < there.size(); ++i) {
        const Value& value = row[static_cast<std::size_t>(keys) + i];
        const auto* large = std::get_if<Int128>(&value);
        const auto* small = std::get_if<std::int64_t>(&value);
        if (large == nullptr && small == nullptr && !IsNull(value)) Fault("not a whole number", text_, "");
        const Int128 number = large ? *large : small ? Int128{*small} : Int128{0};
        there[i] += sql::InSteps(plan.measured[i], number);
      }
    }
    if (plan.grouping.kind == sql::Grouping::Kind::kDeclared) {
      const std::set<Row> declared(plan.grouping.declared.begin(), plan.grouping.declared.end());
      std::erase_if(sums, [&](const auto& group) { return !declared.contains(group.first); });
    }
    std::erase_if(sums, [](const auto& group) {
      return std::all_of(group.second.begin(), group.second.end(), [](Int128 sum) { return sum == 0; });
    });
    return sums;
  }

  // No row lies outside the values that the binder listed.
  void CheckDomain(const sql::Plan& plan, const Released& whole, const Neighbours& neighbours) const {
    if (plan.grouping.kind != sql::Grouping::Kind::kDeclared) return;
    if (whole.keys != plan.grouping.declared) Fault("declared groups are missing", text_, neighbours.whole);
    const std::set<Row> declared(plan.grouping.declared.begin(), plan.grouping.declared.end());
    for (const Row& key : whole.found) {
      if (!declared.contains(key))
        Fault("a group that is not among those declared: " + ToText(key[0]), text_, neighbours.whole);
    }
  }

  void Compare(const sql::Plan& plan, const Released& one, const Released& other, const std::string& table) {
    for (std::size_t i = 0; i < plan.measured.size(); ++i) {
      const dp::Measurement& charged = plan.measurements[i];
      const double moved = Distance(one.sums, other.sums, i, charged.mechanism);
      const auto sensitivity = static_cast<double>(charged.sensitivity);
      if (moved > sensitivity) {
        Fault(fmt::format("column {} moves by {} and is charged for {}\n{}", i, moved, sensitivity,
                          sql::InnerStatement(plan, {}, secret_).sql),
              text_, table);
      }
      tally_.closest = std::max(tally_.closest, moved / sensitivity);
    }
    if (one.engine_columns != other.engine_columns) Fault("columns differ", text_, table);
    const bool fixed = plan.grouping.kind != sql::Grouping::Kind::kThreshold;
    if (fixed && one.keys != other.keys) Fault("groups differ", text_, table);
    for (const Row& key : one.plain_keys) {
      if (!fixed && !other.found.contains(key)) Fault("a group of one unit is shown", text_, table);
    }
    const bool cut = plan.query->having || plan.query->limit || plan.query->distinct;
    if (fixed && !cut && one.rows.size() != other.rows.size()) Fault("rows differ in number", text_, table);
  }

  static double Distance(const Sums& one, const Sums& other, std::size_t index, dp::Mechanism mechanism) {
    std::set<Row> keys;
    for (const auto& [key, sums] : one) keys.insert(key);
    for (const auto& [key, sums] : other) keys.insert(key);
    const auto at = [&](const Sums& sums, const Row& key) {
      const auto place = sums.find(key);
      return place == sums.end() ? Int128{0} : place->second[index];
    };
    double distance = 0;
    for (const Row& key : keys) {
      const auto difference = static_cast<double>(at(one, key) - at(other, key));
      distance +=
          mechanism == dp::Mechanism::kDiscreteLaplace ? std::abs(difference) : difference * difference;
    }
    return mechanism == dp::Mechanism::kDiscreteLaplace ? distance : std::sqrt(distance);
  }

  std::mt19937_64 random_;
  dp::FrozenNoise noise_;
  Tally& tally_;
  std::unique_ptr<engine::Engine> engine_;
  std::unique_ptr<engine::Engine> released_;
  sql::Products publics_ = sql::PublicTables();
  sql::FindModel find_model_ = [document = *model::ReadModelText(kModel)](const std::string&) {
    return Outcome<sql::ModelPtr>(model::Applied(document, "lewisham/risk version 1"));
  };
  std::string text_;  // the question that is being replayed
  std::uint64_t secret_ = 0;
};

}  // namespace
}  // namespace concordat::replay

int main(int argc, char** argv) {
  using concordat::replay::Tally;
  std::uint64_t pairs = 4000;
  std::uint64_t seed = 20261123;
  CLI::App app{"Neighbour replay"};
  app.add_option("--pairs", pairs, "how many pairs of databases to replay questions on");
  app.add_option("--seed", seed, "of products, rows, questions, settings and noise");
  CLI11_PARSE(app, argc, argv);
  fmt::print("seed {}\n", seed);
  std::fflush(stdout);
  Tally tally;
  concordat::replay::Replay(seed, tally).Run(pairs);
  fmt::print(
      "{} pairs, {} questions: {} of declared groups, {} of found groups, {} with joins, {} refused; largest "
      "distance {:.6f} of the sensitivity\n",
      tally.pairs, tally.questions, tally.declared, tally.found, tally.joined, tally.refused, tally.closest);
  const bool power = pairs < 1000 || (tally.closest > 0.999 && tally.found > 50 && tally.joined > 50 &&
                                      tally.refused * 2 < tally.questions);
  if (!power) fmt::print("the questions or rows no longer reach the bounds: this run proves little\n");
  return power ? 0 : 1;
}
