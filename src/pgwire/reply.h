// What the server says: messages to bytes, appended to a buffer.
// Source: PostgreSQL 15 documentation, sections "Message Formats" and "Error and Notice Message Fields".
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/refusal.h"
#include "pgcatalog/pgcatalog.h"
#include "pgwire/message.h"

namespace concordat::pgwire {

enum class TransactionStatus : char { kIdle = 'I', kInside = 'T', kFailed = 'E' };

// An ErrorResponse or a NoticeResponse.
struct Report {
  std::string severity = "ERROR";  // FATAL, WARNING, NOTICE
  std::string sqlstate;
  std::string message;
  std::string detail = {};
  std::string hint = {};
  std::optional<int> position = {};  // 1-based, in characters
};

// A refusal as the analyst reads it. `text` is the whole of what they sent, `offset` the byte where the
// statement starts to which the refusal's own position is relative.
Report Explained(const Refusal& refusal, std::string_view text = {}, std::size_t offset = 0);
// 1-based, in characters; `byte` past the end counts as the end.
int CharacterPosition(std::string_view text, std::size_t byte);

// Builds one message: type, then the length filled in on Finish.
class Builder {
 public:
  Builder(std::string& out, char type);
  Builder& Int16(std::int16_t value);
  Builder& Int32(std::int32_t value);
  Builder& Byte(char value);
  Builder& Text(std::string_view text);  // with its closing zero
  Builder& Bytes(std::string_view bytes);
  void Finish();

 private:
  std::string& out_;
  std::size_t length_at_;
};

void AppendInt16(std::string& out, std::uint16_t value);
void AppendInt32(std::string& out, std::uint32_t value);
void AppendInt64(std::string& out, std::uint64_t value);

void AppendAuthenticationOk(std::string& out);
void AppendSaslMechanisms(std::string& out, std::span<const std::string_view> mechanisms);
void AppendSaslContinue(std::string& out, std::string_view data);
void AppendSaslFinal(std::string& out, std::string_view data);
void AppendBackendKeyData(std::string& out, std::int32_t process, std::int32_t secret);
void AppendNegotiateProtocolVersion(std::string& out, std::span<const std::string> unknown_options);
void AppendParameterStatus(std::string& out, std::string_view name, std::string_view value);
void AppendReadyForQuery(std::string& out, TransactionStatus status);
void AppendReport(std::string& out, const Report& report);  // E for ERROR, FATAL and PANIC, else N

// `formats` as a Bind gives them, or empty: all text.
void AppendRowDescription(std::string& out, std::span<const pgcatalog::Column> columns,
                          std::span<const Format> formats);
void AppendParameterDescription(std::string& out, std::span<const oid::Oid> types);
void AppendCommandComplete(std::string& out, std::string_view tag);
void AppendCopyOutResponse(std::string& out, Format format, std::size_t columns);
void AppendCopyData(std::string& out, std::string_view data);
// Messages without a body.
enum class Plain : char {
  kParseComplete = '1',
  kBindComplete = '2',
  kCloseComplete = '3',
  kNoData = 'n',
  kPortalSuspended = 's',
  kEmptyQuery = 'I',
  kCopyDone = 'c',
};
void AppendPlain(std::string& out, Plain message);

// The format of column or parameter `index` as a Bind's list says it: none is text, one is for all.
Format FormatOf(std::span<const Format> formats, std::size_t index);

}  // namespace concordat::pgwire
