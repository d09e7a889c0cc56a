#include "pgwire/decoding.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <charconv>
#include <cmath>
#include <limits>

#include "base/bytes.h"
#include "base/utf8.h"
#include "pgwire/array.h"
#include "pgwire/epoch.h"
#include "pgwire/instant.h"
#include "pgwire/numeric.h"

namespace concordat::pgwire {
namespace {

tl::unexpected<Refusal> BadSyntax(std::string_view text, oid::Oid type) {
  return Refuse("", fmt::format("invalid input syntax for type {}: \"{}\"", oid::Name(type), text), "",
                "22P02");
}
tl::unexpected<Refusal> OutOfRange(std::string_view text, oid::Oid type) {
  return Refuse("", fmt::format("value \"{}\" is out of range for type {}", text, oid::Name(type)), "",
                "22003");
}
tl::unexpected<Refusal> NotUtf8() {
  return Refuse("", "invalid byte sequence for encoding \"UTF8\"", "send text as UTF-8", "22021");
}

std::string_view Trimmed(std::string_view text) {
  constexpr std::string_view space = " \t\n\r\v\f";
  const std::size_t start = std::min(text.find_first_not_of(space), text.size());
  text.remove_prefix(start);
  return text.substr(0, text.find_last_not_of(space) + 1);
}

struct Bounds {
  std::int64_t low;
  std::int64_t high;
};
Bounds BoundsOf(oid::Oid type) {
  switch (type) {
    case oid::kInt2:
      return {-32'768, 32'767};
    case oid::kInt4:
      return {std::numeric_limits<std::int32_t>::min(), std::numeric_limits<std::int32_t>::max()};
    case oid::kInt8:
      return {std::numeric_limits<std::int64_t>::min(), std::numeric_limits<std::int64_t>::max()};
    default:
      return {0, std::numeric_limits<std::uint32_t>::max()};  // oid, xid, cid
  }
}

Outcome<Value> IntegerFromText(std::string_view text, oid::Oid type) {
  std::string_view digits = Trimmed(text);
  if (digits.starts_with('+') && !digits.starts_with("+-")) digits.remove_prefix(1);
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (error == std::errc::result_out_of_range) return OutOfRange(text, type);
  if (error != std::errc() || end != digits.data() + digits.size()) return BadSyntax(text, type);
  const Bounds bounds = BoundsOf(type);
  if (value < bounds.low || value > bounds.high) return OutOfRange(text, type);
  return value;
}

std::optional<double> ParseDouble(std::string_view text) {
  std::string lower(text);
  std::transform(lower.begin(), lower.end(), lower.begin(), [](unsigned char c) { return std::tolower(c); });
  if (lower == "nan") return std::numeric_limits<double>::quiet_NaN();
  if (lower == "infinity" || lower == "inf" || lower == "+infinity")
    return std::numeric_limits<double>::infinity();
  if (lower == "-infinity" || lower == "-inf") return -std::numeric_limits<double>::infinity();
  if (text.starts_with('+')) text.remove_prefix(1);
  if (text.find_first_not_of("0123456789.eE+-") != std::string_view::npos) return std::nullopt;
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

Outcome<Value> NumberFromText(std::string_view text, oid::Oid type) {
  const std::string_view digits = Trimmed(text);
  if (type == oid::kNumeric && digits.find_first_not_of("0123456789-") == std::string_view::npos) {
    if (auto whole = IntegerFromText(digits, oid::kInt8)) return *whole;
  }
  const auto number = ParseDouble(digits);
  if (!number) return BadSyntax(text, type);
  return *number;
}

Outcome<Value> BooleanFromText(std::string_view text) {
  std::string word(Trimmed(text));
  std::transform(word.begin(), word.end(), word.begin(), [](unsigned char c) { return std::tolower(c); });
  const auto begins = [&](std::string_view whole, std::size_t least) {
    return word.size() >= least && whole.starts_with(word);
  };
  if (begins("true", 1) || begins("yes", 1) || word == "on" || word == "1") return true;
  if (begins("false", 1) || begins("no", 1) || begins("off", 2) || word == "0") return false;
  return BadSyntax(text, oid::kBool);
}

std::uint64_t BigEndian(std::string_view bytes) {
  std::uint64_t value = 0;
  for (const char byte : bytes) value = value << 8 | static_cast<unsigned char>(byte);
  return value;
}

Value IntegerFromBinary(std::string_view bytes, oid::Oid type) {
  const std::uint64_t raw = BigEndian(bytes);
  switch (type) {
    case oid::kInt2:
      return std::int64_t{static_cast<std::int16_t>(raw)};
    case oid::kInt4:
      return std::int64_t{static_cast<std::int32_t>(raw)};
    default:
      return static_cast<std::int64_t>(raw);
  }
}

Outcome<Value> Utf8(std::string_view text) {
  if (text.find('\0') != std::string_view::npos || !IsUtf8(text)) return NotUtf8();
  return std::string(text);
}

// PostgreSQL's own range ends at year 294276; past ours we would wrap.
Outcome<Value> TimestampFromBinary(std::string_view bytes, oid::Oid type) {
  const auto since_2000 = static_cast<std::int64_t>(BigEndian(bytes));
  if (since_2000 > std::numeric_limits<std::int64_t>::max() - kEpochMicroseconds ||
      since_2000 == std::numeric_limits<std::int64_t>::min()) {
    return OutOfRange("infinity", type);
  }
  return Timestamp{since_2000 + kEpochMicroseconds};
}
Outcome<Value> DateFromBinary(std::string_view bytes) {
  const auto since_2000 = static_cast<std::int32_t>(BigEndian(bytes));
  if (since_2000 > std::numeric_limits<std::int32_t>::max() - kEpochDays ||
      since_2000 == std::numeric_limits<std::int32_t>::min()) {
    return OutOfRange("infinity", oid::kDate);
  }
  return Date{since_2000 + kEpochDays};
}

Outcome<Value> NumericFromBinary(std::string_view bytes) {
  const auto text = DecodeNumericBinary(bytes);
  if (!text) return tl::unexpected(text.error());
  return NumberFromText(*text, oid::kNumeric);
}

constexpr oid::Oid kIntegers[] = {oid::kInt2, oid::kInt4,     oid::kInt8,    oid::kOid,    oid::kXid,
                                  oid::kCid,  oid::kRegclass, oid::kRegproc, oid::kRegtype};
constexpr oid::Oid kTexts[] = {oid::kUnspecified, oid::kText, oid::kVarchar, oid::kBpchar, oid::kName,
                               oid::kUnknown,     oid::kJson, oid::kChar,    oid::kCstring};

bool IsOneOf(oid::Oid type, std::span<const oid::Oid> types) {
  return std::find(types.begin(), types.end(), type) != types.end();
}

}  // namespace

tl::unexpected<Refusal> BadBinary(oid::Oid type) {
  return Refuse("", fmt::format("incorrect binary data format for type {}", oid::Name(type)),
                "send it in text format", "22P03");
}

Outcome<Value> DecodeText(std::string_view text, oid::Oid type) {
  switch (type) {
    case oid::kBool:
      return BooleanFromText(text);
    case oid::kInt2:
    case oid::kInt4:
    case oid::kInt8:
    case oid::kOid:
    case oid::kXid:
    case oid::kCid:
      return IntegerFromText(text, type);
    case oid::kFloat4:
    case oid::kFloat8:
    case oid::kNumeric:
      return NumberFromText(text, type);
    case oid::kDate:
      return DateFromText(Trimmed(text));
    case oid::kTimestamp:
    case oid::kTimestamptz:
      return TimestampFromText(Trimmed(text), type == oid::kTimestamptz);
    default:
      return Utf8(text);
  }
}

Outcome<Value> DecodeBinary(std::string_view bytes, oid::Oid type) {
  if (oid::Element(type) != 0) {
    auto text = DecodeArrayBinary(bytes, type);
    if (!text) return tl::unexpected(std::move(text).error());
    return *std::move(text);
  }
  const std::int16_t length = oid::Length(type);
  if (length > 0 && type != oid::kName && bytes.size() != static_cast<std::size_t>(length))
    return BadBinary(type);
  switch (type) {
    case oid::kBool:
      return bytes[0] != '\0';
    case oid::kFloat4:
      return static_cast<double>(std::bit_cast<float>(static_cast<std::uint32_t>(BigEndian(bytes))));
    case oid::kFloat8:
      return std::bit_cast<double>(BigEndian(bytes));
    case oid::kNumeric:
      return NumericFromBinary(bytes);
    case oid::kDate:
      return DateFromBinary(bytes);
    case oid::kTimestamp:
    case oid::kTimestamptz:
      return TimestampFromBinary(bytes, type);
    default:
      break;
  }
  if (IsOneOf(type, kIntegers)) return IntegerFromBinary(bytes, type);
  if (IsOneOf(type, kTexts)) return Utf8(bytes);
  return Refuse("", fmt::format("binary parameters of {} (type {}) are not supported", oid::Name(type), type),
                "send it in text format");
}

Outcome<Value> DecodeParameter(const std::optional<std::string>& bytes, oid::Oid type, Format format) {
  if (!bytes) return Value(Null{});
  return format == Format::kBinary ? DecodeBinary(*bytes, type) : DecodeText(*bytes, type);
}

}  // namespace concordat::pgwire
