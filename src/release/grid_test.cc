#include "release/grid.h"

#include <gtest/gtest.h>

#include <set>

namespace concordat::release {
namespace {

TEST(LeavesAfter, IsTheGridDoubledUntilTheWorkIsDone) {
  const struct {
    const char* name;
    int worked, grid, leaves;
  } cases[] = {
      {"no work", 0, 100, 100},           {"almost a step", 99, 100, 100}, {"a step", 100, 100, 100},
      {"just past it", 101, 100, 200},    {"two steps", 200, 100, 200},    {"past two", 201, 100, 400},
      {"a minute", 60'000, 100, 102'400}, {"the finest grid", 5, 1, 8},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    EXPECT_EQ(LeavesAfter(Milliseconds(c.worked), Milliseconds(c.grid)), Milliseconds(c.leaves));
  }
}

TEST(LeavesAfter, TellsOneOfFewDurations) {
  std::set<Milliseconds> told;
  for (int worked = 0; worked <= 60'000; ++worked) {
    const Milliseconds leaves = LeavesAfter(Milliseconds(worked), Milliseconds(100));
    ASSERT_GE(leaves, Milliseconds(worked));
    told.insert(leaves);
  }
  EXPECT_EQ(told.size(), 11U);  // 100 ms times 1, 2, 4, …, 1024
}

}  // namespace
}  // namespace concordat::release
