#include "store/lock.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace concordat::store {
namespace {

constexpr char kUsed[] = "in use";

// The lines of the lock's file: the holder's pid, then kUsed once it was.
std::string ContentOf(int fd) {
  char content[64] = {};
  const ssize_t length = pread(fd, content, sizeof content - 1, 0);
  return length > 0 ? content : "";
}

std::string HolderOf(int fd) {
  const std::string content = ContentOf(fd);
  return content.empty() ? "unknown" : content.substr(0, content.find('\n'));
}

}  // namespace

Result<FileLock> FileLock::Take(const std::filesystem::path& path) {
  FileLock lock(open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (lock.fd_ < 0) {
    const bool missing = errno == ENOENT;
    return Fail(missing ? ErrorCode::kNotFound : ErrorCode::kPermissionDenied,
                fmt::format("cannot open {}: {}", path.string(), std::strerror(errno)),
                "check that the home folder is there, and its owner and mode");
  }
  if (flock(lock.fd_, LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK) {
      return Fail(ErrorCode::kInternal,
                  fmt::format("cannot lock {}: {}", path.string(), std::strerror(errno)),
                  "put the home on a local disk");
    }
    return Fail(ErrorCode::kUnavailable,
                fmt::format("another process (pid {}) has the store open", HolderOf(lock.fd_)),
                "use the command line as it is, which asks the running node, or stop that process");
  }
  lock.used_ = ContentOf(lock.fd_).find(kUsed) != std::string::npos;
  TRY(lock.Write());
  return lock;
}

Result<void> FileLock::Write() const {
  const std::string content = std::to_string(getpid()) + "\n" + (used_ ? std::string(kUsed) + "\n" : "");
  // Longer never follows shorter but for the pid, so cutting comes last: a crash leaves kUsed where it was.
  if (pwrite(fd_, content.data(), content.size(), 0) < 0 ||
      ftruncate(fd_, static_cast<off_t>(content.size())) != 0) {
    return Fail(ErrorCode::kResourceExhausted,
                fmt::format("cannot write the store's lock: {}", std::strerror(errno)), "free disk space");
  }
  return {};
}

Result<void> FileLock::MarkUsed() {
  if (used_) return {};
  used_ = true;
  return Write();
}

FileLock::~FileLock() {
  if (fd_ >= 0) close(fd_);
}

}  // namespace concordat::store
