#include "peer/server.h"

#include <fmt/format.h>
#include <grpcpp/resource_quota.h>
#include <grpcpp/server.h>
#include <grpcpp/server_builder.h>

#include <algorithm>

#include "peer.grpc.pb.h"
#include "peer/credentials.h"
#include "peer/envelope.h"
#include "peer/frame.h"
#include "peer/limit.h"
#include "peer/sparse.h"

namespace concordat::peer {
namespace {

using ServerStream = grpc::ServerReaderWriter<wire::Frame, wire::Frame>;

constexpr int kSpareThreads = 8;  // of gRPC's own: they wait for calls, and decline those past the limit
constexpr int kStrangers = 2;     // calls of them at once
constexpr std::size_t kLongestOfStranger = 64 * 1024;
constexpr std::chrono::hours kLongestCall{1};

// Who calls, and what they may take up.
struct Caller {
  std::string member;       // empty: a stranger
  std::string certificate;  // PEM
  std::size_t longest_body = 0;
};

class Door final : public wire::Peer::Service {
 public:
  Door(Directory& directory, const Clock& clock, ServerOptions options)
      : directory_(directory),
        clock_(clock),
        options_(std::move(options)),
        log_(clock, options_.log),
        members_(options_.calls, options_.calls_of_a_member, options_.bodies),
        strangers_(kStrangers, kStrangers, kStrangers * kLongestOfStranger) {}

  const ServerOptions& options() const { return options_; }
  void SetAddress(const std::string& address) {
    if (options_.address.empty()) options_.address = address;
  }

  // At the handshake: the certificate's key is proven, and nothing was said yet.
  Result<void> Check(std::string_view certificate_pem) {
    const auto member = directory_.Recognise(certificate_pem);
    if (member || directory_.ExpectsStrangers()) return {};
    log_.Say("refused a connection at the handshake: " + member.error().message);
    return tl::unexpected(member.error());
  }

  grpc::Status Call(grpc::ServerContext* context, ServerStream* stream) override {
    Bytes answer;
    const auto done = Answer(*context, *stream, answer);
    return Send(*stream, done, answer);
  }

 private:
  Result<Caller> Admit(const grpc::ServerContext& context) {
    Caller caller{.member = {}, .certificate = CertificateOf(*context.auth_context()), .longest_body = 0};
    auto member = directory_.Recognise(caller.certificate);
    if (!member && !directory_.ExpectsStrangers()) return tl::unexpected(member.error());
    if (member) TRY(directory_.Admit(*member));
    caller.member = member ? *member : "";
    caller.longest_body = member ? options_.longest_body : kLongestOfStranger;
    if (context.deadline() > std::chrono::system_clock::now() + kLongestCall) {
      return Fail(ErrorCode::kInvalidArgument, "a call that may last longer than an hour",
                  "give it a nearer deadline");
    }
    return caller;
  }

  Result<void> Answer(grpc::ServerContext& context, ServerStream& stream, Bytes& answer) {
    const auto caller = Admit(context);
    if (!caller) {
      log_.Say(fmt::format("refused a call from {}: {}", context.peer(), caller.error().message));
      return tl::unexpected(caller.error());
    }
    Limit& limit = caller->member.empty() ? strangers_ : members_;
    Limit::Turn turn = TRY(limit.Take(caller->member.empty() ? "a stranger" : caller->member));
    Assembler request(Assembler::Kind::kRequest, caller->longest_body,
                      [&](std::uint64_t size) { return turn.Hold(size); });
    TRY(Read(stream, request));
    if (context.IsCancelled()) return Fail(ErrorCode::kCancelled, "who asked waits no longer");
    try {
      answer = TRY(Dispatch(*caller, request));
    } catch (const std::exception& error) {
      log_.Say(fmt::format("{} of {} failed: {}", request.method(), caller->member, error.what()));
      return Fail(ErrorCode::kInternal, fmt::format("{} failed: {}", request.method(), error.what()),
                  "this is a fault of the program: please report it");
    }
    return {};
  }

  static Result<void> Read(ServerStream& stream, Assembler& request) {
    wire::Frame frame;
    while (stream.Read(&frame)) {
      if (TRY(request.Take(PartOf(frame)))) return {};
    }
    return request.End();
  }

  Result<Bytes> Dispatch(const Caller& caller, Assembler& request) {
    if (request.method() == kHello && !caller.member.empty()) return Greet(caller.member, request.body());
    if (request.protocol() < kOldestProtocol || request.protocol() > kNewestProtocol) {
      return Fail(ErrorCode::kFailedPrecondition,
                  fmt::format("{} speaks versions {} to {} of the members' protocol, and was asked in {}",
                              options_.member, kOldestProtocol, kNewestProtocol, request.protocol()),
                  "greet it again; or bring the older of the two nodes up to date");
    }
    for (const auto& [method, handler] : options_.strangers) {
      if (method == request.method()) return handler(caller.certificate, request.body());
    }
    if (caller.member.empty()) {
      return Fail(ErrorCode::kPermissionDenied, options_.member + " does not know this node",
                  "join it with an invitation: concordat member join FILE");
    }
    for (const auto& [prefix, handler] : options_.handlers) {
      const bool whole = prefix == request.method();
      if (whole || (prefix.ends_with('/') && request.method().starts_with(prefix)))
        return handler(caller.member, request.body());
    }
    return Fail(ErrorCode::kNotFound, fmt::format("{} does not know '{}'", options_.member, request.method()),
                "one of the two nodes is of an older version: bring it up to date");
  }

  Result<Bytes> Greet(const std::string& member, const Bytes& body) {
    const Greeting theirs = TRY(ParseGreeting(body));
    const Greeting ours{.member = options_.member, .address = options_.address, .time = clock_.Now()};
    if (theirs.member != member) {
      return Fail(ErrorCode::kPermissionDenied,
                  fmt::format("the certificate is that of {}, and {} greets", member, theirs.member));
    }
    if (const std::string skew = SkewText(theirs, ours.time); !skew.empty()) log_.Say(skew);
    const auto agreed = AgreeOnProtocol(ours, theirs);
    if (!agreed) log_.Say(agreed.error().message);
    // Who is too old or too new is answered all the same: it finds out by itself, and says so in its words.
    if (agreed) options_.greeted(theirs);
    return FormatGreeting(ours);
  }

  grpc::Status Send(ServerStream& stream, const Result<void>& done, const Bytes& answer) {
    if (!done) {
      stream.WriteLast(FrameOf({.body = {}, .fault = done.error()}), {});
      return grpc::Status::OK;
    }
    std::size_t offset = 0;
    do {
      if (!stream.Write(FrameOf(NextPart(answer, offset)))) break;
    } while (offset < answer.size());
    return grpc::Status::OK;
  }

  Directory& directory_;
  const Clock& clock_;
  ServerOptions options_;
  SparseLog log_;
  Limit members_, strangers_;
};

class GrpcServer final : public Server {
 public:
  GrpcServer(Directory& directory, const Clock& clock, ServerOptions options)
      : door_(directory, clock, std::move(options)) {}
  ~GrpcServer() override { Drain(Milliseconds(0)); }

  Result<void> Open() {
    const std::string& listen = door_.options().listen;
    const std::size_t colon = listen.rfind(':');
    if (colon == std::string::npos || colon == 0)
      return Fail(ErrorCode::kInvalidArgument, "'" + listen + "' is not an address and a port",
                  "write it as 127.0.0.1:6490");
    grpc::ServerBuilder builder;
    builder.AddListeningPort(listen,
                             ServerCredentialsFor(door_.options().identity,
                                                  [this](std::string_view pem) { return door_.Check(pem); }),
                             &port_);
    builder.RegisterService(&door_);
    builder.SetResourceQuota(
        grpc::ResourceQuota("peer").SetMaxThreads(door_.options().calls + kSpareThreads));
    builder.SetSyncServerOption(grpc::ServerBuilder::NUM_CQS, 1);
    builder.SetMaxReceiveMessageSize(static_cast<int>(2 * kPart));
    builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
    builder.AddChannelArgument(GRPC_ARG_MAX_CONCURRENT_STREAMS, 2 * door_.options().calls_of_a_member);
    builder.AddChannelArgument(GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS, 5000);
    server_ = builder.BuildAndStart();
    if (!server_ || port_ == 0) {
      return Fail(ErrorCode::kUnavailable, "cannot listen for members on " + listen,
                  "another process has the address, or it is none of this machine's: see peer_listen");
    }
    address_ = fmt::format("{}:{}", listen.substr(0, colon), port_);
    door_.SetAddress(address_);
    return {};
  }

  std::string Address() const override { return address_; }
  void Drain(Milliseconds patience) override {
    if (server_) server_->Shutdown(std::chrono::system_clock::now() + patience);
  }

 private:
  Door door_;
  int port_ = 0;
  std::string address_;
  std::unique_ptr<grpc::Server> server_;
};

}  // namespace

Result<std::unique_ptr<Server>> Server::Start(Directory& directory, const Clock& clock,
                                              ServerOptions options) {
  auto server = std::make_unique<GrpcServer>(directory, clock, std::move(options));
  TRY(server->Open());
  return std::unique_ptr<Server>(std::move(server));
}

}  // namespace concordat::peer
