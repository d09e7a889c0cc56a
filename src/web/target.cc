#include "web/target.h"

#include <algorithm>
#include <charconv>

#include "base/utf8.h"

namespace concordat::web {
namespace {

constexpr std::string_view kPathMarks = "-._~!$&'()*+,;=:@";

bool IsAlphanumeric(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

tl::unexpected<Error> WrongTarget(std::string what) {
  return Fail(ErrorCode::kInvalidArgument, std::move(what),
              "write the address as the documentation gives it");
}

Result<std::string> Decode(std::string_view text, std::string_view marks) {
  std::string decoded;
  for (std::size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (c == '%') {
      unsigned code = 0;
      const std::string_view digits = text.substr(i + 1, 2);
      const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), code, 16);
      if (digits.size() != 2 || error != std::errc{} || end != digits.data() + 2) {
        return WrongTarget("a percent sign is not followed by two hexadecimal digits");
      }
      c = static_cast<char>(code);
      if (code < 0x20 || code == 0x7F || c == '/') {
        return WrongTarget("a slash or a control character is percent-encoded");
      }
      i += 2;
    } else if (!IsAlphanumeric(c) && marks.find(c) == std::string_view::npos) {
      return WrongTarget("the address holds a character that must be percent-encoded");
    }
    decoded += c;
  }
  if (!IsUtf8(decoded)) return WrongTarget("the address is not UTF-8");
  return decoded;
}

Result<std::vector<std::string>> ParseParts(std::string_view path) {
  std::vector<std::string> parts;
  if (path == "/") return parts;
  while (!path.empty()) {
    path.remove_prefix(1);  // the slash
    const std::string_view part = path.substr(0, path.find('/'));
    path.remove_prefix(part.size());
    std::string decoded = TRY(Decode(part, kPathMarks));
    if (decoded.empty() || decoded == "." || decoded == "..") {
      return WrongTarget("a part of the path is empty, '.' or '..'");
    }
    parts.push_back(std::move(decoded));
  }
  return parts;
}

Result<std::map<std::string, std::string>> ParseQuery(std::string_view text) {
  std::map<std::string, std::string> query;
  while (!text.empty()) {
    const std::string_view pair = text.substr(0, text.find('&'));
    text.remove_prefix(std::min(pair.size() + 1, text.size()));
    const auto equals = pair.find('=');
    if (equals == std::string_view::npos || equals == 0)
      return WrongTarget("the query is not of the form name=value");
    constexpr std::string_view kMarks = "-._~!$'()*,;:@/?";
    std::string name = TRY(Decode(pair.substr(0, equals), kMarks));
    std::string value = TRY(Decode(pair.substr(equals + 1), kMarks));
    if (!query.emplace(std::move(name), std::move(value)).second)
      return WrongTarget("the query says a name twice");
  }
  return query;
}

}  // namespace

Result<Target> ParseTarget(std::string_view text) {
  if (text.size() > kTargetBytes) return WrongTarget("the address is longer than 2048 bytes");
  if (!text.starts_with('/')) return WrongTarget("the address does not begin with a slash");
  const auto mark = text.find('?');
  Target target;
  target.path = text.substr(0, mark);
  target.parts = TRY(ParseParts(target.path));
  if (mark != std::string_view::npos) target.query = TRY(ParseQuery(text.substr(mark + 1)));
  return target;
}

}  // namespace concordat::web
