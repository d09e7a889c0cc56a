// Backups of a home, and homes from backups. A backup is two files: the store, copied while in use, and
// beside it, as FILE.keys, the small files of the home. Format: docs/formats/backup.md.
#pragma once

#include <filesystem>

#include "base/json.h"
#include "node/verb.h"

namespace concordat::node {

// Arguments: file, which must not exist. Errors: kAlreadyExists, those of files.
Result<Reply> Backup(Node& node, const Json& arguments, const Progress& progress);

// Arguments: file. `root` must not be a home yet, and is not one after an error. Errors: kAlreadyExists,
// kCorrupt, kNotFound.
Result<Reply> RestoreHome(const std::filesystem::path& root, const Json& arguments);

}  // namespace concordat::node
