#include <gtest/gtest.h>

#include "federation/testing_simulation.h"
#include "federation/testing_sum.h"

namespace concordat::federation {
namespace {

TEST(Simulation, Runs) {
  const PlainSumming summing;
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    const Run run = Simulate(seed, summing);
    for (const std::string& fault : run.faults) ADD_FAILURE() << "seed " << seed << ": " << fault;
  }
}

}  // namespace
}  // namespace concordat::federation
