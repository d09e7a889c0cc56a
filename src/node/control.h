// The control socket: how the command line asks the node that has the store open. Lines of JSON over
// HOME/control.sock; format: docs/formats/control.md. Only the home's owner and root may connect (file mode,
// then SO_PEERCRED).
#pragma once

#include <atomic>
#include <filesystem>
#include <functional>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <thread>

#include "base/json.h"
#include "base/result.h"
#include "node/line.h"
#include "node/verb.h"

namespace concordat::node {

// Threading: the handler is called from a thread of each connection's own.
class ControlServer {
 public:
  using Handler =
      std::function<Result<Reply>(std::string_view verb, const Json& arguments, const Progress& progress)>;

  // Takes over a socket file that no process listens on any more.
  static Result<std::unique_ptr<ControlServer>> Start(const std::filesystem::path& path, Handler handler);
  // Stops accepting, hangs up on who has not asked yet, waits for requests under way.
  ~ControlServer();

 private:
  struct Connection {
    std::unique_ptr<LineStream> stream;
    std::atomic<bool> finished{false};
    std::thread thread;
  };

  ControlServer(int listener, std::filesystem::path path, Handler handler);
  void Accept();
  void ForgetFinished();
  void Serve(LineStream& stream);

  int listener_;
  std::filesystem::path path_;
  Handler handler_;
  std::atomic<bool> stopping_{false};
  std::list<Connection> connections_;  // touched by the accepting thread, and by the destructor after it
  std::thread acceptor_;
};

// A request as it comes over the socket. Errors: kInvalidArgument when it is not one.
struct ControlRequest {
  std::string verb;
  std::shared_ptr<const Json> arguments;  // an object
};
Result<ControlRequest> ParseRequest(std::string_view line);

// Asks the node behind `path`; none when nobody listens there. Errors: the verb's own; kInternal when the
// node was asked and hung up: what it has done is on its ledger, and asking again would do it twice.
Result<std::optional<Reply>> AskControl(const std::filesystem::path& path, std::string_view verb,
                                        const Json& arguments, const Progress& progress);

}  // namespace concordat::node
