#include "peer/envelope.h"

#include <fmt/format.h>

#include <algorithm>

#include "peer.pb.h"
#include "peer/frame.h"

namespace concordat::peer {
namespace {

constexpr std::size_t kLongestMethod = 64;
constexpr std::size_t kLongestWords = 8192;  // of a fault's message or remedy

constexpr ErrorCode kCodes[] = {ErrorCode::kInvalidArgument,  ErrorCode::kNotFound,
                                ErrorCode::kAlreadyExists,    ErrorCode::kFailedPrecondition,
                                ErrorCode::kPermissionDenied, ErrorCode::kResourceExhausted,
                                ErrorCode::kTimeout,          ErrorCode::kCancelled,
                                ErrorCode::kUnavailable,      ErrorCode::kCorrupt,
                                ErrorCode::kInternal};

tl::unexpected<Error> Malformed(const std::string& what) {
  return Fail(ErrorCode::kInvalidArgument, "not a message between members: " + what);
}

ErrorCode CodeNamed(const std::string& name) {
  const auto* const found =
      std::find_if(std::begin(kCodes), std::end(kCodes), [&](ErrorCode code) { return name == Name(code); });
  return found == std::end(kCodes) ? ErrorCode::kInternal : *found;
}

}  // namespace

wire::Frame FrameOf(const Part& part) {
  wire::Frame frame;
  frame.set_protocol(part.protocol);
  frame.set_method(part.method);
  frame.set_size(part.size);
  frame.set_body(part.body.data(), part.body.size());
  if (part.fault) {
    frame.mutable_fault()->set_code(Name(part.fault->code));
    frame.mutable_fault()->set_message(part.fault->message.substr(0, kLongestWords));
    frame.mutable_fault()->set_remedy(part.fault->remedy.substr(0, kLongestWords));
  }
  return frame;
}

Part PartOf(const wire::Frame& frame) {
  Part part{.protocol = frame.protocol(),
            .method = frame.method(),
            .size = frame.size(),
            .body = Bytes(frame.body().begin(), frame.body().end()),
            .fault = {}};
  if (frame.has_fault()) {
    part.fault = Error{CodeNamed(frame.fault().code()), frame.fault().message().substr(0, kLongestWords),
                       frame.fault().remedy().substr(0, kLongestWords)};
  }
  return part;
}

Bytes FormatPart(const Part& part) {
  const std::string text = FrameOf(part).SerializeAsString();
  return {text.begin(), text.end()};
}

Result<Part> ParsePart(ByteView bytes) {
  wire::Frame frame;
  if (!frame.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) return Malformed("not a frame");
  return PartOf(frame);
}

bool IsMethod(const std::string& method) {
  const auto fits = [](char c) { return (c >= 'a' && c <= 'z') || c == '-' || c == '/'; };
  return !method.empty() && method.size() <= kLongestMethod && method.front() != '/' &&
         method.back() != '/' && std::all_of(method.begin(), method.end(), fits);
}

Result<void> Assembler::Begin(const Part& part) {
  begun_ = true;
  if (kind_ == Kind::kRequest && !IsMethod(part.method)) return Malformed("it names no method");
  if (kind_ == Kind::kAnswer && !part.method.empty()) return Malformed("an answer that names a method");
  if (part.size > longest_) {
    return Fail(
        ErrorCode::kResourceExhausted,
        fmt::format("a message of {} bytes is longer than the {} that are taken", part.size, longest_),
        "ask for less at once");
  }
  if (reserve_) TRY(reserve_(part.size));
  protocol_ = part.protocol;
  method_ = part.method;
  size_ = part.size;
  return {};
}

Result<bool> Assembler::Take(Part part) {
  if (part.fault && kind_ == Kind::kRequest) return Malformed("a request with a fault");
  if (part.fault) return tl::unexpected(*std::move(part.fault));
  if (!begun_) {
    TRY(Begin(part));
  } else if (part.protocol != 0 || !part.method.empty() || part.size != 0) {
    return Malformed("a second beginning");
  } else if (part.body.empty()) {
    return Malformed("an empty part");
  }
  if (part.body.size() > kPart) return Malformed("a part longer than 1 MiB");
  if (part.body.size() > size_ - body_.size()) return Malformed("more than the size it gave");
  // What is held grows with what came, not with what was promised.
  if (body_.empty()) {
    body_ = std::move(part.body);
  } else {
    body_.insert(body_.end(), part.body.begin(), part.body.end());
  }
  return body_.size() == size_;
}

Result<void> Assembler::End() const {
  if (begun_ && body_.size() == size_) return {};
  return Malformed(begun_ ? fmt::format("{} of its {} bytes came", body_.size(), size_) : "nothing came");
}

Part NextPart(ByteView body, std::size_t& offset) {
  const ByteView next = body.subspan(offset, std::min(kPart, body.size() - offset));
  Part part{.protocol = 0,
            .method = {},
            .size = offset == 0 ? body.size() : 0,
            .body = Bytes(next.begin(), next.end()),
            .fault = {}};
  offset += next.size();
  return part;
}

}  // namespace concordat::peer
