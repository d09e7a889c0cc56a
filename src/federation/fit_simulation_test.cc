// Fits in any weather, among members who lie: exact or refused, and nothing of some owners alone is ever
// open.
#include <gtest/gtest.h>

#include "federation/testing_simulation.h"

namespace concordat::federation {
namespace {

TEST(FitSimulation, HoldsForHundredsOfSeeds) {
  std::map<std::string, int> outcomes;
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    const auto run = SimulateFits(seed);
    for (const std::string& fault : run.faults)
      ADD_FAILURE() << fault << "\nreplay: federation_simulation --fits --seed " << seed;
    for (const auto& [outcome, times] : run.outcomes) outcomes[outcome] += times;
  }
  EXPECT_GT(outcomes["answered"], 100);
  EXPECT_GT(outcomes["owners_missing"], 10);
}

TEST(FitSimulation, IsTheSameForTheSameSeed) {
  for (std::uint64_t seed = 1; seed <= 50; ++seed)
    EXPECT_EQ(SimulateFits(seed).outcomes, SimulateFits(seed).outcomes) << seed;
}

}  // namespace
}  // namespace concordat::federation
