#include "peer/exchange.h"

#include <fmt/format.h>
#include <grpcpp/channel.h>
#include <grpcpp/create_channel.h>
#include <grpcpp/support/channel_arguments.h>

#include "peer.grpc.pb.h"
#include "peer/frame.h"

namespace concordat::peer {
namespace {

using Stream = grpc::ClientReaderWriter<wire::Frame, wire::Frame>;

// Exponential back-off with jitter is gRPC's own, within these.
constexpr int kFirstBackoffMs = 200;
constexpr int kConnectMs = 5000;  // one attempt
constexpr int kLongestBackoffMs = 3000;
constexpr int kKeepAliveMs = 20'000;

grpc::ChannelArguments Arguments() {
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, kFirstBackoffMs);
  arguments.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, kConnectMs);
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, kLongestBackoffMs);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIME_MS, kKeepAliveMs);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, kConnectMs);
  arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  arguments.SetInt(GRPC_ARG_SERVICE_CONFIG_DISABLE_RESOLUTION, 1);
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  arguments.SetMaxReceiveMessageSize(static_cast<int>(2 * kPart));
  return arguments;
}

// False when the other side has had enough: it has answered.
bool Send(Stream& stream, const Request& request) {
  std::size_t offset = 0;
  do {
    Part part = NextPart(request.body, offset);
    if (part.size == request.body.size() && offset <= kPart) {
      part.protocol = request.protocol;
      part.method = request.method;
    }
    if (!stream.Write(FrameOf(part))) return false;
  } while (offset < request.body.size());
  return stream.WritesDone();
}

}  // namespace

bool Underway::Begin(grpc::ClientContext& context) {
  const std::lock_guard lock(mutex_);
  if (!cancelled_) contexts_.insert(&context);
  return !cancelled_;
}

void Underway::End(grpc::ClientContext& context) {
  const std::lock_guard lock(mutex_);
  contexts_.erase(&context);
}

void Underway::CancelAll() {
  const std::lock_guard lock(mutex_);
  cancelled_ = true;
  for (grpc::ClientContext* context : contexts_) context->TryCancel();
}

Channel::Channel(std::string name, const std::string& address, const crypto::Certificate& identity,
                 CertificateCheck check)
    : name_(std::move(name)), address_(address) {
  const auto checked = [this, check = std::move(check)](std::string_view pem) -> Result<void> {
    auto right = check(pem);
    const std::lock_guard lock(mutex_);
    refusal_ = right ? "" : right.error().message;
    return right;
  };
  channel_ =
      grpc::CreateCustomChannel("dns:///" + address, ChannelCredentialsFor(identity, checked), Arguments());
}

Channel::~Channel() = default;

void Channel::ResetBackoff() { grpc::experimental::ChannelResetConnectionBackoff(channel_.get()); }

Error Channel::ErrorOf(int code, const std::string& said) {
  const std::lock_guard lock(mutex_);
  switch (code) {
    case grpc::StatusCode::DEADLINE_EXCEEDED:
      return {ErrorCode::kTimeout, fmt::format("{} at {} has not answered in time", name_, address_),
              "ask again, or look whether its node is busy"};
    case grpc::StatusCode::CANCELLED:
      return {ErrorCode::kCancelled, "the question to " + name_ + " was cancelled", ""};
    case grpc::StatusCode::RESOURCE_EXHAUSTED:
      return {ErrorCode::kResourceExhausted, fmt::format("{} takes no more now: {}", name_, said),
              "ask again in a moment"};
    default:
      break;
  }
  if (!refusal_.empty()) {
    return {ErrorCode::kPermissionDenied,
            fmt::format("what answers at {} is not {}: {}", address_, name_, refusal_),
            "check the address; if it is right, somebody may be in between"};
  }
  // Where it was dialled is for operators: analysts are told the message alone.
  return {ErrorCode::kUnavailable, name_ + " does not answer, or does not know this node",
          fmt::format(
              "see that its node runs at {} and has not removed this one: its log says whom it refused ({})",
              address_, said)};
}

Result<Bytes> Channel::Ask(const Request& request, std::size_t longest, Milliseconds patience,
                           Underway& underway) {
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + patience);
  if (!underway.Begin(context)) return Fail(ErrorCode::kCancelled, "this node is stopping");
  const auto stub = wire::Peer::NewStub(channel_);
  const auto stream = stub->Call(&context);
  Send(*stream, request);
  Assembler answer(Assembler::Kind::kAnswer, longest);
  std::optional<Error> fault;
  wire::Frame frame;
  bool whole = false;
  while (!fault && !whole && stream->Read(&frame)) {
    Part part = PartOf(frame);
    const bool theirs = part.fault.has_value();
    const auto taken = answer.Take(std::move(part));
    whole = taken && *taken;
    if (!taken) fault = taken.error();
    if (!taken && !theirs && fault->code == ErrorCode::kInvalidArgument)
      fault = Error{ErrorCode::kCorrupt, name_ + " answered what is " + fault->message, ""};
  }
  if (fault || whole) context.TryCancel();  // nothing more is wanted of it
  const grpc::Status status = stream->Finish();
  underway.End(context);
  if (fault) return tl::unexpected(*std::move(fault));
  if (whole) return std::move(answer.body());
  if (status.ok()) return Fail(ErrorCode::kCorrupt, name_ + " answered less than it said", "ask again");
  return tl::unexpected(ErrorOf(status.error_code(), status.error_message()));
}

}  // namespace concordat::peer
