#include "node/table.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/utf8.h"

namespace concordat::node {
namespace {

// Characters, as near to columns of a terminal as code points come.
std::size_t Width(std::string_view text) {
  std::size_t width = 0;
  while (TakeCodePoint(text)) ++width;
  return width;
}

bool IsNumber(const std::string& text) {
  return !text.empty() && text.find_first_not_of("0123456789.-+e") == text.npos &&
         text.find_first_of("0123456789") != text.npos;
}

// Control characters of ASCII and, in UTF-8, of Latin-1 (C2 80 to C2 9F).
std::string Printable(std::string_view text) {
  std::string printable;
  while (!text.empty()) {
    std::string_view rest = text;
    const auto point = TakeCodePoint(rest);
    const std::size_t bytes = point ? text.size() - rest.size() : 1;
    if (point && *point >= 0x20 && (*point < 0x7F || *point > 0x9F)) {
      printable += text.substr(0, bytes);
    } else {
      printable += fmt::format("\\x{:02X}",
                               point ? static_cast<unsigned>(*point) : static_cast<unsigned char>(text[0]));
    }
    text.remove_prefix(bytes);
  }
  return printable;
}

}  // namespace

std::string Shortened(std::string_view text, std::size_t characters) {
  if (Width(text) <= characters) return std::string(text);
  std::string_view rest = text;
  for (std::size_t i = 0; i + 1 < characters; ++i) (void)TakeCodePoint(rest);
  return std::string(text.substr(0, text.size() - rest.size())) + "…";
}

std::string FormatTable(const std::vector<std::vector<std::string>>& given) {
  if (given.empty()) return "";
  std::vector<std::vector<std::string>> rows = given;
  for (auto& row : rows) {
    for (std::string& value : row) value = Printable(value);
  }
  const std::size_t columns = rows.front().size();
  std::vector<std::size_t> widths(columns);
  std::vector<bool> numbers(columns, rows.size() > 1);
  for (std::size_t r = 0; r < rows.size(); ++r) {
    for (std::size_t c = 0; c < columns; ++c) {
      widths[c] = std::max(widths[c], Width(rows[r][c]));
      if (r > 0 && !rows[r][c].empty() && !IsNumber(rows[r][c])) numbers[c] = false;
    }
  }
  std::string text;
  for (const auto& row : rows) {
    std::string line;
    for (std::size_t c = 0; c < columns; ++c) {
      const std::string padding(widths[c] - Width(row[c]), ' ');
      line += (c > 0 ? "  " : "") + (numbers[c] ? padding + row[c] : row[c] + padding);
    }
    line.erase(line.find_last_not_of(' ') + 1);
    text += line + "\n";
  }
  return text;
}

Error AsError(const Refusal& refusal) {
  return {ErrorCode::kPermissionDenied, fmt::format("refused ({}): {}", refusal.reason, refusal.message),
          refusal.hint};
}

}  // namespace concordat::node
