#include "pgwire/encoding.h"

#include <fmt/format.h>

#include <bit>
#include <charconv>
#include <cmath>

#include "base/bytes.h"
#include "base/check.h"
#include "pgwire/array.h"
#include "pgwire/decoding.h"
#include "pgwire/epoch.h"
#include "pgwire/numeric.h"
#include "pgwire/reply.h"

namespace concordat::pgwire {
namespace {

// PostgreSQL prints plain digits while the decimal exponent is in [-4, 15), and an exponent of at least two
// digits otherwise. Source: its documentation of float8 and behaviour checked against version 15.
std::string Shortest(double number) {
  char digits[40];
  const auto [end, error] =
      std::to_chars(std::begin(digits), std::end(digits), number, std::chars_format::scientific);
  CHECK(error == std::errc());
  const std::string_view scientific(digits, static_cast<std::size_t>(end - digits));
  const int exponent = std::stoi(std::string(scientific.substr(scientific.find('e') + 1)));
  if (exponent < -4 || exponent >= 15) return std::string(scientific);
  const auto fixed = std::to_chars(std::begin(digits), std::end(digits), number, std::chars_format::fixed);
  CHECK(fixed.ec == std::errc());
  return {digits, fixed.ptr};
}

std::string FloatForm(double number, oid::Oid type, const TextStyle& style) {
  if (type != oid::kFloat4) return NumberForm(number, 15 + style.float_digits, style.float_digits > 0);
  if (!std::isfinite(number) || style.float_digits <= 0)
    return NumberForm(number, 6 + style.float_digits, false);
  char digits[40];
  const auto end = std::to_chars(std::begin(digits), std::end(digits), static_cast<float>(number)).ptr;
  return {digits, end};
}

Refusal NoBinaryForm(oid::Oid type) {
  return {"", fmt::format("no binary form is available for {} (type {})", oid::Name(type), type),
          "ask for the column in text format, or cast it to text", "0A000", std::nullopt};
}

Outcome<void> AppendIntegerBinary(std::string& out, std::int64_t value, oid::Oid type) {
  switch (oid::Length(type)) {
    case 2:
      AppendInt16(out, static_cast<std::uint16_t>(value));
      return {};
    case 4:
      AppendInt32(out, static_cast<std::uint32_t>(value));
      return {};
    case 8:
      AppendInt64(out, static_cast<std::uint64_t>(value));
      return {};
    default:
      return tl::unexpected(NoBinaryForm(type));
  }
}

Outcome<void> AppendTextBinary(std::string& out, const std::string& text, oid::Oid type) {
  switch (type) {
    case oid::kText:
    case oid::kVarchar:
    case oid::kBpchar:
    case oid::kName:
    case oid::kUnknown:
    case oid::kJson:
    case oid::kCstring:
    case oid::kNodeTree:
    case oid::kVoid:
      out += text;
      return {};
    case oid::kJsonb:
      out.push_back('\1');
      out += text;
      return {};
    case oid::kChar:
      out.push_back(text.empty() ? '\0' : text[0]);
      return {};
    case oid::kNumeric:
      return AppendNumericBinary(out, text);
    default:
      break;
  }
  if (oid::Element(type) != 0) return AppendArrayBinary(out, text, type);
  const Value value = TRY(DecodeText(text, type));  // a number, date or the like that came as its text form
  if (std::holds_alternative<std::string>(value)) return tl::unexpected(NoBinaryForm(type));
  return AppendBinary(out, value, type);
}

}  // namespace

std::string NumberForm(double number, int precision_when_not_shortest, bool shortest) {
  if (std::isnan(number)) return "NaN";
  if (std::isinf(number)) return number > 0 ? "Infinity" : "-Infinity";
  if (shortest) return Shortest(number);
  return fmt::format("{:.{}g}", number, std::max(precision_when_not_shortest, 1));
}

std::string TextForm(const Value& value, oid::Oid type, const TextStyle& style) {
  if (const auto* number = std::get_if<double>(&value)) {
    if (type == oid::kNumeric) return fmt::format("{}", *number);
    return FloatForm(*number, type, style);
  }
  if (type == oid::kTimestamptz && std::holds_alternative<Timestamp>(value)) return ToText(value) + "+00";
  return ToText(value);
}

Outcome<void> AppendBinary(std::string& out, const Value& value, oid::Oid type) {
  if (const auto* text = std::get_if<std::string>(&value)) return AppendTextBinary(out, *text, type);
  if (type == oid::kNumeric) return AppendNumericBinary(out, ToText(value));
  if (const auto* boolean = std::get_if<bool>(&value)) {
    out.push_back(*boolean ? '\1' : '\0');
  } else if (const auto* integer = std::get_if<std::int64_t>(&value)) {
    if (type == oid::kFloat8) return AppendBinary(out, static_cast<double>(*integer), type);
    return AppendIntegerBinary(out, *integer, type);
  } else if (const auto* number = std::get_if<double>(&value)) {
    if (type == oid::kFloat4) {
      AppendInt32(out, std::bit_cast<std::uint32_t>(static_cast<float>(*number)));
    } else {
      AppendInt64(out, std::bit_cast<std::uint64_t>(*number));
    }
  } else if (const auto* date = std::get_if<Date>(&value)) {
    AppendInt32(out, static_cast<std::uint32_t>(date->days - kEpochDays));
  } else if (const auto* timestamp = std::get_if<Timestamp>(&value)) {
    AppendInt64(out, static_cast<std::uint64_t>(timestamp->microseconds - kEpochMicroseconds));
  } else {
    return tl::unexpected(NoBinaryForm(type));
  }
  return {};
}

Outcome<void> AppendField(std::string& out, const Value& value, oid::Oid type, Format format,
                          const TextStyle& style) {
  if (IsNull(value)) {
    AppendInt32(out, 0xFFFFFFFFU);
    return {};
  }
  const std::size_t length_at = out.size();
  out.append(4, '\0');
  if (format == Format::kText) {
    out += TextForm(value, type, style);
  } else {
    TRY(AppendBinary(out, value, type));
  }
  const auto length = static_cast<std::uint32_t>(out.size() - length_at - 4);
  for (std::size_t i = 0; i < 4; ++i) out[length_at + i] = static_cast<char>(length >> (24 - 8 * i) & 0xFF);
  return {};
}

Outcome<void> AppendDataRow(std::string& out, const Row& row, std::span<const pgcatalog::Column> columns,
                            std::span<const Format> formats, const TextStyle& style) {
  CHECK(row.size() == columns.size());
  Builder builder(out, 'D');
  builder.Int16(static_cast<std::int16_t>(row.size()));
  for (std::size_t i = 0; i < row.size(); ++i) {
    TRY(AppendField(out, row[i], columns[i].oid, FormatOf(formats, i), style));
  }
  builder.Finish();
  return {};
}

}  // namespace concordat::pgwire
