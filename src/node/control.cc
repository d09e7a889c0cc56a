#include "node/control.h"

#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <nlohmann/json.hpp>

#include "node/line.h"

namespace concordat::node {
namespace {

constexpr timeval kRequestTime{.tv_sec = 10, .tv_usec = 0};  // a peer that asks nothing is let go
constexpr std::size_t kLongestRequest = std::size_t{80}
                                        << 20;  // a contract or an answer fits many times over

tl::unexpected<Error> Unavailable(const std::filesystem::path& path, const std::string& what) {
  return Fail(ErrorCode::kUnavailable, path.string() + ": " + what,
              "is the node running? start it: concordat serve");
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

Result<int> Connect(const std::filesystem::path& path) {
  const sockaddr_un address = TRY(Address(path));
  const int socket = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (socket < 0) return Unavailable(path, std::strerror(errno));
  if (connect(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    const int error = errno;
    close(socket);
    return Unavailable(path, std::strerror(error));
  }
  return socket;
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
  if (const auto other = Connect(path)) {
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
  for (Connection& connection : connections_) connection.thread.join();
  close(listener_);
  unlink(path_.c_str());
}

void ControlServer::Accept() {
  while (!stopping_) {
    const int socket = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (socket < 0) {
      if (stopping_) return;
      continue;
    }
    std::erase_if(connections_, [](Connection& connection) {
      if (!connection.finished->load()) return false;
      connection.thread.join();
      return true;
    });
    auto finished = std::make_shared<std::atomic<bool>>(false);
    connections_.push_back({std::thread([this, socket, finished] {
                              Serve(socket);
                              finished->store(true);
                            }),
                            finished});
  }
}

void ControlServer::Serve(int socket) {
  LineStream stream(socket);
  if (!PeerMayAsk(socket)) return;
  setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &kRequestTime, sizeof kRequestTime);
  const auto line = stream.Read(kLongestRequest);
  if (!line) return;
  const Json request = Json::parse(*line, nullptr, false);
  if (!request.is_object() || !request.contains("verb") || !request["verb"].is_string()) return;
  const Progress progress = [&](std::string_view text) { stream.Write(Json{{"progress", text}}.dump()); };
  const auto reply =
      handler_(request["verb"].get<std::string>(), request.value("arguments", Json::object()), progress);
  stream.Write(ReplyLine(reply).dump(-1, ' ', false, Json::error_handler_t::replace));
}

Result<Reply> AskControl(const std::filesystem::path& path, std::string_view verb, const Json& arguments,
                         const Progress& progress) {
  LineStream stream(TRY(Connect(path)));
  if (!stream.Write(Json{{"verb", verb}, {"arguments", arguments}}.dump()))
    return Unavailable(path, "the node hung up");
  for (;;) {
    const auto line = stream.Read(kLongestRequest);
    if (!line) return Unavailable(path, "the node stopped before it answered");
    const Json reply = Json::parse(*line, nullptr, false);
    if (!reply.is_object()) return Unavailable(path, "the node's answer is not one");
    if (!reply.contains("progress")) return FromLine(reply);
    progress(reply["progress"].get<std::string>());
  }
}

}  // namespace concordat::node
