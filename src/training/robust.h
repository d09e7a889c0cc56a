// The median and the trimmed mean of members' numbers, out of sums over all members alone: votes narrow down
// between which numbers the members of two ranks lie, a step at a time; at last the sum of what is within.
// As many members as are trimmed at each end do not decide, whatever they say.
//
// Source: Yin, Chen, Ramchandran, Bartlett, "Byzantine-Robust Distributed Learning: Towards Optimal
// Statistical Rates" (2018), definitions 1 and 2: coordinate-wise, each member counts once.
// What is opened and what a liar can do: docs/adr/0013-robust-combination-by-counting.md.
#pragma once

#include <Eigen/Core>
#include <optional>
#include <span>
#include <vector>

#include "base/refusal.h"
#include "base/result.h"
#include "training/votes.h"

namespace concordat::training {

// Levels are spaced as floating-point numbers are, 128 in each power of two from most / 2^15 on, evenly
// below. 2048 is 0; from 1 to 4095. Numbers past `most` have the outermost ones.
int LevelOf(double number, double most);
// Off by 1/256 of the number, or 2^-23 of `most`, at most.
double ValueOf(int level, double most);

struct RobustTerms {
  std::size_t members = 0;  // Votes::kMostMembers at most
  std::size_t trimmed = 0;  // members at each end that do not count, below half; all but the middle: a median
  double most = 1;          // that a member's number comes to
  Eigen::Index numbers = 1;  // of each member
};

// Between which levels the member of a rank has its number.
struct Bracket {
  int cell = 0;    // of the 8^step that levels are parted into
  int below = 0;   // members below
  int inside = 0;  // members within
};
struct Brackets {
  int step = 0;  // none before the first
  std::vector<Bracket> each;
};

// Threading: any thread; nothing changes.
class Robust {
 public:
  explicit Robust(const RobustTerms& terms);

  const RobustTerms& terms() const { return terms_; }
  // Steps until numbers are combined.
  int steps() const;
  // How many numbers a member adds up in a step.
  std::size_t Length(int step) const;
  // Numbers that brackets of a step take in a state, in which they are whole numbers up to 4095; and back.
  // Errors: kInvalidArgument.
  Eigen::Index Size(int step) const;
  Eigen::VectorXd ToNumbers(const Brackets& brackets) const;
  Result<Brackets> Read(int step, const Eigen::VectorXd& numbers) const;

  // A member's part of the step. Precondition: terms().numbers numbers.
  std::vector<double> Add(const Brackets& brackets, const Eigen::VectorXd& own) const;
  // As those of MemberCounts.
  void Scatter(int step, std::span<double> numbers, RandomSource& random) const;
  Outcome<void> CheckRest(const Brackets& brackets, std::span<const double> totals,
                          std::span<const double> own) const;
  struct Step {
    Brackets brackets;                        // of the next step
    std::optional<Eigen::VectorXd> combined;  // after the last
  };
  // Refusals: counts_impossible: no members give such totals.
  Outcome<Step> Next(const Brackets& brackets, std::span<const double> totals) const;

 private:
  bool sums(int step) const;          // is this the step in which what is within is summed up?
  std::size_t ranks(int step) const;  // that are asked for, of each number
  double Middle(const Bracket& bracket) const;
  Outcome<Brackets> Narrow(const Brackets& brackets, std::span<const double> totals) const;
  Outcome<Eigen::VectorXd> Combine(const Brackets& brackets, std::span<const double> totals) const;
  Outcome<void> CheckSum(std::size_t number, double total, double low, double high, double members) const;

  RobustTerms terms_;
  Votes votes_;
  std::vector<std::size_t> ranks_;  // from 1, ascending
};

}  // namespace concordat::training
