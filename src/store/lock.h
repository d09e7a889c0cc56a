// A lock on a file, so that one process at a time has a store open.
#pragma once

#include <filesystem>
#include <utility>

#include "base/result.h"

namespace concordat::store {

// Held until it goes, or its process does. The file holds the holder's pid for people to read.
class FileLock {
 public:
  // Errors: kUnavailable naming the holder's pid.
  static Result<FileLock> Take(const std::filesystem::path& path);
  FileLock(FileLock&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  FileLock& operator=(FileLock&&) = delete;
  ~FileLock();

 private:
  explicit FileLock(int fd) : fd_(fd) {}
  int fd_;
};

}  // namespace concordat::store
