// The control socket: how the command line asks the node that has the store open. Lines of JSON over
// HOME/control.sock; format: docs/formats/control.md. Only the home's owner and root may connect (file mode,
// then SO_PEERCRED).
#pragma once

#include <atomic>
#include <filesystem>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "node/verb.h"

namespace concordat::node {

// Threading: the handler is called from a thread of each connection's own.
class ControlServer {
 public:
  using Handler =
      std::function<Result<Reply>(std::string_view verb, const Json& arguments, const Progress& progress)>;

  // Takes over a socket file that no process listens on any more.
  static Result<std::unique_ptr<ControlServer>> Start(const std::filesystem::path& path, Handler handler);
  // Stops accepting, waits for requests under way.
  ~ControlServer();

 private:
  ControlServer(int listener, std::filesystem::path path, Handler handler);
  void Accept();
  void Serve(int socket);

  struct Connection {
    std::thread thread;
    std::shared_ptr<std::atomic<bool>> finished;
  };

  int listener_;
  std::filesystem::path path_;
  Handler handler_;
  std::atomic<bool> stopping_{false};
  std::vector<Connection> connections_;  // touched by the accepting thread, and by the destructor after it
  std::thread acceptor_;
};

// Asks the node behind `path`. Errors: kUnavailable when nobody listens; else the verb's own.
Result<Reply> AskControl(const std::filesystem::path& path, std::string_view verb, const Json& arguments,
                         const Progress& progress);

}  // namespace concordat::node
