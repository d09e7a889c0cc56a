// Files, whole: read, and replaced so that a crash leaves the old or the new, never a part.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "base/result.h"

namespace concordat {

// Errors: kNotFound, kPermissionDenied, kResourceExhausted if larger than `limit` bytes.
Result<std::string> ReadFile(const std::filesystem::path& path, std::size_t limit = std::size_t{64} << 20);

enum class FileMode { kPublic = 0644, kSecret = 0600 };
// Writes beside, syncs, renames over, syncs the folder. Errors: kPermissionDenied, kResourceExhausted,
// kInternal.
Result<void> WriteFileDurably(const std::filesystem::path& path, std::string_view content, FileMode mode);

}  // namespace concordat
