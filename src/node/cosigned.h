// The newest checkpoint of this member's ledger that witnesses have cosigned. It is in a file so that it
// outlives the process; lost, it is asked for again.
#pragma once

#include <filesystem>
#include <mutex>
#include <string>

#include "base/result.h"

namespace concordat::node {

// Threading: any.
class CosignedHead {
 public:
  explicit CosignedHead(std::filesystem::path file) : file_(std::move(file)) {}

  // Reads the file, if there is one.
  Result<void> Load();
  // Keeps a checkpoint's note with cosignatures: beside those kept of the same text, in place of an older
  // one's.
  Result<void> Keep(const std::string& note);
  // The newest note with a cosignature; empty before the first.
  std::string Newest() const;
  // `note` with the cosignatures that are there for its text.
  std::string On(const std::string& note) const;

 private:
  const std::filesystem::path file_;
  mutable std::mutex mutex_;
  std::string newest_;
};

}  // namespace concordat::node
