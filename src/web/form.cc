#include "web/form.h"

#include <algorithm>
#include <charconv>

#include "base/utf8.h"

namespace concordat::web {
namespace {

constexpr std::size_t kFormBytes = 16 << 10;
constexpr std::size_t kFields = 64;

tl::unexpected<Error> Wrong(std::string what) {
  return Fail(ErrorCode::kInvalidArgument, std::move(what), "send the form as its page has it");
}

Result<std::string> Decode(std::string_view text) {
  std::string decoded;
  for (std::size_t i = 0; i < text.size(); ++i) {
    char c = text[i] == '+' ? ' ' : text[i];
    if (c == '%') {
      unsigned code = 0;
      const std::string_view digits = text.substr(i + 1, 2);
      const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), code, 16);
      if (digits.size() != 2 || error != std::errc{} || end != digits.data() + 2)
        return Wrong("a percent sign is not followed by two hexadecimal digits");
      c = static_cast<char>(code);
      i += 2;
    }
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) return Wrong("a field holds a control character");
    decoded += c;
  }
  if (!IsUtf8(decoded)) return Wrong("the form is not UTF-8");
  return decoded;
}

}  // namespace

Result<std::map<std::string, std::string>> ParseForm(std::string_view body) {
  if (body.size() > kFormBytes) return Wrong("the form is longer than 16 KiB");
  std::map<std::string, std::string> fields;
  while (!body.empty()) {
    const std::string_view field = body.substr(0, body.find('&'));
    body.remove_prefix(std::min(field.size() + 1, body.size()));
    const auto equals = field.find('=');
    if (equals == std::string_view::npos || equals == 0)
      return Wrong("a field is not of the form name=value");
    if (fields.size() == kFields) return Wrong("the form has more than 64 fields");
    std::string name = TRY(Decode(field.substr(0, equals)));
    std::string value = TRY(Decode(field.substr(equals + 1)));
    if (!fields.emplace(std::move(name), std::move(value)).second) return Wrong("the form says a name twice");
  }
  return fields;
}

}  // namespace concordat::web
