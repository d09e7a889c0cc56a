#include "pgwire/message.h"

#include <fmt/format.h>

namespace concordat::pgwire {
namespace {

constexpr std::uint32_t kCancelCode = 80877102;
constexpr std::uint32_t kSslCode = 80877103;
constexpr std::uint32_t kGssCode = 80877104;

// Reads a message's body; once something is missing, everything after reads as nothing and ok() is false.
class Reader {
 public:
  explicit Reader(std::string_view body) : rest_(body) {}

  template <class Integer>
  Integer Take() {
    const std::string_view bytes = TakeBytes(sizeof(Integer));
    std::uint64_t value = 0;
    for (const char byte : bytes) value = value << 8 | static_cast<unsigned char>(byte);
    return static_cast<Integer>(value);
  }
  std::string_view TakeBytes(std::size_t count) {
    if (!ok_ || rest_.size() < count) return Broken();
    const std::string_view bytes = rest_.substr(0, count);
    rest_.remove_prefix(count);
    return bytes;
  }
  std::string TakeString() {
    const std::size_t end = rest_.find('\0');
    if (!ok_ || end == std::string_view::npos) return std::string(Broken());
    std::string text(rest_.substr(0, end));
    rest_.remove_prefix(end + 1);
    return text;
  }
  // A count of things of at least `size` bytes each, which must still fit.
  std::size_t TakeCount(std::size_t size) {
    const auto count = Take<std::uint16_t>();
    if (ok_ && count * size > rest_.size()) Broken();
    return ok_ ? count : 0;
  }
  Format TakeFormat() {
    const auto code = Take<std::int16_t>();
    if (code != 0 && code != 1) Broken();
    return code == 1 ? Format::kBinary : Format::kText;
  }
  std::string_view Rest() { return std::exchange(rest_, {}); }
  void Fail() { Broken(); }
  bool ok() const { return ok_; }
  bool done() const { return ok_ && rest_.empty(); }

 private:
  std::string_view Broken() {
    ok_ = false;
    rest_ = {};
    return {};
  }

  std::string_view rest_;
  bool ok_ = true;
};

Parse ReadParse(Reader& reader) {
  Parse parse{reader.TakeString(), reader.TakeString(), {}};
  parse.types.resize(reader.TakeCount(4));
  for (auto& type : parse.types) type = reader.Take<oid::Oid>();
  return parse;
}

Bind ReadBind(Reader& reader) {
  Bind bind{reader.TakeString(), reader.TakeString(), {}, {}, {}};
  bind.parameter_formats.resize(reader.TakeCount(2));
  for (auto& format : bind.parameter_formats) format = reader.TakeFormat();
  bind.parameters.resize(reader.TakeCount(4));
  for (auto& parameter : bind.parameters) {
    const auto length = reader.Take<std::int32_t>();
    if (length < -1) reader.Fail();
    if (length >= 0) parameter = reader.TakeBytes(static_cast<std::size_t>(length));
  }
  bind.result_formats.resize(reader.TakeCount(2));
  for (auto& format : bind.result_formats) format = reader.TakeFormat();
  return bind;
}

template <class Kind>
Kind ReadNamed(Reader& reader) {
  const char target = reader.Take<char>();
  if (target != 'S' && target != 'P') reader.Fail();
  return {static_cast<Target>(target), reader.TakeString()};
}

std::optional<Message> ReadMessage(char type, Reader& reader) {
  switch (type) {
    case 'Q':
      return Query{reader.TakeString()};
    case 'P':
      return ReadParse(reader);
    case 'B':
      return ReadBind(reader);
    case 'D':
      return ReadNamed<Describe>(reader);
    case 'E': {
      Execute execute{reader.TakeString(), 0};
      execute.rows = reader.Take<std::int32_t>();
      return execute;
    }
    case 'C':
      return ReadNamed<Close>(reader);
    case 'S':
      return Sync{};
    case 'H':
      return Flush{};
    case 'X':
      return Terminate{};
    case 'p':
      return Authentication{std::string(reader.Rest())};
    case 'd':
      reader.Rest();
      return CopyData{};
    case 'c':
      return CopyDone{};
    case 'f':
      reader.Rest();
      return CopyFail{};
    case 'F':
      reader.Rest();
      return FunctionCall{};
    default:
      return std::nullopt;
  }
}

Result<StartupMessage> ReadStartup(std::uint32_t version, Reader& reader) {
  StartupMessage startup{static_cast<std::uint16_t>(version >> 16), static_cast<std::uint16_t>(version), {}};
  if (startup.major != 3) return startup;  // what follows is another protocol's
  for (;;) {
    std::string name = reader.TakeString();
    if (name.empty()) break;
    std::string value = reader.TakeString();
    startup.parameters.emplace_back(std::move(name), std::move(value));
  }
  if (!reader.done()) {
    return Fail(ErrorCode::kInvalidArgument,
                "invalid startup packet layout: expected terminator as last byte");
  }
  return startup;
}

}  // namespace

Result<std::optional<Opening>> TakeOpening(std::string_view& bytes) {
  if (bytes.size() < 4) return std::nullopt;
  const auto length = Reader(bytes).Take<std::uint32_t>();
  if (length < 8 || length > kOpeningBytes)
    return Fail(ErrorCode::kInvalidArgument, "invalid length of startup packet");
  if (bytes.size() < length) return std::nullopt;
  Reader reader(bytes.substr(4, length - 4));
  bytes.remove_prefix(length);
  const auto code = reader.Take<std::uint32_t>();
  if (code == kSslCode && reader.done()) return Opening(SslRequest{});
  if (code == kGssCode && reader.done()) return Opening(GssRequest{});
  if (code == kCancelCode) {
    CancelRequest cancel;
    cancel.process = reader.Take<std::int32_t>();
    cancel.secret = reader.Take<std::int32_t>();
    if (!reader.done()) return Fail(ErrorCode::kInvalidArgument, "invalid length of startup packet");
    return Opening(cancel);
  }
  return Opening(TRY(ReadStartup(code, reader)));
}

Result<std::optional<Message>> TakeMessage(std::string_view& bytes, std::size_t limit) {
  if (bytes.size() < 5) return std::nullopt;
  const char type = bytes[0];
  const auto length = Reader(bytes.substr(1)).Take<std::uint32_t>();
  if (length < 4) return Fail(ErrorCode::kInvalidArgument, "invalid message length");
  if (length > limit) {
    return Fail(ErrorCode::kResourceExhausted,
                fmt::format("a message of {} bytes is past the limit of {}", length, limit),
                "send a shorter statement or fewer parameters");
  }
  if (bytes.size() < std::size_t{length} + 1) return std::nullopt;
  Reader reader(bytes.substr(5, length - 4));
  bytes.remove_prefix(std::size_t{length} + 1);
  auto message = ReadMessage(type, reader);
  if (!message) {
    return Fail(ErrorCode::kInvalidArgument,
                fmt::format("invalid frontend message type {}", static_cast<unsigned char>(type)));
  }
  if (!reader.done()) return Fail(ErrorCode::kInvalidArgument, "invalid message format");
  return message;
}

Result<SaslInitial> ParseSaslInitial(std::string_view body) {
  Reader reader(body);
  SaslInitial initial{reader.TakeString(), {}};
  const auto length = reader.Take<std::int32_t>();
  if (length >= 0) initial.response = reader.TakeBytes(static_cast<std::size_t>(length));
  if (!reader.done()) return Fail(ErrorCode::kInvalidArgument, "invalid message format");
  return initial;
}

}  // namespace concordat::pgwire
