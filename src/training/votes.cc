#include "training/votes.h"

#include <bit>
#include <cmath>
#include <cstdint>

#include "base/check.h"
#include "base/mutation.h"

namespace concordat::training {
namespace {

constexpr int kExactBits = 53;  // of a double
constexpr std::size_t kBoxesOfAMember = 4;

double Digit(std::size_t place, int bits) { return std::ldexp(1.0, static_cast<int>(place) * bits); }

}  // namespace

Votes::Votes(std::size_t members, std::size_t choices)
    : members_(members),
      choices_(choices),
      boxes_(kBoxesOfAMember * members),
      bits_(static_cast<int>(std::bit_width(members + 1))),
      fields_(static_cast<std::size_t>(kExactBits / bits_)) {
  CHECK(members >= 1 && members <= kMostMembers && choices >= 1);
}

void Votes::Cast(std::size_t choice, std::span<double> numbers) const {
  numbers[choice / fields_] += Digit(choice % fields_, bits_);
}

void Votes::Scatter(std::span<double> numbers, RandomSource& random) const {
  const auto cells = CellsOf(numbers);
  CHECK(cells);
  // Uneven by less than 2^-53.
  const std::size_t box = Mutated("votes_in_one_box") ? 0 : random.NextU64() % boxes_;
  for (std::size_t choice = 0; choice < choices_; ++choice) {
    if ((*cells)[choice] == 0) continue;
    numbers[choice / fields_] -= Digit(choice % fields_, bits_);
    Cast(box * choices_ + choice, numbers);
    return;
  }
}

std::optional<std::vector<int>> Votes::CellsOf(std::span<const double> totals) const {
  std::vector<int> cells;
  cells.reserve(totals.size() * fields_);
  const std::uint64_t mask = (std::uint64_t{1} << bits_) - 1;
  for (const double total : totals) {
    const bool whole = total >= 0 && total < Digit(fields_, bits_) && total == std::floor(total);
    if (!whole) return std::nullopt;
    auto digits = static_cast<std::uint64_t>(total);
    for (std::size_t i = 0; i < fields_; ++i, digits >>= bits_) {
      if ((digits & mask) > members_) return std::nullopt;
      cells.push_back(static_cast<int>(digits & mask));
    }
  }
  for (std::size_t i = this->cells(); i < cells.size(); ++i)
    if (cells[i] != 0) return std::nullopt;
  cells.resize(this->cells());
  return cells;
}

std::optional<std::vector<int>> Votes::Count(std::span<const double> totals) const {
  const auto cells = CellsOf(totals);
  if (!cells) return std::nullopt;
  std::vector<int> counts(choices_, 0);
  for (std::size_t i = 0; i < cells->size(); ++i) counts[i % choices_] += (*cells)[i];
  return counts;
}

bool Votes::LeavesVotes(std::span<const double> totals, std::span<const double> own) const {
  const auto all = CellsOf(totals), mine = CellsOf(own);
  if (!all || !mine) return false;
  for (std::size_t i = 0; i < all->size(); ++i)
    if ((*all)[i] < (*mine)[i]) return false;
  return true;
}

}  // namespace concordat::training
