// Fits in any weather, among members who lie, a third of whom may die in a round: all owners' numbers, each
// with its noise, or refused by name, and nothing of some owners alone is ever open.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "federation/testing_simulation.h"

namespace concordat::federation {
namespace {

using testing::AnyOf;

class FitSimulation : public testing::TestWithParam<bool> {};

TEST_P(FitSimulation, HoldsForHundredsOfSeeds) {
  std::map<std::string, int> outcomes;
  int struck = 0;
  std::uint64_t resumed = 0;
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    const auto run = SimulateFits(seed, GetParam());
    for (const std::string& fault : run.faults)
      ADD_FAILURE() << fault << "\nreplay: federation_simulation " << (GetParam() ? "--noisy-fits" : "--fits")
                    << " --seed " << seed;
    for (const auto& [outcome, times] : run.outcomes) outcomes[outcome] += times;
    struck += run.struck;
    resumed += run.resumed;
  }
  EXPECT_GT(outcomes["answered"], 100);
  EXPECT_GT(outcomes["owners_missing"], 10);
  EXPECT_GT(struck, 30);
  EXPECT_GT(resumed, 5U);
  for (const auto& [outcome, times] : outcomes)
    EXPECT_THAT(outcome, AnyOf("answered", "owners_missing", "plans_differ", "budget_exhausted", "failed",
                               "agreement_not_active", "document_differs", "rows_changed", "sum_failed",
                               "non_disclosing", "node_full", "clock_skewed"));
}

TEST_P(FitSimulation, IsTheSameForTheSameSeed) {
  for (std::uint64_t seed = 1; seed <= 50; ++seed)
    EXPECT_EQ(SimulateFits(seed, GetParam()).outcomes, SimulateFits(seed, GetParam()).outcomes) << seed;
}

INSTANTIATE_TEST_SUITE_P(Exact, FitSimulation, testing::Values(false));
INSTANTIATE_TEST_SUITE_P(Noisy, FitSimulation, testing::Values(true));

}  // namespace
}  // namespace concordat::federation
