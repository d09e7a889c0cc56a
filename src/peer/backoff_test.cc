#include "peer/backoff.h"

#include <gtest/gtest.h>

#include "base/testing_random.h"

namespace concordat::peer {
namespace {

TEST(Backoff, DoublesWithJitterUpToTheLongest) {
  SeededRandom random(20261127);
  const struct {
    int failures;
    int least, most;  // milliseconds
  } cases[] = {
      {1, 250, 500}, {2, 500, 1000}, {5, 4000, 8000}, {8, 30'000, 60'000}, {1'000'000, 30'000, 60'000}};
  for (const auto& c : cases) {
    SCOPED_TRACE(c.failures);
    Milliseconds shortest{1'000'000}, longest{0};
    for (int i = 0; i < 1000; ++i) {
      const Milliseconds wait = BackoffAfter(c.failures, Milliseconds(500), Milliseconds(60'000), random);
      shortest = std::min(shortest, wait);
      longest = std::max(longest, wait);
    }
    EXPECT_GE(shortest.count(), c.least);
    EXPECT_LE(longest.count(), c.most);
    EXPECT_GT((longest - shortest).count(), (c.most - c.least) * 9 / 10);  // of 1,000 draws: jitter is there
  }
}

}  // namespace
}  // namespace concordat::peer
