// Backups of a home, and homes from backups.
#pragma once

#include <filesystem>

#include "base/json.h"
#include "node/verb.h"

namespace concordat::node {

// Arguments: file. `root` must not be a home yet. Errors: kAlreadyExists, kCorrupt, kNotFound.
Result<Reply> RestoreHome(const std::filesystem::path& root, const Json& arguments);

}  // namespace concordat::node
