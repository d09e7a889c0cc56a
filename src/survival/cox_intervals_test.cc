#include "survival/cox_intervals.h"

#include <gtest/gtest.h>

namespace concordat::survival {
namespace {

using List = std::vector<std::int64_t>;

TEST(Join, JoinsTimesUntilEnoughEventsAreSeen) {
  const struct {
    const char* name;
    std::vector<double> rows, events;
    LeastShown least;
    List starts, wanted;
  } cases[] = {
      {"every time by itself", {3, 1, 0, 2}, {1, 0, 0, 2}, {1, true}, {0, 3}, {1, 2}},
      {"rows before the first event are never at risk", {5, 5, 1}, {0, 0, 1}, {1, false}, {2}, {1}},
      {"but where they are few", {1, 2, 2}, {0, 2, 2}, {2, false}, {0, 2}, {2, 2}},
      {"two by two", {1, 1, 1, 1}, {1, 1, 1, 1}, {2, true}, {0, 2}, {2, 2}},
      {"the last is joined with the one before", {1, 1, 1, 1, 1}, {1, 1, 1, 1, 1}, {2, true}, {0, 2}, {2, 3}},
      {"one other row is not shown by itself", {3, 2, 2, 2}, {2, 2, 2, 2}, {2, true}, {}, {}},
      {"but where sums over events are not opened",
       {3, 2, 2, 2},
       {2, 2, 2, 2},
       {2, false},
       {0, 1, 2, 3},
       {2, 2, 2, 2}},
      {"two other rows are", {4, 2, 2, 2}, {2, 2, 2, 2}, {2, true}, {0, 1, 2, 3}, {2, 2, 2, 2}},
      {"too few in all", {1, 1}, {1, 1}, {3, false}, {}, {}},
      {"none at all", {4, 4}, {0, 0}, {3, true}, {}, {}},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    const auto joined = Join({.rows = c.rows, .events = c.events}, c.least);
    const bool nothing = c.rows == std::vector<double>{4, 4};
    ASSERT_EQ(joined.has_value(), !c.starts.empty() || nothing);
    if (!joined) continue;
    EXPECT_EQ(joined->starts, c.starts);
    EXPECT_EQ(joined->events, c.wanted);
  }
}

// Who comes counts beside who goes.
TEST(Join, CountsThoseWhoEnter) {
  const std::vector<double> rows = {2, 3, 2}, events = {2, 2, 2}, one = {0, 1, 0}, none = {0, 0, 0};
  EXPECT_EQ(Join({.rows = rows, .events = events, .entries = none}, {2, true}), std::nullopt);
  EXPECT_EQ(Join({.rows = rows, .events = events, .entries = one}, {2, true})->starts, (List{0, 1, 2}));
}

TEST(Intervals, KnowWhoIsAtRisk) {
  const Intervals intervals{.starts = {2, 5, 8}, .events = {1, 1, 1}};
  const struct {
    const char* name;
    Spell spell;
    int first, last;  // -1: never at risk
  } cases[] = {
      {"from the beginning", {-1, 8, false}, 0, 2},       {"entered before the first", {1, 4, false}, 0, 0},
      {"entered at an event's time", {2, 8, true}, 1, 2}, {"entered between", {3, 5, true}, 1, 1},
      {"came and went", {5, 7, false}, -1, -1},           {"came and died", {5, 7, true}, 1, 1},
      {"left before the first", {-1, 1, false}, -1, -1},  {"entered after the last", {8, 9, false}, -1, -1},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    const auto at = intervals.Of(c.spell);
    ASSERT_EQ(at.has_value(), c.first >= 0);
    if (!at) continue;
    EXPECT_EQ(at->first, static_cast<std::size_t>(c.first));
    EXPECT_EQ(at->last, static_cast<std::size_t>(c.last));
  }
}

TEST(Intervals, FindTheirTimes) {
  const Intervals intervals{.starts = {2, 5}, .events = {1, 1}};
  EXPECT_EQ(intervals.Find(1), std::nullopt);
  EXPECT_EQ(intervals.Find(2), 0U);
  EXPECT_EQ(intervals.Find(4), 0U);
  EXPECT_EQ(intervals.Find(5), 1U);
  EXPECT_EQ(intervals.Find(99), 1U);
}

}  // namespace
}  // namespace concordat::survival
