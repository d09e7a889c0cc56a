#include "crypto/canonical_json.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <nlohmann/json.hpp>
#include <set>
#include <vector>

#include "base/utf8.h"

namespace concordat::crypto {
namespace {

constexpr int kDeepest = 64;
constexpr auto kLargestWhole = std::int64_t{1} << 53;

tl::unexpected<Error> Wrong(const std::string& what) {
  return Fail(ErrorCode::kInvalidArgument, "not canonical JSON: " + what);
}

// Sees every value as it is parsed, to refuse what nlohmann accepts: duplicate keys and great depth.
class StrictReader final : public nlohmann::json_sax<Json> {
 public:
  explicit StrictReader(Json& result) : builder_(result) {}
  bool null() override { return builder_.null(); }
  bool boolean(bool value) override { return builder_.boolean(value); }
  bool number_integer(number_integer_t value) override { return builder_.number_integer(value); }
  bool number_unsigned(number_unsigned_t value) override { return builder_.number_unsigned(value); }
  bool number_float(number_float_t value, const string_t& text) override {
    return builder_.number_float(value, text);
  }
  bool string(string_t& value) override { return builder_.string(value); }
  bool binary(binary_t& value) override { return builder_.binary(value); }
  bool start_object(std::size_t size) override {
    keys_.emplace_back();
    return Deeper() && builder_.start_object(size);
  }
  bool key(string_t& name) override {
    return keys_.back().insert(name).second ? builder_.key(name)
                                            : Stop("the key '" + name + "' stands twice");
  }
  bool end_object() override {
    keys_.pop_back();
    --depth_;
    return builder_.end_object();
  }
  bool start_array(std::size_t size) override { return Deeper() && builder_.start_array(size); }
  bool end_array() override {
    --depth_;
    return builder_.end_array();
  }
  bool parse_error(std::size_t position, const std::string&, const nlohmann::detail::exception&) override {
    return Stop(fmt::format("wrong at byte {}", position));
  }
  const std::string& problem() const { return problem_; }

 private:
  bool Deeper() { return ++depth_ <= kDeepest || Stop(fmt::format("more than {} levels deep", kDeepest)); }
  bool Stop(const std::string& problem) {
    problem_ = problem;
    return false;
  }

  nlohmann::detail::json_sax_dom_parser<Json> builder_;
  std::vector<std::set<std::string>> keys_;
  int depth_ = 0;
  std::string problem_;
};

bool IsEscaped(char c) { return c == '"' || c == '\\' || static_cast<unsigned char>(c) < 0x20; }

void AppendString(std::string& out, const std::string& text) {
  out += '"';
  for (auto at = text.begin(); at != text.end(); ++at) {
    const auto plain = std::find_if(at, text.end(), IsEscaped);  // long texts have few
    out.append(at, plain);
    if (plain == text.end()) break;
    at = plain;
    const char c = *at;
    switch (c) {
      case '"':
        out += "\\\"";
        break;
      case '\\':
        out += "\\\\";
        break;
      case '\b':
        out += "\\b";
        break;
      case '\f':
        out += "\\f";
        break;
      case '\n':
        out += "\\n";
        break;
      case '\r':
        out += "\\r";
        break;
      case '\t':
        out += "\\t";
        break;
      default:
        out += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
    }
  }
  out += '"';
}

// Keys are ordered by UTF-16 code units, which differs from bytes above the basic plane (RFC 8785
// section 3.2.3).
std::u16string Utf16(std::string_view text) {
  std::u16string units;
  while (const auto point = TakeCodePoint(text)) {
    if (*point < 0x10000) {
      units += static_cast<char16_t>(*point);
    } else {
      units += static_cast<char16_t>(0xD800 + ((*point - 0x10000) >> 10));
      units += static_cast<char16_t>(0xDC00 + ((*point - 0x10000) & 0x3FF));
    }
  }
  return units;
}

Result<void> AppendNumber(std::string& out, double number) {
  if (!std::isfinite(number)) return Wrong("a number that is not finite");
  out += CanonicalNumber(number);
  return {};
}

// Past 2^53 only those that are how a double is written: up to 1e21 it has no exponent (RFC 8785, 3.2.2.3).
template <class Whole>
Result<void> AppendWhole(std::string& out, Whole number) {
  const std::string text = std::to_string(number);
  const bool past = number > static_cast<Whole>(kLargestWhole) ||
                    (std::is_signed_v<Whole> && number < static_cast<Whole>(-kLargestWhole));
  if (past && CanonicalNumber(static_cast<double>(number)) != text)
    return Wrong("a whole number past 2^53 that no double is");
  out += text;
  return {};
}

Result<void> Append(std::string& out, const Json& value);

Result<void> AppendObject(std::string& out, const Json& object) {
  std::vector<std::pair<std::u16string, Json::const_iterator>> members;
  for (auto it = object.begin(); it != object.end(); ++it) {
    if (!IsUtf8(it.key())) return Wrong("a key that is not UTF-8");
    members.emplace_back(Utf16(it.key()), it);
  }
  std::sort(members.begin(), members.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  out += '{';
  for (std::size_t i = 0; i < members.size(); ++i) {
    if (i > 0) out += ',';
    AppendString(out, members[i].second.key());
    out += ':';
    TRY(Append(out, members[i].second.value()));
  }
  out += '}';
  return {};
}

Result<void> Append(std::string& out, const Json& value) {
  switch (value.type()) {
    case Json::value_t::null:
      out += "null";
      return {};
    case Json::value_t::boolean:
      out += value.get<bool>() ? "true" : "false";
      return {};
    case Json::value_t::number_unsigned:
      return AppendWhole(out, value.get<std::uint64_t>());
    case Json::value_t::number_integer:
      return AppendWhole(out, value.get<std::int64_t>());
    case Json::value_t::number_float:
      return AppendNumber(out, value.get<double>());
    case Json::value_t::string:
      if (!IsUtf8(value.get_ref<const std::string&>())) return Wrong("text that is not UTF-8");
      AppendString(out, value.get_ref<const std::string&>());
      return {};
    case Json::value_t::array:
      out += '[';
      for (std::size_t i = 0; i < value.size(); ++i) {
        if (i > 0) out += ',';
        TRY(Append(out, value[i]));
      }
      out += ']';
      return {};
    case Json::value_t::object:
      return AppendObject(out, value);
    default:
      return Wrong("a value that JSON does not have");
  }
}

}  // namespace

std::string CanonicalNumber(double number) {
  if (number == 0) return "0";
  if (number < 0) return "-" + CanonicalNumber(-number);
  char buffer[32];
  const auto end = std::to_chars(buffer, buffer + sizeof buffer, number, std::chars_format::scientific).ptr;
  const std::string_view shortest(buffer, static_cast<std::size_t>(end - buffer));  // d.ddde±xx
  const auto e = shortest.find('e');
  std::string digits(1, shortest[0]);
  if (e > 1) digits += shortest.substr(2, e - 2);
  int exponent = 0;
  const bool negative = shortest[e + 1] == '-';
  std::from_chars(shortest.data() + e + 2, shortest.data() + shortest.size(), exponent);
  const int point = (negative ? -exponent : exponent) + 1;  // digits before the point
  const int count = static_cast<int>(digits.size());
  if (point > 21 || point < -5) {
    const std::string fraction = count > 1 ? "." + digits.substr(1) : "";
    return fmt::format("{}{}e{}{}", digits[0], fraction, point > 0 ? '+' : '-', std::abs(point - 1));
  }
  if (point <= 0) return "0." + std::string(static_cast<std::size_t>(-point), '0') + digits;
  if (count <= point) return digits + std::string(static_cast<std::size_t>(point - count), '0');
  return digits.substr(0, static_cast<std::size_t>(point)) + "." +
         digits.substr(static_cast<std::size_t>(point));
}

Result<Json> ParseJson(std::string_view text) {
  Json value;
  StrictReader reader(value);
  if (text.starts_with("\xEF\xBB\xBF")) {
    return Fail(ErrorCode::kInvalidArgument, "not JSON: it starts with a byte order mark",
                "save the text without one");
  }
  if (!Json::sax_parse(text.begin(), text.end(), &reader)) {
    return Fail(ErrorCode::kInvalidArgument, "not JSON: " + reader.problem(), "mend the text and try again");
  }
  return value;
}

Result<std::string> CanonicalJson(const Json& value) {
  std::string out;
  TRY(Append(out, value));
  return out;
}

}  // namespace concordat::crypto
