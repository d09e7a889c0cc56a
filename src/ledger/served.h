// A log as files (c2sp.org/tlog-tiles): what a node serves, laid out in a folder that any web server, or a
// stick, can carry; and the same read again, by whoever does not trust it.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

#include "ledger/ledger.h"

namespace concordat::ledger {

inline constexpr char kCheckpointPath[] = "checkpoint";

// A served file by its path: "checkpoint", "tile/0/x001/067", "tile/entries/000.p/7".
// Errors: kNotFound; kResourceExhausted past what such a file can hold; the transport's.
using FileReader = std::function<Result<std::string>(const std::string& path)>;
FileReader FolderFiles(std::filesystem::path folder);

// Writes what the log has grown by, the checkpoint last. Full tiles that are there already are left alone.
// Errors: kPermissionDenied, kResourceExhausted.
Result<Checkpoint> WriteServed(const Ledger& ledger, const std::filesystem::path& folder);

// Tiles of a log of `size` entries, from its files: of the width that size gives them, or full ones that took
// the place of partial ones since. Errors: kCorrupt when a file does not hold as many hashes; the reader's.
TileReader ServedTiles(const FileReader& files, std::uint64_t size);
// The leaves of an entry bundle. Errors: kCorrupt when they are not as many as the size gives it; the
// reader's.
Result<std::vector<Bytes>> ServedLeaves(const FileReader& files, std::uint64_t bundle, std::uint64_t size);

}  // namespace concordat::ledger
