#include <gtest/gtest.h>

#include "federation/sums.h"
#include "federation/testing_simulation.h"
#include "federation/testing_sum.h"
#include "federation/testing_world.h"

namespace concordat::federation {
namespace {

void HoldsFor(std::uint64_t first, std::uint64_t count, const Summing& summing, const char* sums) {
  for (std::uint64_t seed = first; seed < first + count; ++seed) {
    for (const std::string& fault : Simulate(seed, summing).faults)
      ADD_FAILURE() << fault << "\nreplay: federation_simulation --seed " << seed << " --sums " << sums;
  }
}

TEST(Simulation, HoldsForAThousandSeeds) { HoldsFor(1, 1'000, PlainSumming(), "plain"); }

TEST(Simulation, HoldsForBothWaysOfSumming) { HoldsFor(1, 30, SecretSumming(), "real"); }

TEST(Simulation, IsTheSameForTheSameSeed) {
  const PlainSumming summing;
  for (std::uint64_t seed = 1; seed <= 50; ++seed)
    EXPECT_EQ(Simulate(seed, summing).outcomes, Simulate(seed, summing).outcomes) << seed;
}

TEST(Disk, LosesNothingButATornTail) {
  for (std::size_t torn = 0; torn < 15; ++torn) {
    Disk disk;
    disk.Put({1, 2, 3});
    disk.Put({4, 5}, torn);
    const std::vector<Bytes> whole =
        torn < 14 ? std::vector<Bytes>{{1, 2, 3}} : std::vector<Bytes>{{1, 2, 3}, {4, 5}};
    EXPECT_EQ(disk.Read(), whole) << torn;
    disk.Put({6});
    EXPECT_EQ(disk.Read().back(), Bytes{6});
  }
}

}  // namespace
}  // namespace concordat::federation
