// A body that travels in parts, and what its first part says. Format: docs/formats/peer.md.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"

namespace concordat::peer {

inline constexpr std::size_t kPart = std::size_t{1} << 20;  // bytes of a body in one frame, at most

// One frame, as the wire carries it.
struct Part {
  std::uint32_t protocol = 0;  // of a request's first
  std::string method;          // the same
  std::uint64_t size = 0;      // of a first: bytes of the whole body
  Bytes body;
  std::optional<Error> fault;  // of an answer: instead of a body
};

// Reads and writes the bytes of a frame. Errors: kInvalidArgument.
Bytes FormatPart(const Part& part);
Result<Part> ParsePart(ByteView bytes);

// "federation/contribute": lower-case words with hyphens, joined by slashes, at most 64 characters.
bool IsMethod(const std::string& method);

// Puts a message together from its parts.
class Assembler {
 public:
  enum class Kind { kRequest, kAnswer };
  // `reserve`, where given, is asked once, when the size is known, and may decline.
  using Reserve = std::function<Result<void>(std::uint64_t size)>;
  Assembler(Kind kind, std::size_t longest, Reserve reserve = {})
      : kind_(kind), longest_(longest), reserve_(std::move(reserve)) {}

  // Is it whole now? Errors, after which nothing more may be taken: kInvalidArgument for what no message is;
  // kResourceExhausted for one longer than `longest`, or that `reserve` declined; of an answer, its fault.
  Result<bool> Take(Part part);
  // What it says at the end of the parts: kInvalidArgument when some are missing.
  Result<void> End() const;

  std::uint32_t protocol() const { return protocol_; }
  const std::string& method() const { return method_; }
  Bytes& body() { return body_; }

 private:
  Result<void> Begin(const Part& part);

  Kind kind_;
  std::size_t longest_;
  Reserve reserve_;
  bool begun_ = false;
  std::uint32_t protocol_ = 0;
  std::string method_;
  std::uint64_t size_ = 0;
  Bytes body_;
};

// `body` from `offset` on: the next part of it. Call until the offset is the body's size; once for an empty
// one.
Part NextPart(ByteView body, std::size_t& offset);

}  // namespace concordat::peer
