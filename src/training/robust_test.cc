// Medians and trimmed means out of counts: against those of the members' own numbers; and who lies.
#include "training/robust.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/testing_random.h"

namespace concordat::training {
namespace {

using Eigen::Index;
using Eigen::VectorXd;
using Numbers = std::vector<double>;

constexpr double kMost = 3.7;
constexpr double kResolution = 1.0 / 256;  // of a number

// Numbers of all sizes, both signs, some 0.
std::vector<VectorXd> MovesOf(std::size_t members, Index numbers, RandomSource& random) {
  std::vector<VectorXd> moves(members, VectorXd(numbers));
  for (VectorXd& move : moves)
    for (double& number : move) {
      const std::uint64_t drawn = random.NextU64();
      const int power = static_cast<int>(drawn % 24);
      const double size = std::ldexp(static_cast<double>(drawn >> 11) * 0x1p-53, -power) * kMost;
      number = power == 23 ? 0 : (drawn >> 9) % 2 == 0 ? size : -size;
    }
  return moves;
}

struct Summed {
  std::vector<Numbers> own;
  Numbers total;
};

Summed SumOf(const Robust& robust, const Brackets& brackets, const std::vector<VectorXd>& moves,
             RandomSource& random) {
  Summed summed{.own = {}, .total = Numbers(robust.Length(brackets.step), 0.0)};
  for (const VectorXd& move : moves) {
    summed.own.push_back(robust.Add(brackets, move));
    robust.Scatter(brackets.step, summed.own.back(), random);
    for (std::size_t i = 0; i < summed.total.size(); ++i) summed.total[i] += summed.own.back()[i];
  }
  return summed;
}

VectorXd Combined(const Robust& robust, const std::vector<VectorXd>& moves, RandomSource& random) {
  Brackets brackets = *robust.Read(0, {});
  for (int step = 0; step < robust.steps(); ++step) {
    EXPECT_EQ(brackets.step, step);
    const Summed summed = SumOf(robust, brackets, moves, random);
    for (const Numbers& own : summed.own) EXPECT_TRUE(robust.CheckRest(brackets, summed.total, own));
    auto next = robust.Next(brackets, summed.total);
    EXPECT_TRUE(next) << next.error().message;
    EXPECT_EQ(next->combined.has_value(), step + 1 == robust.steps());
    if (next->combined) return *next->combined;
    const auto read = robust.Read(next->brackets.step, robust.ToNumbers(next->brackets));
    EXPECT_TRUE(read);
    brackets = *read;
  }
  return {};
}

// By definition: the mean of those that are left when so many at each end are taken away.
double Directly(std::vector<double> numbers, std::size_t trimmed) {
  std::sort(numbers.begin(), numbers.end());
  const auto from = numbers.begin() + static_cast<std::ptrdiff_t>(trimmed);
  const auto to = numbers.end() - static_cast<std::ptrdiff_t>(trimmed);
  return std::accumulate(from, to, 0.0) / static_cast<double>(to - from);
}

std::vector<double> Of(const std::vector<VectorXd>& moves, Index number) {
  std::vector<double> numbers;
  for (const VectorXd& move : moves) numbers.push_back(move[number]);
  return numbers;
}

TEST(Levels, ArePlacedAsFloatingPointNumbersAre) {
  EXPECT_EQ(LevelOf(0, kMost), 2048);
  EXPECT_EQ(ValueOf(2048, kMost), 0);
  for (int level = 1; level <= 4095; ++level) {
    EXPECT_EQ(LevelOf(ValueOf(level, kMost), kMost), level);
    EXPECT_EQ(ValueOf(4096 - level, kMost), -ValueOf(level, kMost));
    EXPECT_LT(ValueOf(level - 1, kMost), ValueOf(level, kMost));
  }
  SeededRandom random(1);
  const std::vector<VectorXd> moves = MovesOf(1, 20'000, random);
  for (const double number : moves[0]) {
    const double off = std::abs(ValueOf(LevelOf(number, kMost), kMost) - number);
    EXPECT_LE(off, std::max(kResolution * std::abs(number), 0x1p-23 * kMost)) << number;
  }
  EXPECT_EQ(LevelOf(1e300, kMost), 4095);
  EXPECT_EQ(LevelOf(-kMost, kMost), 1);
}

TEST(Robust, IsTheMedianAndTheTrimmedMeanOfMembers) {
  const struct {
    std::size_t members, trimmed;
    int steps;
  } cases[] = {{5, 2, 4}, {6, 2, 4}, {7, 3, 4},  {20, 9, 4}, {5, 1, 5},
               {7, 1, 5}, {8, 2, 5}, {21, 5, 5}, {5, 0, 5}};
  for (const auto& c : cases) {
    SCOPED_TRACE(std::to_string(c.members) + " less " + std::to_string(c.trimmed));
    SeededRandom random(c.members);
    const Index numbers = 60;
    const Robust robust({.members = c.members, .trimmed = c.trimmed, .most = kMost, .numbers = numbers});
    EXPECT_EQ(robust.steps(), c.steps);
    const std::vector<VectorXd> moves = MovesOf(c.members, numbers, random);
    const VectorXd combined = Combined(robust, moves, random);
    ASSERT_EQ(combined.size(), numbers);
    for (Index i = 0; i < numbers; ++i) {
      const std::vector<double> own = Of(moves, i);
      // Each of the members that count is off by a level's width at most, those that do not likewise.
      double largest = 0;
      for (const double number : own) largest = std::max(largest, std::abs(number));
      const double within = 4 * std::max(kResolution * largest, 0x1p-22 * kMost);
      EXPECT_NEAR(combined[i], Directly(own, c.trimmed), within) << i;
      if (c.members == 5 && c.trimmed == 2)
        EXPECT_EQ(combined[i], ValueOf(LevelOf(Directly(own, 2), kMost), kMost)) << i;
    }
  }
}

// As many as are trimmed at each end: what comes out is between what the others have.
TEST(Robust, IsNotDecidedByAFewMembers) {
  for (const auto& [members, trimmed] : {std::pair<std::size_t, std::size_t>{5, 1}, {5, 2}, {7, 3}, {9, 2}}) {
    SeededRandom random(members);
    const Robust robust({.members = members, .trimmed = trimmed, .most = kMost, .numbers = 50});
    std::vector<VectorXd> moves = MovesOf(members - trimmed, 50, random);
    const std::vector<VectorXd> honest = moves;
    for (std::size_t i = 0; i < trimmed; ++i) moves.push_back(VectorXd::Constant(50, 1e6));
    const VectorXd combined = Combined(robust, moves, random);
    for (Index i = 0; i < 50; ++i) {
      const std::vector<double> own = Of(honest, i);
      const auto [low, high] = std::minmax_element(own.begin(), own.end());
      EXPECT_GE(combined[i], *low - kResolution * std::abs(*low) - 0x1p-22 * kMost);
      EXPECT_LE(combined[i], *high + kResolution * std::abs(*high) + 0x1p-22 * kMost);
    }
  }
}

TEST(Robust, TakesNoBracketsOfOthersThatHoldNoRank) {
  const Robust robust({.members = 5, .trimmed = 1, .most = kMost, .numbers = 1});
  ASSERT_EQ(robust.Size(2), 6);
  const VectorXd good{{0, 0, 2, 63, 3, 2}};
  EXPECT_TRUE(robust.Read(2, good));
  EXPECT_FALSE(robust.Read(2, good.head(3)));
  const struct {
    Index at;
    double is;
  } cases[] = {{0, 64}, {0, -1}, {0, 0.5}, {0, NAN}, {1, 2}, {2, 1}, {2, 6}, {4, 4}, {4, 1}, {5, 1e9}};
  for (const auto& c : cases) {
    VectorXd other = good;
    other[c.at] = c.is;
    EXPECT_FALSE(robust.Read(2, other)) << c.at << " " << c.is;
  }
}

// Four members that all vote alike, and one that may add what it likes.
class Liar : public ::testing::Test {
 protected:
  Liar() {
    const VectorXd alike = VectorXd::Constant(1, 1e-4);
    summed_ = SumOf(robust_, brackets_, std::vector<VectorXd>(4, alike), random_);
  }
  std::string Said(const Numbers& added) {
    Numbers total = summed_.total;
    for (std::size_t i = 0; i < total.size(); ++i) total[i] += added[i];
    const auto next = robust_.Next(brackets_, total);
    if (!next) return next.error().reason;
    for (const Numbers& own : summed_.own)
      if (const auto rest = robust_.CheckRest(brackets_, total, own); !rest)
        return "own " + rest.error().reason;
    return next->brackets.each[0].cell == 7 ? "moved" : "taken";
  }
  Numbers Nothing() const { return Numbers(robust_.Length(0), 0.0); }
  // So many votes for the last choice, and as many taken out of `choice` in a box.
  Numbers Moved(int votes, std::size_t choice, std::size_t box) const {
    Numbers added = Nothing(), out = Nothing();
    for (int i = 0; i <= votes; ++i) votes_.Cast(7, added);
    votes_.Cast(box * 8 + choice, out);
    for (std::size_t i = 0; i < added.size(); ++i) added[i] -= votes * out[i];
    return added;
  }

  SeededRandom random_{5};
  Robust robust_{{.members = 5, .trimmed = 2, .most = kMost, .numbers = 1}};
  Votes votes_{5, 8};
  Brackets brackets_ = *robust_.Read(0, {});
  Summed summed_;
};

TEST_F(Liar, IsRefusedWhereNoMembersVoteSo) {
  Numbers vote = Nothing();
  votes_.Cast(7, vote);
  EXPECT_EQ(Said(vote), "taken");
  EXPECT_EQ(Said(Nothing()), "counts_impossible");
  for (const double other : {-1.0, 0.5, 6.0, 1e17, -1e17, std::ldexp(1.0, 51)}) {
    Numbers wrong = vote;
    wrong[0] += other;
    EXPECT_EQ(Said(wrong), "counts_impossible") << other;
  }
  Numbers twice = vote;
  votes_.Cast(7, twice);
  EXPECT_EQ(Said(twice), "counts_impossible");
}

// Zero is at the beginning of the fifth choice; whoever does not know in which box votes lie guesses.
TEST_F(Liar, IsRefusedWhereItTakesVotesOutOfABox) {
  int below_nothing = 0, own_box_empty = 0;
  for (std::size_t box = 0; box < votes_.boxes(); ++box) {
    const std::string said = Said(Moved(1, 4, box));
    below_nothing += said == "counts_impossible" ? 1 : 0;
    own_box_empty += said == "own counts_impossible" ? 1 : 0;
  }
  EXPECT_EQ(below_nothing + own_box_empty, static_cast<int>(votes_.boxes()));
  EXPECT_EQ(own_box_empty, 4);  // with this seed no two votes lie in one box
}

// Without boxes one that knows how the others vote, as all do near the end of a fit, moves the median alone:
// what the boxes are for.
TEST_F(Liar, MovesTheMedianWhereAllVotesLieInOneBox) {
  summed_ = {.own = std::vector<Numbers>(4, robust_.Add(brackets_, VectorXd::Constant(1, 1e-4))),
             .total = Nothing()};
  for (const Numbers& own : summed_.own)
    for (std::size_t i = 0; i < own.size(); ++i) summed_.total[i] += own[i];
  EXPECT_EQ(Said(Moved(3, 4, 0)), "moved");
}

// One that speaks last and works with the node that asks sees the others' boxes: what it takes away unseen
// is the votes that share a box with others. 4 votes in 20 boxes lie in two or fewer in 1.7% of questions
// (20 + 190 * 14 of 20^4). Of 20,000 six standard errors are 0.54%: false alarms below 1e-8.
TEST(LiarThatSeesAll, FindsVotesToTakeInFewQuestions) {
  SeededRandom random(9);
  const Votes votes(5, 8);
  constexpr int kQuestions = 20'000;
  int open = 0;
  for (int question = 0; question < kQuestions; ++question) {
    std::vector<Numbers> boxes;
    for (int member = 0; member < 4; ++member) {
      Numbers own(votes.length(), 0.0);
      votes.Cast(4, own);
      votes.Scatter(own, random);
      if (std::find(boxes.begin(), boxes.end(), own) == boxes.end()) boxes.push_back(own);
    }
    open += boxes.size() <= 2 ? 1 : 0;
  }
  EXPECT_NEAR(static_cast<double>(open) / kQuestions, 2680.0 / 160'000, 0.0054);
}

TEST(RobustSum, StaysBetweenTheBrackets) {
  SeededRandom random(3);
  const Robust robust({.members = 5, .trimmed = 1, .most = 1, .numbers = 1});
  const Brackets brackets{.step = 4, .each = {{LevelOf(0.25, 1), 1, 1}, {LevelOf(0.5, 1), 3, 1}}};
  const auto next = [&](double total) { return robust.Next(brackets, Numbers{total}); };
  EXPECT_NEAR((*next(0.25 + 0.25 + 0.4 + 0.5 + 0.5)->combined)[0], (0.25 + 0.4 + 0.5) / 3, 1e-12);
  EXPECT_EQ((*next(2.5)->combined)[0], 0.5);
  EXPECT_EQ((*next(1.25)->combined)[0], 0.25);
  EXPECT_EQ(next(2.5001).error().reason, "counts_impossible");
  EXPECT_EQ(next(1.2499).error().reason, "counts_impossible");
  EXPECT_EQ(next(NAN).error().reason, "counts_impossible");
  const Numbers own{0.25};
  EXPECT_TRUE(robust.CheckRest(brackets, Numbers{2.25}, own));
  EXPECT_EQ(robust.CheckRest(brackets, Numbers{2.3}, own).error().reason, "counts_impossible");
}

}  // namespace
}  // namespace concordat::training
