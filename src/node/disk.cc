#include "node/disk.h"

#include <sys/statvfs.h>

namespace concordat::node {

Result<Disk> DiskUnder(const std::filesystem::path& folder) {
  struct statvfs disk {};
  if (statvfs(folder.c_str(), &disk) != 0)
    return Fail(ErrorCode::kNotFound, "the disk cannot be looked at", "check the home folder");
  const auto block = static_cast<double>(disk.f_frsize);
  return Disk{static_cast<double>(disk.f_bavail) * block, static_cast<double>(disk.f_blocks) * block};
}

}  // namespace concordat::node
