#include "base/file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace concordat {
namespace {

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (fd_ >= 0) close(fd_);
  }
  int get() const { return fd_; }

 private:
  int fd_;
};

tl::unexpected<Error> FromErrno(const std::filesystem::path& path, const char* verb) {
  const int error = errno;
  const std::string message =
      std::string("cannot ") + verb + " " + path.string() + ": " + std::strerror(error);
  switch (error) {
    case ENOENT:
      return Fail(ErrorCode::kNotFound, message, "check the path");
    case EACCES:
    case EPERM:
      return Fail(ErrorCode::kPermissionDenied, message, "check the file's owner and mode");
    case ENOSPC:
    case EDQUOT:
      return Fail(ErrorCode::kResourceExhausted, message, "free disk space and try again");
    default:
      return Fail(ErrorCode::kInternal, message);
  }
}

Result<void> WriteAll(int fd, std::string_view content, const std::filesystem::path& path) {
  while (!content.empty()) {
    const ssize_t wrote = write(fd, content.data(), content.size());
    if (wrote < 0 && errno == EINTR) continue;
    if (wrote < 0) return FromErrno(path, "write");
    content.remove_prefix(static_cast<std::size_t>(wrote));
  }
  return {};
}

Result<void> SyncFolder(const std::filesystem::path& folder) {
  const Descriptor fd(open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (fd.get() < 0 || fsync(fd.get()) != 0) return FromErrno(folder, "sync");
  return {};
}

}  // namespace

Result<std::string> ReadFile(const std::filesystem::path& path, std::size_t limit) {
  const Descriptor fd(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (fd.get() < 0) return FromErrno(path, "read");
  std::string content;
  char buffer[1 << 16];
  for (;;) {
    const ssize_t got = read(fd.get(), buffer, sizeof buffer);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return FromErrno(path, "read");
    if (got == 0) return content;
    content.append(buffer, static_cast<std::size_t>(got));
    if (content.size() > limit) {
      return Fail(ErrorCode::kResourceExhausted,
                  path.string() + " is larger than " + std::to_string(limit) + " bytes",
                  "is it the right file?");
    }
  }
}

Result<void> WriteFileDurably(const std::filesystem::path& path, std::string_view content, FileMode mode) {
  const std::filesystem::path beside = path.string() + ".new";
  {
    const Descriptor fd(
        open(beside.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, static_cast<mode_t>(mode)));
    if (fd.get() < 0) return FromErrno(beside, "create");
    if (fchmod(fd.get(), static_cast<mode_t>(mode)) != 0) return FromErrno(beside, "set the mode of");
    TRY(WriteAll(fd.get(), content, beside));
    if (fsync(fd.get()) != 0) return FromErrno(beside, "sync");
  }
  if (rename(beside.c_str(), path.c_str()) != 0) return FromErrno(path, "replace");
  const auto folder = path.parent_path();
  return SyncFolder(folder.empty() ? "." : folder);
}

}  // namespace concordat
