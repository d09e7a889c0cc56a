#include "pgwire/numeric.h"

#include <fmt/format.h>

#include <charconv>
#include <cstdint>
#include <vector>

#include "pgwire/decoding.h"
#include "pgwire/reply.h"

namespace concordat::pgwire {
namespace {

constexpr std::uint16_t kPositive = 0x0000, kNegative = 0x4000, kNan = 0xC000, kInfinity = 0xD000,
                        kMinusInfinity = 0xF000;
constexpr std::size_t kMaxDigits = 1'000;

// A decimal as text: sign, digits before and after the point.
struct Decimal {
  bool negative = false;
  std::string whole;
  std::string fraction;
};

std::optional<Decimal> ParseDecimal(std::string_view text) {
  Decimal decimal;
  if (text.starts_with('-') || text.starts_with('+')) {
    decimal.negative = text[0] == '-';
    text.remove_prefix(1);
  }
  int exponent = 0;
  if (const std::size_t e = text.find_first_of("eE"); e != std::string_view::npos) {
    std::string_view power = text.substr(e + 1);
    if (power.starts_with('+')) power.remove_prefix(1);
    const auto [end, error] = std::from_chars(power.data(), power.data() + power.size(), exponent);
    if (error != std::errc() || end != power.data() + power.size()) return std::nullopt;
    text = text.substr(0, e);
  }
  const std::size_t point = std::min(text.find('.'), text.size());
  decimal.whole = text.substr(0, point);
  if (point < text.size()) decimal.fraction = text.substr(point + 1);
  const std::string digits = decimal.whole + decimal.fraction;
  if (digits.empty() || digits.find_first_not_of("0123456789") != std::string::npos) return std::nullopt;
  if (digits.size() > kMaxDigits || exponent > static_cast<int>(kMaxDigits) ||
      exponent < -static_cast<int>(kMaxDigits)) {
    return std::nullopt;
  }
  for (; exponent > 0; --exponent) {
    decimal.whole.push_back(decimal.fraction.empty() ? '0' : decimal.fraction[0]);
    if (!decimal.fraction.empty()) decimal.fraction.erase(0, 1);
  }
  for (; exponent < 0; ++exponent) {
    decimal.fraction.insert(decimal.fraction.begin(), decimal.whole.empty() ? '0' : decimal.whole.back());
    if (!decimal.whole.empty()) decimal.whole.pop_back();
  }
  return decimal;
}

void AppendHeader(std::string& out, std::size_t digits, int weight, std::uint16_t sign,
                  std::size_t decimals) {
  AppendInt16(out, static_cast<std::uint16_t>(digits));
  AppendInt16(out, static_cast<std::uint16_t>(weight));
  AppendInt16(out, sign);
  AppendInt16(out, static_cast<std::uint16_t>(decimals));
}

std::uint16_t Int16At(std::string_view bytes, std::size_t at) {
  return static_cast<std::uint16_t>(static_cast<unsigned char>(bytes[at]) << 8 |
                                    static_cast<unsigned char>(bytes[at + 1]));
}

std::string DecimalText(const std::vector<std::uint16_t>& digits, int weight, bool negative,
                        std::size_t decimals) {
  std::string whole;
  std::string fraction;
  const auto digit = [&](int place) {  // the digit of weight `place`
    const int index = weight - place;
    return index >= 0 && index < static_cast<int>(digits.size()) ? digits[static_cast<std::size_t>(index)]
                                                                 : 0;
  };
  for (int place = weight; place >= 0; --place) whole += fmt::format("{:04}", digit(place));
  for (int place = -1; fraction.size() < decimals; --place) fraction += fmt::format("{:04}", digit(place));
  whole.erase(0, std::min(whole.find_first_not_of('0'), whole.size()));
  fraction.resize(decimals);
  return (negative ? "-" : "") + (whole.empty() ? "0" : whole) + (decimals > 0 ? "." + fraction : "");
}

}  // namespace

Outcome<void> AppendNumericBinary(std::string& out, std::string_view text) {
  if (text == "NaN" || text == "Infinity" || text == "-Infinity") {
    AppendHeader(out, 0, 0, text == "NaN" ? kNan : text[0] == '-' ? kMinusInfinity : kInfinity, 0);
    return {};
  }
  auto decimal = ParseDecimal(text);
  if (!decimal) {
    return Refuse("", "invalid input syntax for type numeric: \"" + std::string(text) + "\"", "", "22P02");
  }
  const std::size_t decimals = decimal->fraction.size();
  decimal->whole.insert(0, (4 - decimal->whole.size() % 4) % 4, '0');
  decimal->fraction.append((4 - decimal->fraction.size() % 4) % 4, '0');
  int weight = static_cast<int>(decimal->whole.size() / 4) - 1;
  std::string digits = decimal->whole + decimal->fraction;
  while (digits.starts_with("0000")) {
    digits.erase(0, 4);
    --weight;
  }
  while (digits.ends_with("0000")) digits.resize(digits.size() - 4);
  if (digits.empty()) weight = 0;
  AppendHeader(out, digits.size() / 4, weight, decimal->negative && !digits.empty() ? kNegative : kPositive,
               decimals);
  for (std::size_t i = 0; i < digits.size(); i += 4) {
    AppendInt16(out, static_cast<std::uint16_t>(std::stoi(digits.substr(i, 4))));
  }
  return {};
}

Outcome<std::string> DecodeNumericBinary(std::string_view bytes) {
  if (bytes.size() < 8 || bytes.size() != 8 + std::size_t{Int16At(bytes, 0)} * 2)
    return BadBinary(oid::kNumeric);
  const std::uint16_t sign = Int16At(bytes, 4);
  if (sign == kNan) return "NaN";
  if (sign == kInfinity) return "Infinity";
  if (sign == kMinusInfinity) return "-Infinity";
  const int weight = static_cast<std::int16_t>(Int16At(bytes, 2));
  const std::size_t decimals = Int16At(bytes, 6);
  if ((sign != kPositive && sign != kNegative) || weight > static_cast<int>(kMaxDigits) ||
      decimals > kMaxDigits) {
    return BadBinary(oid::kNumeric);
  }
  std::vector<std::uint16_t> digits(Int16At(bytes, 0));
  for (std::size_t i = 0; i < digits.size(); ++i) {
    digits[i] = Int16At(bytes, 8 + 2 * i);
    if (digits[i] > 9'999) return BadBinary(oid::kNumeric);
  }
  return DecimalText(digits, weight, sign == kNegative, decimals);
}

}  // namespace concordat::pgwire
