// A store in a folder of its own, with one table of numbers. For tests alone.
#pragma once

#include <filesystem>
#include <vector>

#include "store/store.h"

namespace concordat::store {

// Made empty, and gone with all it holds when this goes.
class TemporaryFolder {
 public:
  TemporaryFolder();
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  std::filesystem::path operator/(const char* name) const { return path_ / name; }
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

const Migrations& ItemMigrations();  // table item (value, payload)
Result<void> Insert(Transaction& transaction, std::int64_t value, std::size_t bytes = 0);
std::vector<std::int64_t> Values(const Store& store);  // in the order of their writing

}  // namespace concordat::store
