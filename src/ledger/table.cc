#include "ledger/table.h"

#include <fmt/format.h>
#include <sqlite3.h>

#include <algorithm>

#include "ledger/ledger.h"

namespace concordat::ledger {
namespace {

using store::Statement;

tl::unexpected<Error> CorruptTable(const std::string& what) {
  return Fail(ErrorCode::kCorrupt, what, "keep the file for inquiry and restore the newest backup");
}

std::int64_t Signed(std::uint64_t value) { return static_cast<std::int64_t>(value); }

Bytes Joined(std::span<const Hash> hashes) {
  Bytes bytes;
  bytes.reserve(hashes.size() * sizeof(Hash));
  for (const Hash& hash : hashes) bytes.insert(bytes.end(), hash.begin(), hash.end());
  return bytes;
}

Result<bool> HasTile(sqlite3* connection, TileId id) {
  Statement select =
      TRY(Statement::Prepare(connection, "SELECT 1 FROM tile WHERE level = ?1 AND number = ?2"));
  select.Bind(1, std::int64_t{id.level}).Bind(2, Signed(id.index));
  return TRY(select.Step());
}

}  // namespace

Result<void> InsertEntry(store::Transaction& transaction, std::uint64_t index, const StoredEntry& stored) {
  Statement& insert =
      *TRY(transaction.Prepared("INSERT INTO entry (number, leaf, salt, secret) VALUES (?1, ?2, ?3, ?4)"));
  return insert.Bind(1, Signed(index)).Bind(2, stored.leaf).Bind(3, stored.salt).Bind(4, stored.secret).Run();
}

Result<void> EraseSecret(sqlite3* connection, std::uint64_t index) {
  Statement erase = TRY(Statement::Prepare(
      connection, "UPDATE entry SET salt = x'', secret = x'' WHERE number = ?1 AND length(secret) > 0"));
  TRY(erase.Bind(1, Signed(index)).Run());
  if (sqlite3_changes(connection) == 1) return {};
  return Fail(ErrorCode::kNotFound, fmt::format("entry {} has no secret part", index),
              "name entries that have one");
}

Result<void> VisitEntries(sqlite3* connection, std::uint64_t first, const EntryVisitor& visit,
                          std::uint64_t count) {
  Statement select = TRY(Statement::Prepare(
      connection,
      "SELECT number, leaf, salt, secret FROM entry WHERE number >= ?1 ORDER BY number LIMIT ?2"));
  select.Bind(1, Signed(first)).Bind(2, Signed(count));
  while (TRY(select.Step())) {
    TRY(visit(static_cast<std::uint64_t>(select.Integer(0)),
              {select.Blob(1), select.Blob(2), select.Blob(3)}));
  }
  return {};
}

Result<void> WriteTile(sqlite3* connection, const TileEdge::Tile& tile) {
  Statement replace =
      TRY(Statement::Prepare(connection, "REPLACE INTO tile (level, number, hashes) VALUES (?1, ?2, ?3)"));
  return replace.Bind(1, std::int64_t{tile.id.level})
      .Bind(2, Signed(tile.id.index))
      .Bind(3, Joined(tile.hashes))
      .Run();
}

Result<TileEdge::Tile> ReadTile(sqlite3* connection, TileId id) {
  Statement select =
      TRY(Statement::Prepare(connection, "SELECT hashes FROM tile WHERE level = ?1 AND number = ?2"));
  select.Bind(1, std::int64_t{id.level}).Bind(2, Signed(id.index));
  const std::string name = TilePath(id, kTileWidth);
  if (!TRY(select.Step())) return CorruptTable(name + " is missing");
  const Bytes bytes = select.Blob(0);
  if (bytes.empty() || bytes.size() % sizeof(Hash) != 0 || bytes.size() > kTileWidth * sizeof(Hash)) {
    return CorruptTable(name + " does not hold whole hashes");
  }
  TileEdge::Tile tile{id, std::vector<Hash>(bytes.size() / sizeof(Hash))};
  for (std::size_t i = 0; i < tile.hashes.size(); ++i) {
    std::copy_n(bytes.begin() + static_cast<std::ptrdiff_t>(i * sizeof(Hash)), sizeof(Hash),
                tile.hashes[i].begin());
  }
  return tile;
}

Result<Bytes> ReadTileBytes(sqlite3* connection, TileId id, std::size_t width) {
  if (width == 0 || width > kTileWidth)
    return Fail(ErrorCode::kInvalidArgument, "a tile's width is 1 to 256");
  const auto missing = [&] {
    return Fail(ErrorCode::kNotFound, TilePath(id, width) + " is not there (yet)");
  };
  if (id.level >= 0) {
    if (!TRY(HasTile(connection, id))) return missing();
    const TileEdge::Tile tile = TRY(ReadTile(connection, id));
    if (tile.hashes.size() < width) return missing();
    return Joined(std::span(tile.hashes).first(width));
  }
  std::vector<Bytes> leaves;
  const EntryVisitor visit = [&leaves](std::uint64_t, const StoredEntry& stored) -> Result<void> {
    leaves.push_back(stored.leaf);
    return {};
  };
  TRY(VisitEntries(connection, id.index * kTileWidth, visit, width));
  if (leaves.size() < width) return missing();
  return EntryBundle(leaves);
}

Result<TileEdge> LoadEdge(sqlite3* connection, std::uint64_t size) {
  return TileEdge::Read(size, [connection](TileId id, std::size_t width) -> Result<std::vector<Hash>> {
    TileEdge::Tile tile = TRY(ReadTile(connection, id));
    if (tile.hashes.size() != width)
      return CorruptTable(TilePath(tile.id, width) + " has another width than the ledger's size asks for");
    return std::move(tile.hashes);
  });
}

TileReader StoredTiles(sqlite3* connection) {
  return [connection](TileId id, std::size_t width) -> Result<std::vector<Hash>> {
    TileEdge::Tile tile = TRY(ReadTile(connection, id));
    if (tile.hashes.size() > width) tile.hashes.resize(width);
    return std::move(tile.hashes);
  };
}

Result<void> WriteCheckpoint(sqlite3* connection, const std::string& note) {
  Statement replace =
      TRY(Statement::Prepare(connection, "REPLACE INTO checkpoint (only, note) VALUES (1, ?1)"));
  return replace.BindText(1, note).Run();
}

Result<std::string> ReadCheckpoint(sqlite3* connection) {
  Statement select = TRY(Statement::Prepare(connection, "SELECT note FROM checkpoint"));
  return TRY(select.Step()) ? select.Text(0) : std::string();
}

Result<Checkpoint> OpenCheckpoint(const std::string& note, const crypto::VerifyKey& key) {
  const auto parsed = crypto::ParseNote(note);
  if (!parsed) return CorruptTable("the newest checkpoint is not a signed note");
  const auto signers = crypto::VerifyNote(*parsed, {key});
  if (!signers || signers->empty())
    return CorruptTable("the newest checkpoint is not signed by this member's key");
  return ParseCheckpoint(parsed->text);
}

}  // namespace concordat::ledger
