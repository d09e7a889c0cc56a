#include "node/control.h"

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <nlohmann/json.hpp>

namespace concordat::node {
namespace {

constexpr Milliseconds kPatience{10'000};  // with a peer that asks nothing, or reads nothing
constexpr std::size_t kLongestLine = std::size_t{80} << 20;  // a contract or an answer fits many times over
constexpr std::size_t kMostConnections = 64;
constexpr Milliseconds kPause{100};

tl::unexpected<Error> Unavailable(const std::filesystem::path& path, const std::string& what) {
  return Fail(ErrorCode::kUnavailable, path.string() + ": " + what,
              "look at the owner and mode of the home's folder");
}

Result<sockaddr_un> Address(const std::filesystem::path& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.string().size() >= sizeof address.sun_path) {
    return Fail(ErrorCode::kInvalidArgument, "the path " + path.string() + " is too long for a socket",
                "use a home with a path of fewer than 90 characters");
  }
  std::memcpy(address.sun_path, path.c_str(), path.string().size());
  return address;
}

// A connected socket; none when nobody listens.
Result<std::optional<int>> Connect(const std::filesystem::path& path) {
  const sockaddr_un address = TRY(Address(path));
  const int socket = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (socket < 0) return Unavailable(path, std::strerror(errno));
  if (connect(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) return socket;
  const int error = errno;
  close(socket);
  if (error == ECONNREFUSED || error == ENOENT) return std::nullopt;
  return Unavailable(path, std::strerror(error));
}

bool PeerMayAsk(int socket) {
  ucred peer{};
  socklen_t length = sizeof peer;
  if (getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &peer, &length) != 0) return false;
  return peer.uid == 0 || peer.uid == geteuid();
}

Json ReplyLine(const Result<Reply>& reply) {
  if (!reply) {
    const Error& error = reply.error();
    return {{"error",
             {{"code", static_cast<int>(error.code)}, {"message", error.message}, {"remedy", error.remedy}}}};
  }
  return {{"text", reply->text}, {"data", reply->data ? *reply->data : Json()}};
}

Result<Reply> FromLine(const Json& line) {
  if (line.contains("error")) {
    const Json& error = line["error"];
    return tl::unexpected(
        Error{static_cast<ErrorCode>(error.at("code").get<int>()), error.at("message"), error.at("remedy")});
  }
  return Reply{line.at("text"), std::make_shared<Json>(line.at("data"))};
}

}  // namespace

Result<std::unique_ptr<ControlServer>> ControlServer::Start(const std::filesystem::path& path,
                                                            Handler handler) {
  const sockaddr_un address = TRY(Address(path));
  if (const auto other = TRY(Connect(path))) {
    close(*other);
    return Fail(ErrorCode::kAlreadyExists, "a node already listens on " + path.string(), "stop it first");
  }
  unlink(path.c_str());
  const int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (listener < 0) return Unavailable(path, std::strerror(errno));
  const mode_t before = umask(0177);
  const bool bound = bind(listener, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  const int error = errno;
  umask(before);
  if (!bound || listen(listener, 16) != 0) {
    close(listener);
    return Unavailable(path, std::strerror(error));
  }
  return std::unique_ptr<ControlServer>(new ControlServer(listener, path, std::move(handler)));
}

ControlServer::ControlServer(int listener, std::filesystem::path path, Handler handler)
    : listener_(listener),
      path_(std::move(path)),
      handler_(std::move(handler)),
      acceptor_([this] { Accept(); }) {}

ControlServer::~ControlServer() {
  stopping_ = true;
  shutdown(listener_, SHUT_RDWR);
  acceptor_.join();
  for (Connection& connection : connections_) connection.stream->StopReading();
  for (Connection& connection : connections_) connection.thread.join();
  close(listener_);
  unlink(path_.c_str());
}

void ControlServer::ForgetFinished() {
  connections_.remove_if([](Connection& connection) {
    if (!connection.finished) return false;
    connection.thread.join();
    return true;
  });
}

void ControlServer::Accept() {
  while (!stopping_) {
    const int socket = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (socket < 0 && !stopping_) std::this_thread::sleep_for(kPause);  // out of descriptors: not for long
    if (socket < 0) continue;
    auto stream = std::make_unique<LineStream>(socket);
    ForgetFinished();
    if (connections_.size() >= kMostConnections || !PeerMayAsk(socket)) continue;
    stream->SetPatience(kPatience);
    Connection& connection = connections_.emplace_back();
    connection.stream = std::move(stream);
    connection.thread = std::thread([this, &connection] {
      Serve(*connection.stream);
      connection.stream->Close();
      connection.finished = true;
    });
  }
}

Result<ControlRequest> ParseRequest(std::string_view line) {
  Json request = Json::parse(line, nullptr, false);
  if (!request.is_object() || !request.contains("verb") || !request["verb"].is_string())
    return Fail(ErrorCode::kInvalidArgument, "this is not a request", "use the program concordat");
  Json arguments = request.value("arguments", Json::object());
  if (!arguments.is_object()) return Fail(ErrorCode::kInvalidArgument, "the arguments have no names");
  return ControlRequest{request["verb"], std::make_shared<const Json>(std::move(arguments))};
}

void ControlServer::Serve(LineStream& stream) {
  const auto line = stream.Read(kLongestLine);
  if (!line) return;
  const auto write = [&](const Json& reply) {
    return stream.Write(reply.dump(-1, ' ', false, Json::error_handler_t::replace));
  };
  const auto request = ParseRequest(*line);
  if (!request) {
    write(ReplyLine(tl::unexpected(request.error())));
    return;
  }
  const Progress progress = [&](std::string_view text) { write({{"progress", text}}); };
  write(ReplyLine(handler_(request->verb, *request->arguments, progress)));
}

Result<std::optional<Reply>> AskControl(const std::filesystem::path& path, std::string_view verb,
                                        const Json& arguments, const Progress& progress) {
  const auto hung_up = Fail(ErrorCode::kInternal, "the node hung up before it answered",
                            "see its log, and concordat ledger show: what it has done is there");
  const auto socket = TRY(Connect(path));
  if (!socket) return std::nullopt;
  LineStream stream(*socket);
  if (!stream.Write(Json{{"verb", verb}, {"arguments", arguments}}.dump())) return hung_up;
  for (;;) {
    const auto line = stream.Read(kLongestLine);
    const Json reply = line ? Json::parse(*line, nullptr, false) : Json();
    if (!reply.is_object()) return hung_up;
    if (!reply.contains("progress")) return TRY(FromLine(reply));
    progress(reply["progress"].get<std::string>());
  }
}

}  // namespace concordat::node
