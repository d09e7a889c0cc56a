// Lines over a socket: what the control socket speaks.
#pragma once

#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"

namespace concordat::node {

// Owns the socket. Threading: Write and StopReading from any thread, Read from one.
class LineStream {
 public:
  explicit LineStream(int socket) : socket_(socket) {}
  LineStream(const LineStream&) = delete;
  LineStream& operator=(const LineStream&) = delete;
  ~LineStream();

  // The next line without its end; none at the end of the stream or past `limit` bytes.
  std::optional<std::string> Read(std::size_t limit);
  // False when the peer is gone, or takes nothing for as long as SetPatience allows.
  bool Write(std::string_view line);
  // How long one read or write waits for the peer; without this, for ever.
  void SetPatience(Milliseconds patience);
  // Hangs up; the socket itself is closed at the end of its owner's life.
  void Close();
  // Ends a Read under way and all later ones; writing goes on.
  void StopReading();
  int socket() const { return socket_; }

 private:
  int socket_;
  std::string buffer_;
  std::size_t searched_ = 0;  // bytes of it that hold no end of a line
  std::mutex writing_;
  bool broken_ = false;  // a line was not taken whole: nothing after it would be understood
};

}  // namespace concordat::node
