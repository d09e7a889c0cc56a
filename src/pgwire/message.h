// What a client says: bytes to messages, without sockets. Every length is checked before it is believed.
// Source: PostgreSQL 15 documentation, section "Message Formats".
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/result.h"
#include "pgwire/oid.h"

namespace concordat::pgwire {

// ---- The first message, which has no type byte

struct StartupMessage {
  std::uint16_t major = 0;
  std::uint16_t minor = 0;
  std::vector<std::pair<std::string, std::string>> parameters;
};
struct SslRequest {};
struct GssRequest {};
struct CancelRequest {
  std::int32_t process = 0;
  std::int32_t secret = 0;
};
using Opening = std::variant<StartupMessage, SslRequest, GssRequest, CancelRequest>;

inline constexpr std::size_t kOpeningBytes = 10'000;  // PostgreSQL's MAX_STARTUP_PACKET_LENGTH

// Takes the opening off the front of `bytes`; none while it is not whole yet.
// Errors: kInvalidArgument: not this protocol.
Result<std::optional<Opening>> TakeOpening(std::string_view& bytes);

// ---- Everything after it

enum class Format : std::int16_t { kText = 0, kBinary = 1 };

struct Query {
  std::string text;
};
struct Parse {
  std::string statement;
  std::string text;
  std::vector<oid::Oid> types;
};
struct Bind {
  std::string portal;
  std::string statement;
  std::vector<Format> parameter_formats;  // none: all text; one: for all; else one each
  std::vector<std::optional<std::string>> parameters;
  std::vector<Format> result_formats;  // the same
};
enum class Target : char { kStatement = 'S', kPortal = 'P' };
struct Describe {
  Target target = Target::kStatement;
  std::string name;
};
struct Execute {
  std::string portal;
  std::int32_t rows = 0;  // 0: all
};
struct Close {
  Target target = Target::kStatement;
  std::string name;
};
struct Sync {};
struct Flush {};
struct Terminate {};
// A password or a SASL response: what it is depends on what was asked for.
struct Authentication {
  std::string body;
};
struct CopyData {};
struct CopyDone {};
struct CopyFail {};
struct FunctionCall {};

using Message = std::variant<Query, Parse, Bind, Describe, Execute, Close, Sync, Flush, Terminate,
                             Authentication, CopyData, CopyDone, CopyFail, FunctionCall>;

// Takes one message off the front of `bytes`; none while it is not whole yet.
// Errors: kInvalidArgument: unknown type or malformed; kResourceExhausted: longer than `limit`. Both end a
// connection.
Result<std::optional<Message>> TakeMessage(std::string_view& bytes, std::size_t limit);

// "SCRAM-SHA-256" and the first message, out of an Authentication's body.
struct SaslInitial {
  std::string mechanism;
  std::string response;
};
Result<SaslInitial> ParseSaslInitial(std::string_view body);

}  // namespace concordat::pgwire
