// Votes of members, counted in one sum: how many chose what, and not who. A member that votes by these rules
// is in one choice of a question or in none; one that does not could take others' votes away, were it not
// that each vote lies in a box that its member drew by itself: who takes a vote out of a box where none lies
// leaves a count below 0, and whose vote was taken out sees its own box empty.
//
// Argument and what is left to a liar: docs/adr/0013-robust-combination-by-counting.md.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "base/random.h"

namespace concordat::training {

// The numbers of one question: counts of boxes x choices, several in the digits of one number that sums keep
// exactly. Threading: any thread; nothing changes.
class Votes {
 public:
  static constexpr std::size_t kMostMembers = 255;

  // Precondition: 1 to kMostMembers members, at least one choice.
  Votes(std::size_t members, std::size_t choices);

  std::size_t length() const { return (cells() + fields_ - 1) / fields_; }
  std::size_t boxes() const { return boxes_; }

  // All of these: precondition: `numbers` and the like have length(). A vote goes into the first box; before,
  // all are 0.
  void Cast(std::size_t choice, std::span<double> numbers) const;
  // Moves a member's own vote, if there is one, into a box that nobody can foretell.
  void Scatter(std::span<double> numbers, RandomSource& random) const;
  // How many chose what; none where no members vote so: a count below 0, above all or of no whole number.
  std::optional<std::vector<int>> Count(std::span<const double> totals) const;
  // Can the other members have voted what is left of a total without one's own?
  bool LeavesVotes(std::span<const double> totals, std::span<const double> own) const;

 private:
  std::size_t cells() const { return boxes_ * choices_; }
  // Counts of cells; none as Count.
  std::optional<std::vector<int>> CellsOf(std::span<const double> totals) const;

  std::size_t members_;
  std::size_t choices_;
  std::size_t boxes_;   // of four boxes for each member, few hold two votes
  int bits_;            // of a digit: up to all members, and more
  std::size_t fields_;  // digits of a number
};

}  // namespace concordat::training
