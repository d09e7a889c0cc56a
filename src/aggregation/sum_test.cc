// Sums are exact over whoever is in them, or there is none: every set of parties that die, in every round.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "aggregation/testing_sum.h"

namespace concordat::aggregation {
namespace {

struct Case {
  Way way;
  Width width;
};

class Sum : public ::testing::TestWithParam<Case> {
 protected:
  Size SizeOf(std::size_t parties, std::size_t colluding) const {
    return {.way = GetParam().way,
            .width = GetParam().width,
            .parties = parties,
            .quorum = (parties + colluding) / 2 + 1,
            .colluding = colluding,
            .length = 5};
  }
};

INSTANTIATE_TEST_SUITE_P(BothWays, Sum,
                         ::testing::Values(Case{Way::kMasks, Width::k64}, Case{Way::kMasks, Width::k128},
                                           Case{Way::kEncryption, Width::k64},
                                           Case{Way::kEncryption, Width::k128}),
                         [](const auto& info) {
                           return fmt::format("{}{}", info.param.way == Way::kMasks ? "Masks" : "Encryption",
                                              static_cast<int>(info.param.width));
                         });

bool In(std::uint32_t set, std::uint16_t party) { return (set >> party & 1) != 0; }

std::vector<std::uint16_t> Outside(std::uint32_t set, std::size_t parties) {
  std::vector<std::uint16_t> outside;
  for (std::uint16_t party = 0; party < parties; ++party) {
    if (!In(set, party)) outside.push_back(party);
  }
  return outside;
}

TEST_P(Sum, IsExactOverThoseIncludedWhoeverDiesWhenever) {
  for (std::size_t n = 2; n <= 5; ++n) {
    const Size size = SizeOf(n, 0);
    const Cast cast = CastOf(size);
    for (std::uint32_t dying = 0; dying < 1U << n; ++dying) {
      for (int at = 1; at <= (dying == 0 ? 1 : 5); ++at) {
        SCOPED_TRACE(fmt::format("{} parties, {:b} die in round {}", n, dying, at));
        const auto values = EdgeValues(size, dying * 8 + static_cast<std::uint32_t>(at));
        Rehearsal rehearsal(cast, values, dying);
        rehearsal.speaks = [&](Round round, std::uint16_t party) {
          return !In(dying, party) || static_cast<int>(round) < at;
        };
        const auto sum = rehearsal.Run();
        EXPECT_TRUE(rehearsal.faults().empty());
        const auto staying = Outside(dying, n);
        if (staying.size() < size.quorum) {
          ASSERT_FALSE(sum);
          EXPECT_EQ(sum.error().code, ErrorCode::kUnavailable) << sum.error().message;
          EXPECT_NE(sum.error().message.find("member"), std::string::npos) << sum.error().message;
          continue;
        }
        ASSERT_TRUE(sum) << sum.error().message;
        const auto included = at <= 3 ? staying : Outside(0, n);
        EXPECT_EQ(rehearsal.receiver().Included(), included);
        EXPECT_EQ(*sum, SumOfValues(size, values, included));
      }
    }
  }
}

TEST_P(Sum, IsOpenedOnceWhenItsLastRoundIsClosed) {
  const Size size = SizeOf(2, 0);
  const Cast cast = CastOf(size);
  Rehearsal rehearsal(cast, EdgeValues(size, 1), 1);
  EXPECT_EQ(rehearsal.receiver().Finish().error().code, ErrorCode::kFailedPrecondition);
  ASSERT_TRUE(rehearsal.Run());
  EXPECT_EQ(rehearsal.receiver().Finish().error().code, ErrorCode::kFailedPrecondition);
  EXPECT_FALSE(rehearsal.receiver().Close());
  EXPECT_FALSE(rehearsal.receiver().Add(rehearsal.said().at(Round::kOpen).front()));
}

// Each party dies in a round of its own, or in none; among many, who are not all neighbours, and with some
// colluding.
TEST_P(Sum, IsExactOverThoseIncludedWhenEachDiesInItsOwnRound) {
  const bool masks = GetParam().way == Way::kMasks;
  const Size size = masks ? SizeOf(14, 2) : SizeOf(6, 0);
  const Cast cast = CastOf(size);
  SeededRandom random(20261127);
  int opened = 0, restored = 0;
  for (int run = 0; run < 20; ++run) {
    SCOPED_TRACE(run);
    std::vector<int> dies(size.parties);  // never, in three cases of four
    for (int& round : dies)
      round = random.NextU64() % 4 == 0 ? 1 + static_cast<int>(random.NextU64() % 6) : 7;
    const auto values = EdgeValues(size, static_cast<std::uint64_t>(run));
    Rehearsal rehearsal(cast, values, static_cast<std::uint64_t>(run));
    rehearsal.speaks = [&](Round round, std::uint16_t party) {
      return static_cast<int>(round) < dies[party];
    };
    const auto sum = rehearsal.Run();
    const auto after = [&](int round) {
      return std::ranges::count_if(dies, [&](int at) { return at > round; });
    };
    // Keys of those who died between agreeing and opening are restored, if quorum is there for that too.
    const bool restores = !masks && after(5) < after(4);
    const bool opens = after(restores ? 6 : 5) >= static_cast<std::ptrdiff_t>(size.quorum);
    restored += restores && opens;
    ASSERT_EQ(sum.has_value(), opens);
    if (!opens) continue;
    ++opened;
    std::vector<std::uint16_t> included;
    for (std::uint16_t party = 0; party < size.parties; ++party) {
      if (dies[party] > 3) included.push_back(party);
    }
    EXPECT_EQ(*sum, SumOfValues(size, values, included));
  }
  EXPECT_GT(opened, 3);
  EXPECT_EQ(restored > 0, !masks);
}

}  // namespace
}  // namespace concordat::aggregation
