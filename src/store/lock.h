// A lock on a file, so that one process at a time has a store open.
#pragma once

#include <filesystem>
#include <utility>

#include "base/result.h"

namespace concordat::store {

// Held until it goes, or its process does. The file holds the holder's pid for people to read and, from
// MarkUsed on for good, that what it guards was in use: a file that is empty after that was lost, and is not
// a new one.
class FileLock {
 public:
  // Errors: kUnavailable naming the holder's pid.
  static Result<FileLock> Take(const std::filesystem::path& path);
  FileLock(FileLock&& other) noexcept : fd_(std::exchange(other.fd_, -1)), used_(other.used_) {}
  FileLock& operator=(FileLock&&) = delete;
  ~FileLock();

  bool used_before() const { return used_; }
  Result<void> MarkUsed();

 private:
  explicit FileLock(int fd) : fd_(fd) {}
  Result<void> Write() const;

  int fd_;
  bool used_ = false;
};

}  // namespace concordat::store
