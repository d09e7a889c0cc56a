#include "aggregation/message.h"

#include "aggregation/octets.h"

namespace concordat::aggregation {
namespace {

constexpr std::uint8_t kWhole = 1, kElided = 2;  // first byte; in it, the format's version too
constexpr std::size_t kHeadBytes = 1 + 1 + 2 + 32 + 64;

tl::unexpected<Error> Malformed(const char* how) {
  return Fail(ErrorCode::kInvalidArgument, std::string("this is no message of a sum: ") + how);
}

}  // namespace

const char* Name(Round round) {
  constexpr const char* kNames[] = {"commit", "reveal", "contribute", "agree", "open", "restore"};
  return kNames[static_cast<std::size_t>(round) - 1];
}

Message Elide(const Message& message) {
  return {.round = message.round,
          .party = message.party,
          .view = message.view,
          .body = {},
          .elided = message.elided ? *message.elided : crypto::Sha256(message.body),
          .signature = message.signature};
}

Bytes Encode(const Message& message) {
  Bytes bytes;
  bytes.reserve(kHeadBytes + (message.elided ? 32 : message.body.size()));
  bytes.push_back(message.elided ? kElided : kWhole);
  bytes.push_back(static_cast<std::uint8_t>(message.round));
  Append(bytes, message.party);
  Append(bytes, message.view);
  Append(bytes, message.signature);
  Append(bytes, message.elided ? ByteView(*message.elided) : ByteView(message.body));
  return bytes;
}

Result<Message> DecodeMessage(ByteView bytes) {
  if (bytes.size() < kHeadBytes) return Malformed("too short");
  const std::uint8_t form = TakeFirst(bytes, 1)[0];
  const std::uint8_t round = TakeFirst(bytes, 1)[0];
  if (form != kWhole && form != kElided) return Malformed("of another version");
  if (round < 1 || round > static_cast<std::uint8_t>(Round::kRestore)) return Malformed("of no round");
  Message message{.round = static_cast<Round>(round)};
  message.party = NumberOf<std::uint16_t>(TakeFirst(bytes, 2));
  Split(TakeFirst(bytes, 32 + 64), {message.view, message.signature});
  if (form == kWhole) {
    message.body.assign(bytes.begin(), bytes.end());
  } else if (!Split(bytes, {message.elided.emplace()})) {
    return Malformed("a hash of another length");
  }
  return message;
}

}  // namespace concordat::aggregation
