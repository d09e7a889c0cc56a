#include "node/line.h"

#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <cerrno>

namespace concordat::node {

LineStream::~LineStream() { close(socket_); }

std::optional<std::string> LineStream::Read(std::size_t limit) {
  for (;;) {
    if (const auto end = buffer_.find('\n', searched_); end != std::string::npos) {
      std::string line = buffer_.substr(0, end);
      buffer_.erase(0, end + 1);
      searched_ = 0;
      if (line.size() > limit) return {};
      return line;
    }
    searched_ = buffer_.size();
    if (buffer_.size() > limit) return {};
    char chunk[1 << 16];
    const ssize_t got = recv(socket_, chunk, sizeof chunk, 0);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return {};
    buffer_.append(chunk, static_cast<std::size_t>(got));
  }
}

void LineStream::SetPatience(Milliseconds patience) {
  const timeval limit{.tv_sec = patience.count() / 1000, .tv_usec = patience.count() % 1000 * 1000};
  setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  setsockopt(socket_, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
}

void LineStream::Close() { shutdown(socket_, SHUT_RDWR); }

void LineStream::StopReading() { shutdown(socket_, SHUT_RD); }

bool LineStream::Write(std::string_view line) {
  const std::lock_guard lock(writing_);
  std::string out(line);
  out += '\n';
  std::string_view rest = out;
  while (!rest.empty() && !broken_) {
    const ssize_t sent = send(socket_, rest.data(), rest.size(), MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) continue;
    if (sent <= 0) broken_ = true;
    if (sent > 0) rest.remove_prefix(static_cast<std::size_t>(sent));
  }
  return !broken_;
}

}  // namespace concordat::node
