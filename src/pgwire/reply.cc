#include "pgwire/reply.h"

#include <algorithm>
#include <cctype>

namespace concordat::pgwire {
namespace {

constexpr std::int32_t kProtocolVersion = 3 << 16;

template <class Integer>
void AppendBigEndian(std::string& out, Integer value) {
  for (int shift = static_cast<int>(sizeof(Integer) - 1) * 8; shift >= 0; shift -= 8) {
    out.push_back(static_cast<char>(value >> shift & 0xFF));
  }
}

bool StartsCharacter(char byte) { return (static_cast<unsigned char>(byte) & 0xC0) != 0x80; }

}  // namespace

void AppendInt16(std::string& out, std::uint16_t value) { AppendBigEndian(out, value); }
void AppendInt32(std::string& out, std::uint32_t value) { AppendBigEndian(out, value); }
void AppendInt64(std::string& out, std::uint64_t value) { AppendBigEndian(out, value); }

int CharacterPosition(std::string_view text, std::size_t byte) {
  const auto before = text.substr(0, std::min(byte, text.size()));
  return static_cast<int>(std::count_if(before.begin(), before.end(), StartsCharacter)) + 1;
}

Report Explained(const Refusal& refusal, std::string_view text, std::size_t offset) {
  Report report{.sqlstate = refusal.sqlstate, .message = refusal.message, .hint = refusal.hint};
  if (!refusal.reason.empty()) report.message = "refused (" + refusal.reason + "): " + refusal.message;
  if (refusal.position && *refusal.position >= 0 && !text.empty()) {
    report.position = CharacterPosition(text, offset + static_cast<std::size_t>(*refusal.position));
  }
  return report;
}

Builder::Builder(std::string& out, char type) : out_(out), length_at_(out.size() + 1) {
  out_.push_back(type);
  out_.append(4, '\0');
}
Builder& Builder::Int16(std::int16_t value) {
  AppendInt16(out_, static_cast<std::uint16_t>(value));
  return *this;
}
Builder& Builder::Int32(std::int32_t value) {
  AppendInt32(out_, static_cast<std::uint32_t>(value));
  return *this;
}
Builder& Builder::Byte(char value) {
  out_.push_back(value);
  return *this;
}
Builder& Builder::Text(std::string_view text) {
  out_.append(text.substr(0, text.find('\0')));
  out_.push_back('\0');
  return *this;
}
Builder& Builder::Bytes(std::string_view bytes) {
  out_.append(bytes);
  return *this;
}
void Builder::Finish() {
  const auto length = static_cast<std::uint32_t>(out_.size() - length_at_);
  for (std::size_t i = 0; i < 4; ++i) out_[length_at_ + i] = static_cast<char>(length >> (24 - 8 * i) & 0xFF);
}

void AppendAuthenticationOk(std::string& out) { Builder(out, 'R').Int32(0).Finish(); }

void AppendSaslMechanisms(std::string& out, std::span<const std::string_view> mechanisms) {
  Builder builder(out, 'R');
  builder.Int32(10);
  for (const std::string_view mechanism : mechanisms) builder.Text(mechanism);
  builder.Byte('\0').Finish();
}
void AppendSaslContinue(std::string& out, std::string_view data) {
  Builder(out, 'R').Int32(11).Bytes(data).Finish();
}
void AppendSaslFinal(std::string& out, std::string_view data) {
  Builder(out, 'R').Int32(12).Bytes(data).Finish();
}

void AppendBackendKeyData(std::string& out, std::int32_t process, std::int32_t secret) {
  Builder(out, 'K').Int32(process).Int32(secret).Finish();
}

void AppendNegotiateProtocolVersion(std::string& out, std::span<const std::string> unknown_options) {
  Builder builder(out, 'v');
  builder.Int32(kProtocolVersion).Int32(static_cast<std::int32_t>(unknown_options.size()));
  for (const std::string& option : unknown_options) builder.Text(option);
  builder.Finish();
}

void AppendParameterStatus(std::string& out, std::string_view name, std::string_view value) {
  Builder(out, 'S').Text(name).Text(value).Finish();
}
void AppendReadyForQuery(std::string& out, TransactionStatus status) {
  Builder(out, 'Z').Byte(static_cast<char>(status)).Finish();
}

void AppendReport(std::string& out, const Report& report) {
  const bool error = report.severity == "ERROR" || report.severity == "FATAL" || report.severity == "PANIC";
  Builder builder(out, error ? 'E' : 'N');
  builder.Byte('S').Text(report.severity).Byte('V').Text(report.severity);
  builder.Byte('C').Text(report.sqlstate).Byte('M').Text(report.message);
  if (!report.detail.empty()) builder.Byte('D').Text(report.detail);
  if (!report.hint.empty()) builder.Byte('H').Text(report.hint);
  if (report.position) builder.Byte('P').Text(std::to_string(*report.position));
  builder.Byte('\0').Finish();
}

void AppendRowDescription(std::string& out, std::span<const pgcatalog::Column> columns,
                          std::span<const Format> formats) {
  Builder builder(out, 'T');
  builder.Int16(static_cast<std::int16_t>(columns.size()));
  for (std::size_t i = 0; i < columns.size(); ++i) {
    builder.Text(columns[i].name).Int32(0).Int16(0);  // of no table's column: answers are computed
    builder.Int32(static_cast<std::int32_t>(columns[i].oid)).Int16(oid::Length(columns[i].oid)).Int32(-1);
    builder.Int16(static_cast<std::int16_t>(FormatOf(formats, i)));
  }
  builder.Finish();
}

void AppendParameterDescription(std::string& out, std::span<const oid::Oid> types) {
  Builder builder(out, 't');
  builder.Int16(static_cast<std::int16_t>(types.size()));
  for (const oid::Oid type : types) builder.Int32(static_cast<std::int32_t>(type));
  builder.Finish();
}

void AppendCommandComplete(std::string& out, std::string_view tag) { Builder(out, 'C').Text(tag).Finish(); }

void AppendCopyOutResponse(std::string& out, Format format, std::size_t columns) {
  Builder builder(out, 'H');
  builder.Byte(static_cast<char>(format)).Int16(static_cast<std::int16_t>(columns));
  for (std::size_t i = 0; i < columns; ++i) builder.Int16(static_cast<std::int16_t>(format));
  builder.Finish();
}
void AppendCopyData(std::string& out, std::string_view data) { Builder(out, 'd').Bytes(data).Finish(); }
void AppendPlain(std::string& out, Plain message) { Builder(out, static_cast<char>(message)).Finish(); }

Format FormatOf(std::span<const Format> formats, std::size_t index) {
  if (formats.empty()) return Format::kText;
  if (formats.size() == 1) return formats[0];
  return index < formats.size() ? formats[index] : Format::kText;
}

}  // namespace concordat::pgwire
