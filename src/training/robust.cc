#include "training/robust.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/check.h"

namespace concordat::training {
namespace {

using Eigen::Index;
using Eigen::VectorXd;

constexpr int kChoiceBits = 3, kCountingSteps = 4;
constexpr int kZero = 1 << (kChoiceBits * kCountingSteps - 1);
constexpr int kFraction = 7;   // bits: 128 levels in a power of two
constexpr int kSmallest = 22;  // the smallest level above 0 is most / 2^22
constexpr Index kParts = 3;    // numbers of a bracket

int BranchOf(int level, int step) { return level >> (kChoiceBits * (kCountingSteps - step)); }

// Precondition: the rank is within the bracket, and counts come to what is inside.
Bracket Narrowed(const Bracket& bracket, std::size_t rank, const std::vector<int>& counts) {
  Bracket next{.cell = bracket.cell << kChoiceBits, .below = bracket.below, .inside = 0};
  auto count = counts.begin();
  for (; next.below + *count < static_cast<int>(rank); ++count, ++next.cell) next.below += *count;
  next.inside = *count;
  return next;
}

tl::unexpected<Refusal> Impossible(std::size_t number, const char* what) {
  return Refuse("counts_impossible",
                fmt::format("{} of weight {} are none that members give by the rules", what, number + 1),
                "a member contributes something else: ask all owners which program they run", "58000");
}

}  // namespace

int LevelOf(double number, double most) {
  const double size = std::ldexp(std::abs(number) / most, kSmallest);
  // Of 2^8 and above: the power of two, and what of it is beyond.
  const int power = size < (1 << (kFraction + 1)) ? 0 : std::ilogb(size) - kFraction;
  const double within = std::nearbyint(std::ldexp(size, -power));
  const double level = std::min(within + power * (1 << kFraction), double{kZero - 1});
  return kZero + static_cast<int>(std::copysign(level, number));
}

double ValueOf(int level, double most) {
  const int size = std::abs(level - kZero);
  const int power = std::max(0, (size >> kFraction) - 1);
  const double value = std::ldexp(size - power * (1 << kFraction), power - kSmallest) * most;
  return level < kZero ? -value : value;
}

Robust::Robust(const RobustTerms& terms) : terms_(terms), votes_(terms.members, 1 << kChoiceBits) {
  CHECK(2 * terms.trimmed < terms.members);
  ranks_ = {terms.trimmed + 1};
  if (terms.members - terms.trimmed > ranks_.front()) ranks_.push_back(terms.members - terms.trimmed);
}

// Between the two middle members, or of the one, there is nothing to sum up.
int Robust::steps() const {
  const bool median = ranks_.back() - ranks_.front() <= 1;
  return kCountingSteps + (median ? 0 : 1);
}

bool Robust::sums(int step) const { return step == kCountingSteps; }

// In the first step all ranks lie within the one bracket that there is.
std::size_t Robust::ranks(int step) const { return step == 0 ? 1 : ranks_.size(); }

std::size_t Robust::Length(int step) const {
  const auto numbers = static_cast<std::size_t>(terms_.numbers);
  return sums(step) ? numbers : numbers * ranks(step) * votes_.length();
}

Index Robust::Size(int step) const {
  return step == 0 ? 0 : kParts * terms_.numbers * static_cast<Index>(ranks_.size());
}

VectorXd Robust::ToNumbers(const Brackets& brackets) const {
  VectorXd numbers(Size(brackets.step));
  for (Index i = 0; i < numbers.size(); i += kParts) {
    const Bracket& bracket = brackets.each[static_cast<std::size_t>(i / kParts)];
    numbers.segment(i, kParts) << bracket.cell, bracket.below, bracket.inside;
  }
  return numbers;
}

Result<Brackets> Robust::Read(int step, const VectorXd& numbers) const {
  const bool whole = numbers.size() == Size(step) && (numbers.array() == numbers.array().floor()).all() &&
                     (numbers.array() >= 0).all() && (numbers.array() < 2 * kZero).all();
  if (!whole) return Fail(ErrorCode::kInvalidArgument, "the state's brackets are none", "");
  Brackets brackets{.step = step, .each = {}};
  if (step == 0) brackets.each.resize(static_cast<std::size_t>(terms_.numbers));
  for (Bracket& all : brackets.each) all.inside = static_cast<int>(terms_.members);
  for (Index i = 0; i < numbers.size(); i += kParts) {
    const Bracket bracket{static_cast<int>(numbers[i]), static_cast<int>(numbers[i + 1]),
                          static_cast<int>(numbers[i + 2])};
    const int rank = static_cast<int>(ranks_[brackets.each.size() % ranks_.size()]);
    const bool holds = bracket.cell <= BranchOf(2 * kZero - 1, step) && bracket.below < rank &&
                       rank <= bracket.below + bracket.inside &&
                       bracket.below + bracket.inside <= static_cast<int>(terms_.members);
    if (!holds) return Fail(ErrorCode::kInvalidArgument, "the state's brackets hold no rank", "");
    brackets.each.push_back(bracket);
  }
  return brackets;
}

double Robust::Middle(const Bracket& bracket) const { return ValueOf(bracket.cell, terms_.most); }

std::vector<double> Robust::Add(const Brackets& brackets, const VectorXd& own) const {
  std::vector<double> numbers(Length(brackets.step), 0.0);
  const std::size_t ranks = this->ranks(brackets.step);
  for (std::size_t i = 0; i < numbers.size() && sums(brackets.step); ++i)
    numbers[i] = std::clamp(own[static_cast<Index>(i)], Middle(brackets.each[ranks * i]),
                            Middle(brackets.each[ranks * i + 1]));
  for (std::size_t i = 0; i < brackets.each.size() && !sums(brackets.step); ++i) {
    const int level = LevelOf(own[static_cast<Index>(i / ranks)], terms_.most);
    if (BranchOf(level, brackets.step) != brackets.each[i].cell) continue;
    const int choice = BranchOf(level, brackets.step + 1) % (1 << kChoiceBits);
    votes_.Cast(static_cast<std::size_t>(choice),
                std::span(numbers).subspan(i * votes_.length(), votes_.length()));
  }
  return numbers;
}

void Robust::Scatter(int step, std::span<double> numbers, RandomSource& random) const {
  if (sums(step)) return;
  for (std::size_t i = 0; i < numbers.size(); i += votes_.length())
    votes_.Scatter(numbers.subspan(i, votes_.length()), random);
}

Outcome<void> Robust::CheckRest(const Brackets& brackets, std::span<const double> totals,
                                std::span<const double> own) const {
  if (totals.size() != own.size() || own.size() != Length(brackets.step)) return Impossible(0, "the totals");
  const std::size_t ranks = this->ranks(brackets.step);
  for (std::size_t i = 0; i < own.size() && sums(brackets.step); ++i)
    TRY(CheckSum(i, totals[i] - own[i], Middle(brackets.each[ranks * i]),
                 Middle(brackets.each[ranks * i + 1]), static_cast<double>(terms_.members) - 1));
  for (std::size_t i = 0; i < brackets.each.size() && !sums(brackets.step); ++i) {
    const std::size_t begin = i * votes_.length();
    if (!votes_.LeavesVotes(totals.subspan(begin, votes_.length()), own.subspan(begin, votes_.length())))
      return Impossible(i / ranks, "the others' counts");
  }
  return {};
}

Outcome<Brackets> Robust::Narrow(const Brackets& brackets, std::span<const double> totals) const {
  Brackets next{.step = brackets.step + 1, .each = {}};
  const std::size_t ranks = this->ranks(brackets.step);
  for (std::size_t i = 0; i < brackets.each.size(); ++i) {
    const auto counts = votes_.Count(totals.subspan(i * votes_.length(), votes_.length()));
    int all = 0;
    for (const int count : counts.value_or(std::vector<int>{})) all += count;
    if (!counts || all != brackets.each[i].inside) return Impossible(i / ranks, "the counts");
    for (std::size_t rank = i % ranks; rank < ranks_.size(); rank += ranks)
      next.each.push_back(Narrowed(brackets.each[i], ranks_[rank], *counts));
  }
  return next;
}

Outcome<void> Robust::CheckSum(std::size_t number, double total, double low, double high,
                               double members) const {
  constexpr double kRounding = 1e-9;
  const double off = kRounding * terms_.most * members;
  if (total >= members * low - off && total <= members * high + off) return {};
  return Impossible(number, "the sum");
}

// Trimmed members add an end of what is within: that is taken off again.
Outcome<VectorXd> Robust::Combine(const Brackets& brackets, std::span<const double> totals) const {
  VectorXd combined(terms_.numbers);
  const auto members = static_cast<double>(terms_.members), trimmed = static_cast<double>(terms_.trimmed);
  for (std::size_t i = 0; i < static_cast<std::size_t>(combined.size()); ++i) {
    const double low = Middle(brackets.each[ranks_.size() * i]);
    const double high = Middle(brackets.each[ranks_.size() * i + ranks_.size() - 1]);
    double& number = combined[static_cast<Index>(i)];
    number = (low + high) / 2;
    if (totals.empty()) continue;
    TRY(CheckSum(i, totals[i], low, high, members));
    number = std::clamp((totals[i] - trimmed * (low + high)) / (members - 2 * trimmed), low, high);
  }
  return combined;
}

Outcome<Robust::Step> Robust::Next(const Brackets& brackets, std::span<const double> totals) const {
  if (totals.size() != Length(brackets.step)) return Impossible(0, "the totals");
  Step step;
  if (sums(brackets.step)) {
    step.combined = TRY(Combine(brackets, totals));
    return step;
  }
  step.brackets = TRY(Narrow(brackets, totals));
  if (step.brackets.step == steps()) step.combined = TRY(Combine(step.brackets, {}));
  return step;
}

}  // namespace concordat::training
