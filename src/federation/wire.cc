#include "federation/wire.h"

#include <bit>
#include <cmath>
#include <limits>

#include "base/utf8.h"

namespace concordat::federation {
namespace {

constexpr int kBitsOfByte = 8;

enum Tag : std::uint8_t { kNull, kFalse, kTrue, kInteger, kNumber, kText, kDate, kTimestamp, kWide };

// One form for what compares alike: zero has no sign, and there is one NaN.
double Canonical(double value) {
  if (std::isnan(value)) return std::numeric_limits<double>::quiet_NaN();
  return value == 0 ? 0.0 : value;
}

struct Write {
  Writer& out;
  void operator()(Null) const { out.U8(kNull); }
  void operator()(bool value) const { out.U8(value ? kTrue : kFalse); }
  void operator()(std::int64_t value) const {
    out.U8(kInteger);
    out.U64(static_cast<std::uint64_t>(value));
  }
  void operator()(double value) const {
    out.U8(kNumber);
    out.Real(value);
  }
  void operator()(const std::string& value) const {
    out.U8(kText);
    out.Text(value);
  }
  void operator()(Date value) const {
    out.U8(kDate);
    out.U32(static_cast<std::uint32_t>(value.days));
  }
  void operator()(Timestamp value) const {
    out.U8(kTimestamp);
    out.U64(static_cast<std::uint64_t>(value.microseconds));
  }
  void operator()(Int128 value) const {
    out.U8(kWide);
    out.Wide(value);
  }
};

}  // namespace

void Writer::Number(std::uint64_t value, int bytes) {
  for (int i = bytes - 1; i >= 0; --i)
    bytes_.push_back(static_cast<std::uint8_t>(value >> (kBitsOfByte * i)));
}

void Writer::Wide(Int128 value) {
  const auto bits = static_cast<Uint128>(value);
  U64(static_cast<std::uint64_t>(bits >> 64));
  U64(static_cast<std::uint64_t>(bits));
}

void Writer::Real(double value) { U64(std::bit_cast<std::uint64_t>(Canonical(value))); }

void Writer::Blob(ByteView bytes) {
  U32(bytes.size());
  Raw(bytes);
}

void Writer::Texts(const std::vector<std::string>& texts) {
  U32(texts.size());
  for (const std::string& text : texts) Text(text);
}

void Writer::One(const Value& value) { std::visit(Write{*this}, value); }

void Writer::Rows(const std::vector<Row>& rows) {
  U32(rows.size());
  for (const Row& row : rows) {
    U32(row.size());
    for (const Value& value : row) One(value);
  }
}

ByteView Reader::Next(std::size_t count) {
  if (spoiled_ || count > left_.size()) {
    spoiled_ = true;
    return {};
  }
  const ByteView next = left_.first(count);
  left_ = left_.subspan(count);
  return next;
}

std::uint64_t Reader::Number(int bytes) {
  std::uint64_t value = 0;
  for (const std::uint8_t byte : Next(static_cast<std::size_t>(bytes))) value = value << kBitsOfByte | byte;
  return value;
}

bool Reader::Flag() {
  const std::uint8_t value = U8();
  if (value > 1) Spoil();
  return value == 1;
}

Int128 Reader::Wide() {
  const Uint128 high = U64();
  return static_cast<Int128>(high << 64 | U64());
}

double Reader::Real() {
  const std::uint64_t bits = U64();
  const auto value = std::bit_cast<double>(bits);
  if (std::bit_cast<std::uint64_t>(Canonical(value)) != bits) Spoil();
  return value;
}

void Reader::Raw(std::span<std::uint8_t> out) {
  const ByteView next = Next(out.size());
  std::copy(next.begin(), next.end(), out.begin());
}

Bytes Reader::Blob() {
  const ByteView next = Next(U32());
  return {next.begin(), next.end()};
}

std::string Reader::Text() {
  const ByteView next = Next(U32());
  std::string text(AsText(next));
  if (!IsUtf8(text)) Spoil();
  return text;
}

std::vector<std::string> Reader::Texts() {
  std::vector<std::string> texts(Count(4));
  for (std::string& text : texts) text = Text();
  return texts;
}

Value Reader::One() {
  switch (U8()) {
    case kNull:
      return Null{};
    case kFalse:
      return false;
    case kTrue:
      return true;
    case kInteger:
      return static_cast<std::int64_t>(U64());
    case kNumber:
      return Real();
    case kText:
      return Text();
    case kDate:
      return Date{static_cast<std::int32_t>(U32())};
    case kTimestamp:
      return Timestamp{static_cast<std::int64_t>(U64())};
    case kWide:
      return Wide();
    default:
      Spoil();
      return Null{};
  }
}

std::size_t Reader::Count(std::size_t least) {
  const std::size_t count = U32();
  if (count > left_.size() / least) Spoil();
  return spoiled_ ? 0 : count;
}

std::vector<Row> Reader::Rows() {
  std::vector<Row> rows(Count(4));
  for (Row& row : rows) {
    row.resize(Count(1));
    for (Value& value : row) value = One();
  }
  return rows;
}

Result<void> Reader::Finish(const char* what) const {
  if (spoiled_ || !left_.empty())
    return Fail(ErrorCode::kInvalidArgument, std::string("malformed: ") + what,
                "do both members run the same version?");
  return {};
}

}  // namespace concordat::federation
