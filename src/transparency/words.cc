#include "transparency/words.h"

#include <fmt/format.h>

#include <array>
#include <cctype>
#include <utility>

namespace concordat::transparency {
namespace {

struct Words {
  std::string_view term, words;
};

constexpr std::array kBases = {
    Words{"A6-1-a", "consent"},
    Words{"A6-1-b", "a contract with the person"},
    Words{"A6-1-c", "a legal obligation"},
    Words{"A6-1-d", "somebody's vital interests"},
    Words{"A6-1-e", "a task in the public interest or official authority"},
    Words{"A6-1-f", "legitimate interests"},
    Words{"A9-2-a", "explicit consent to the use of special data"},
    Words{"A9-2-b", "employment, social security and social protection"},
    Words{"A9-2-c", "somebody's vital interests, where the person cannot consent"},
    Words{"A9-2-g", "substantial public interest"},
    Words{"A9-2-h", "health or social care"},
    Words{"A9-2-i", "public health"},
    Words{"A9-2-j", "archiving, research or statistics in the public interest"},
};

std::string_view AfterPrefix(std::string_view term) {
  const auto colon = term.find(':');
  return colon == std::string_view::npos ? term : term.substr(colon + 1);
}

// "A6-1-e" as "Article 6(1)(e)".
std::string Article(std::string_view term) {
  std::string article = "Article ";
  for (std::size_t i = 1, open = 0; i < term.size(); ++i) {
    if (term[i] != '-') {
      article += term[i];
      if (open != 0 && (i + 1 == term.size() || term[i + 1] == '-')) article += ')';
    } else {
      article += '(';
      open = i;
    }
  }
  return article;
}

}  // namespace

// DPV's terms are English words joined in camel case.
std::string PurposeInWords(std::string_view term) {
  const std::string_view name = AfterPrefix(term);
  std::string words;
  for (std::size_t i = 0; i < name.size(); ++i) {
    const auto c = static_cast<unsigned char>(name[i]);
    const bool upper = std::isupper(c) != 0;
    const bool after_lower = i > 0 && std::islower(static_cast<unsigned char>(name[i - 1])) != 0;
    const bool before_lower =
        i + 1 < name.size() && std::islower(static_cast<unsigned char>(name[i + 1])) != 0;
    if (upper && i > 0 && (after_lower || before_lower)) words += ' ';
    const bool acronym = upper && !before_lower && i + 1 < name.size();
    words += acronym ? name[i] : static_cast<char>(std::tolower(c));
  }
  return words;
}

std::string BasisInWords(std::string_view term) {
  const std::string_view name = AfterPrefix(term);
  for (const Words& basis : kBases) {
    if (basis.term == name) return fmt::format("{} (GDPR {})", basis.words, Article(name));
  }
  return std::string(term);
}

}  // namespace concordat::transparency
