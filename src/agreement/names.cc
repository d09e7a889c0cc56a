#include "agreement/names.h"

#include <algorithm>

namespace concordat::agreement {
namespace {

constexpr std::size_t kLongest = 63;

bool IsLower(char c) { return c >= 'a' && c <= 'z'; }
bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsLetter(char c) { return IsLower(c) || (c >= 'A' && c <= 'Z'); }

}  // namespace

bool IsName(std::string_view text) {
  return !text.empty() && text.size() <= kLongest && IsLower(text[0]) &&
         std::all_of(text.begin(), text.end(),
                     [](char c) { return IsLower(c) || IsDigit(c) || c == '.' || c == '-' || c == '_'; });
}

bool IsTableName(std::string_view text) {
  return !text.empty() && text.size() <= kLongest && !IsDigit(text[0]) &&
         std::all_of(text.begin(), text.end(), [](char c) { return IsLower(c) || IsDigit(c) || c == '_'; });
}

bool IsTerm(std::string_view text) {
  const auto colon = text.find(':');
  if (colon == text.npos || !IsName(text.substr(0, colon))) return false;
  const std::string_view term = text.substr(colon + 1);
  return !term.empty() && term.size() <= 100 && std::all_of(term.begin(), term.end(), [](char c) {
    return IsLetter(c) || IsDigit(c) || c == '-' || c == '_' || c == '.';
  });
}

std::optional<HomedName> ReadHomedName(std::string_view text) {
  const auto at = text.find('@');
  if (at == text.npos || !IsName(text.substr(0, at)) || !IsName(text.substr(at + 1))) return {};
  return HomedName{std::string(text.substr(0, at)), std::string(text.substr(at + 1))};
}

}  // namespace concordat::agreement
