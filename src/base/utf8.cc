#include "base/utf8.h"

#include <algorithm>

namespace concordat {

std::optional<char32_t> TakeCodePoint(std::string_view& text) {
  if (text.empty()) return {};
  const auto lead = static_cast<unsigned char>(text[0]);
  if (lead < 0x80) {
    text.remove_prefix(1);
    return lead;
  }
  const std::size_t more = lead >= 0xF0 ? 3 : lead >= 0xE0 ? 2 : 1;
  if (lead < 0xC2 || lead > 0xF4 || text.size() <= more) return {};
  char32_t point = lead & (0x3FU >> more);
  for (std::size_t i = 1; i <= more; ++i) {
    const auto next = static_cast<unsigned char>(text[i]);
    if ((next & 0xC0) != 0x80) return {};
    point = point << 6 | (next & 0x3F);
  }
  constexpr char32_t kSmallest[] = {0, 0x80, 0x800, 0x10000};
  if (point < kSmallest[more] || point > 0x10FFFF || (point >= 0xD800 && point < 0xE000)) return {};
  text.remove_prefix(more + 1);
  return point;
}

void AppendCodePoint(std::string& text, char32_t point) {
  if (point < 0x80) {
    text += static_cast<char>(point);
    return;
  }
  const int more = point < 0x800 ? 1 : point < 0x10000 ? 2 : 3;
  constexpr unsigned kLeads[] = {0, 0xC0, 0xE0, 0xF0};
  text += static_cast<char>(kLeads[more] | point >> (6 * more));
  for (int i = more - 1; i >= 0; --i) text += static_cast<char>(0x80 | (point >> (6 * i) & 0x3F));
}

bool IsUtf8(std::string_view text) {
  const auto beyond = [](char c) { return static_cast<unsigned char>(c) >= 0x80; };
  while (!text.empty()) {
    // Most of most texts is ASCII.
    text.remove_prefix(
        static_cast<std::size_t>(std::find_if(text.begin(), text.end(), beyond) - text.begin()));
    if (text.empty()) break;
    if (!TakeCodePoint(text)) return false;
  }
  return true;
}

}  // namespace concordat
