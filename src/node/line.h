// Lines over a socket: what the control socket speaks.
#pragma once

#include <mutex>
#include <optional>
#include <string>
#include <string_view>

namespace concordat::node {

// Owns the socket. Threading: Write from any thread, Read from one.
class LineStream {
 public:
  explicit LineStream(int socket) : socket_(socket) {}
  LineStream(const LineStream&) = delete;
  LineStream& operator=(const LineStream&) = delete;
  ~LineStream();

  // The next line without its end; none at the end of the stream or past `limit` bytes.
  std::optional<std::string> Read(std::size_t limit);
  bool Write(std::string_view line);

 private:
  int socket_;
  std::string buffer_;
  std::mutex writing_;
};

}  // namespace concordat::node
