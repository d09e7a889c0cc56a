// How much room the disk under a folder has.
#pragma once

#include <filesystem>

#include "base/result.h"

namespace concordat::node {

struct Disk {
  double free_bytes = 0;  // that this process may use
  double size_bytes = 0;
};
// Errors: kNotFound.
Result<Disk> DiskUnder(const std::filesystem::path& folder);

}  // namespace concordat::node
