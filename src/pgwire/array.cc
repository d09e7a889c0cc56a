#include "pgwire/array.h"

#include <algorithm>
#include <cctype>

#include "pgwire/decoding.h"
#include "pgwire/encoding.h"
#include "pgwire/reply.h"

namespace concordat::pgwire {
namespace {

tl::unexpected<Refusal> Malformed(std::string_view text) {
  return Refuse("", "malformed array literal: \"" + std::string(text) + "\"", "write it as {1,2,3}", "22P02");
}
tl::unexpected<Refusal> Nested() {
  return Refuse("", "arrays of more than one dimension are not supported", "pass a list of plain values");
}
bool IsVector(oid::Oid type) { return type == oid::kOidVector || type == oid::kInt2Vector; }

// One element off the front of `rest`, up to the comma or brace that ends it.
Outcome<std::optional<std::string>> TakeElement(std::string_view& rest, std::string_view whole) {
  std::string element;
  const bool quoted = rest.starts_with('"');
  if (quoted) rest.remove_prefix(1);
  while (!rest.empty() && (quoted ? rest[0] != '"' : rest[0] != ',' && rest[0] != '}')) {
    if (!quoted && rest[0] == '{') return Nested();
    if (rest[0] == '\\') rest.remove_prefix(1);
    if (rest.empty()) return Malformed(whole);
    element.push_back(rest[0]);
    rest.remove_prefix(1);
  }
  if (quoted) {
    if (rest.empty()) return Malformed(whole);
    rest.remove_prefix(1);
    return element;
  }
  while (!element.empty() && std::isspace(static_cast<unsigned char>(element.back()))) element.pop_back();
  if (element.empty()) return Malformed(whole);
  std::string lower = element;
  std::transform(lower.begin(), lower.end(), lower.begin(), [](unsigned char c) { return std::tolower(c); });
  if (lower == "null") return std::nullopt;
  return element;
}

void SkipSpace(std::string_view& rest) {
  while (!rest.empty() && std::isspace(static_cast<unsigned char>(rest[0]))) rest.remove_prefix(1);
}

Elements ParseVectorText(std::string_view text) {
  Elements elements;
  for (SkipSpace(text); !text.empty(); SkipSpace(text)) {
    const std::size_t end = std::min(text.find(' '), text.size());
    elements.emplace_back(text.substr(0, end));
    text.remove_prefix(end);
  }
  return elements;
}

std::string Quoted(const std::string& element) {
  std::string lower = element;
  std::transform(lower.begin(), lower.end(), lower.begin(), [](unsigned char c) { return std::tolower(c); });
  if (!element.empty() && lower != "null" &&
      element.find_first_of("{},\"\\ \t\n\r\v\f") == std::string::npos) {
    return element;
  }
  std::string quoted = "\"";
  for (const char c : element) {
    if (c == '"' || c == '\\') quoted.push_back('\\');
    quoted.push_back(c);
  }
  return quoted + "\"";
}

std::optional<std::uint32_t> TakeInt32(std::string_view& bytes) {
  if (bytes.size() < 4) return std::nullopt;
  std::uint32_t value = 0;
  for (int i = 0; i < 4; ++i)
    value = value << 8 | static_cast<unsigned char>(bytes[static_cast<std::size_t>(i)]);
  bytes.remove_prefix(4);
  return value;
}

}  // namespace

Outcome<Elements> ParseArrayText(std::string_view text) {
  std::string_view rest = text;
  SkipSpace(rest);
  if (!rest.starts_with('{')) return Malformed(text);
  rest.remove_prefix(1);
  Elements elements;
  SkipSpace(rest);
  if (rest.starts_with('}')) {
    rest.remove_prefix(1);
  } else {
    for (;;) {
      SkipSpace(rest);
      elements.push_back(TRY(TakeElement(rest, text)));
      SkipSpace(rest);
      if (rest.empty()) return Malformed(text);
      const char next = rest[0];
      rest.remove_prefix(1);
      if (next == '}') break;
      if (next != ',') return Malformed(text);
    }
  }
  SkipSpace(rest);
  if (!rest.empty()) return Malformed(text);
  return elements;
}

std::string ArrayText(const Elements& elements) {
  std::string text = "{";
  for (const auto& element : elements) {
    if (text.size() > 1) text.push_back(',');
    text += element ? Quoted(*element) : "NULL";
  }
  return text + "}";
}

Outcome<void> AppendArrayBinary(std::string& out, std::string_view text, oid::Oid type) {
  const Elements elements = IsVector(type) ? ParseVectorText(text) : TRY(ParseArrayText(text));
  const oid::Oid element_type = oid::Element(type);
  const bool has_null = std::any_of(elements.begin(), elements.end(), [](const auto& e) { return !e; });
  AppendInt32(out, elements.empty() && !IsVector(type) ? 0 : 1);
  AppendInt32(out, has_null ? 1 : 0);
  AppendInt32(out, element_type);
  if (elements.empty() && !IsVector(type)) return {};
  AppendInt32(out, static_cast<std::uint32_t>(elements.size()));
  AppendInt32(out, IsVector(type) ? 0 : 1);
  for (const auto& element : elements) {
    const Value value = element ? TRY(DecodeText(*element, element_type)) : Value(Null{});
    TRY(AppendField(out, value, element_type, Format::kBinary, {}));
  }
  return {};
}

Outcome<std::string> DecodeArrayBinary(std::string_view bytes, oid::Oid type) {
  const auto dimensions = TakeInt32(bytes);
  const auto has_null = TakeInt32(bytes);
  const auto element_type = TakeInt32(bytes);
  if (!dimensions || !has_null || !element_type) return BadBinary(type);
  if (*dimensions > 1) return Nested();
  Elements elements;
  if (*dimensions == 1) {
    const auto count = TakeInt32(bytes);
    const auto lower_bound = TakeInt32(bytes);
    if (!count || !lower_bound || *count > bytes.size() / 4) return BadBinary(type);
    for (std::uint32_t i = 0; i < *count; ++i) {
      const auto length = TakeInt32(bytes);
      if (length == 0xFFFFFFFFU) {
        elements.emplace_back();
        continue;
      }
      if (!length || *length > bytes.size()) return BadBinary(type);
      const Value value = TRY(DecodeBinary(bytes.substr(0, *length), *element_type));
      elements.emplace_back(TextForm(value, *element_type));
      bytes.remove_prefix(*length);
    }
  }
  if (!bytes.empty() || (oid::Element(type) != 0 && oid::Element(type) != *element_type))
    return BadBinary(type);
  return ArrayText(elements);
}

}  // namespace concordat::pgwire
