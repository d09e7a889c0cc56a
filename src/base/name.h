// Names that people and generated SQL write: quoting one, folding its case, guessing which was meant.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>

namespace concordat {

// "name" with what SQL needs around and within it.
std::string QuoteIdentifier(std::string_view name);

// Letters A to Z in lower case, the rest as it is: the same in every locale.
std::string Lower(std::string text);

// Levenshtein's: how many bytes to insert, remove or replace. Quadratic.
std::size_t EditDistance(std::string_view a, std::string_view b);

// The one of `known` (texts) that `word` was probably meant to be; empty if none is near, or the word is
// longer than names are.
template <class Names>
std::string NearestName(std::string_view word, const Names& known) {
  constexpr std::size_t kLongestName = 80;
  std::string nearest;
  if (word.empty() || word.size() > kLongestName) return nearest;
  // A third of the letters, two of a short word, never all of them.
  std::size_t best = std::min(std::max<std::size_t>(2, word.size() / 3) + 1, word.size());
  for (const std::string_view candidate : known) {
    const std::size_t distance = EditDistance(word, candidate);
    if (distance >= best) continue;
    best = distance;
    nearest = candidate;
  }
  return nearest;
}

}  // namespace concordat
