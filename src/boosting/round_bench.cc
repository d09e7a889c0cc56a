// A member's part in a round of boosting at the end of a fit of 100 trees: 12,000 rows, a quarter of the
// census, from nothing and going on from the round before; and what the node that asks makes of the total.
#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>
#include <utility>

#include "base/check.h"
#include "boosting/features.h"
#include "boosting/methods.h"

namespace concordat::boosting {
namespace {

struct Late {
  std::unique_ptr<ExactMethod> method;
  Rows rows;
  Json before, state;  // of the last two rounds
  std::vector<double> totals;
};

constexpr std::size_t kRows = 12'000, kNumbers = 6, kFactors = 8, kLevels = 12;

// Spread evenly over [0, 1): multiples of an irrational, another for each column.
double Spread(std::size_t row, std::size_t column) {
  const double product = static_cast<double>(row + 1) * std::sqrt(2 + static_cast<double>(column) * 1.37);
  return product - std::floor(product);
}

Schema MadeUp() {
  Schema schema = {{.name = "ill", .levels = {"no", "yes"}}};
  for (std::size_t i = 0; i < kNumbers; ++i)
    schema.push_back({.name = fmt::format("x{}", i), .range = {{0, 1}}});
  std::vector<std::string> levels;
  for (std::size_t i = 0; i < kLevels; ++i) levels.push_back(fmt::format("l{}", i));
  for (std::size_t i = 0; i < kFactors; ++i)
    schema.push_back({.name = fmt::format("f{}", i), .levels = levels});
  return schema;
}

Rows RowsOf(const Schema& schema) {
  Rows rows;
  for (std::size_t column = 0; column < schema.size(); ++column) {
    std::vector<double> values;
    for (std::size_t row = 0; row < kRows; ++row) {
      const double value = Spread(row, column);
      values.push_back(column == 0         ? (value < 0.3 * (Spread(row, 1) + Spread(row, 8)) ? 1 : 0)
                       : column > kNumbers ? std::floor(value * kLevels)
                                           : value);
    }
    rows.columns.push_back({schema[column].name, std::move(values)});
  }
  return rows;
}

Late MakeLate() {
  const Schema schema = MadeUp();
  std::string formula = "ill ~ x0";
  for (std::size_t i = 2; i < schema.size(); ++i) formula += " + " + schema[i].name;
  Late made{
      .method = *MakeBoost({"boost", formula, "people", {{"eta", 0.1}}}, schema, {.parameters_share = 1}),
      .rows = RowsOf(schema)};
  std::unique_ptr<Kept> kept;
  for (Json state = made.method->Start();;) {
    auto totals = made.method->AddAgain(made.rows, state, kept);
    CHECK(totals);
    const auto step = made.method->Next(state, totals->numbers);
    CHECK(step);
    if (step->fitted) return made;
    made.before = std::exchange(made.state, std::exchange(state, step->state));
    made.totals = std::move(totals->numbers);
  }
}

const Late& LateRound() {
  static const Late late = MakeLate();
  return late;
}

void MemberFromNothing(benchmark::State& state) {
  const Late& late = LateRound();
  for (auto _ : state) benchmark::DoNotOptimize(late.method->Add(late.rows, late.state));
}
BENCHMARK(MemberFromNothing)->Unit(benchmark::kMillisecond);

void MemberGoingOn(benchmark::State& state) {
  const Late& late = LateRound();
  std::unique_ptr<Kept> kept;
  CHECK(late.method->AddAgain(late.rows, late.before, kept));
  for (auto _ : state) benchmark::DoNotOptimize(late.method->AddAgain(late.rows, late.state, kept));
}
BENCHMARK(MemberGoingOn)->Unit(benchmark::kMillisecond);

void NodeThatAsks(benchmark::State& state) {
  const Late& late = LateRound();
  for (auto _ : state) benchmark::DoNotOptimize(late.method->Next(late.state, late.totals));
  state.counters["numbers"] = static_cast<double>(late.totals.size());
  state.counters["state_bytes"] = static_cast<double>(late.state.dump().size());
}
BENCHMARK(NodeThatAsks)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace concordat::boosting
