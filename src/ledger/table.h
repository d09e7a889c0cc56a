// The ledger's tables in the store. Format: docs/formats/ledger.md.
#pragma once

#include <functional>
#include <limits>
#include <string>
#include <vector>

#include "crypto/keys.h"
#include "ledger/checkpoint.h"
#include "ledger/entry.h"
#include "ledger/tile.h"
#include "store/store.h"

namespace concordat::ledger {

Result<void> InsertEntry(store::Transaction& transaction, std::uint64_t index, const StoredEntry& stored);
// Salt and secret part of an entry, overwritten. Errors: kNotFound when there are none.
Result<void> EraseSecret(sqlite3* connection, std::uint64_t index);
// Entries from `first` on, in order, at most `count`; an error from `visit` ends the visit.
using EntryVisitor = std::function<Result<void>(std::uint64_t index, const StoredEntry& stored)>;
Result<void> VisitEntries(sqlite3* connection, std::uint64_t first, const EntryVisitor& visit,
                          std::uint64_t count = std::numeric_limits<std::int64_t>::max());

// The name is the entry's from now on.
Result<void> InsertName(store::Transaction& transaction, const std::string& name, std::uint64_t index);
Result<bool> HasName(sqlite3* connection, const std::string& name, std::uint64_t index);
// Indices of the entries of a name, the newest `most` of them, in order.
Result<std::vector<std::uint64_t>> NamedEntries(sqlite3* connection, const std::string& name,
                                                std::uint64_t most);
Result<std::uint64_t> CountNamed(sqlite3* connection, const std::string& name);
// Different names that begin so, in order, at most `most`.
Result<std::vector<std::string>> NamesFrom(sqlite3* connection, const std::string& beginning,
                                           std::uint64_t most);

Result<void> WriteTile(sqlite3* connection, const TileEdge::Tile& tile);
// Errors: kCorrupt when it is not there or not whole hashes.
Result<TileEdge::Tile> ReadTile(sqlite3* connection, TileId id);
// A tile or, for level -1, an entry bundle as it is served: its first `width` hashes or entries.
// Errors: kNotFound when there are not so many; kInvalidArgument unless width is 1 to 256.
Result<Bytes> ReadTileBytes(sqlite3* connection, TileId id, std::size_t width);
// The newest tile of each level of a log of `size` entries. Errors: kCorrupt when one is missing or of
// another width.
Result<TileEdge> LoadEdge(sqlite3* connection, std::uint64_t size);
// Tiles by their hashes' number, fewer than asked for where there are no more.
TileReader StoredTiles(sqlite3* connection);

Result<void> WriteCheckpoint(sqlite3* connection, const std::string& note);
// Empty before the first entry.
Result<std::string> ReadCheckpoint(sqlite3* connection);
// Errors: kCorrupt when it is not signed by `key` or not a checkpoint.
Result<Checkpoint> OpenCheckpoint(const std::string& note, const crypto::VerifyKey& key);

}  // namespace concordat::ledger
