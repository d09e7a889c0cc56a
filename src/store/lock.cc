#include "store/lock.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace concordat::store {
namespace {

std::string HolderOf(int fd) {
  char pid[32] = {};
  const ssize_t length = pread(fd, pid, sizeof pid - 1, 0);
  return length > 0 ? pid : "unknown";
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
  const std::string pid = std::to_string(getpid());
  if (ftruncate(lock.fd_, 0) != 0 || pwrite(lock.fd_, pid.data(), pid.size(), 0) < 0) {
    return Fail(ErrorCode::kResourceExhausted,
                fmt::format("cannot write {}: {}", path.string(), std::strerror(errno)), "free disk space");
  }
  return lock;
}

FileLock::~FileLock() {
  if (fd_ >= 0) close(fd_);
}

}  // namespace concordat::store
