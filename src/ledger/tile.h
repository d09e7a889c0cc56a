// The log's hashes in tiles of 256, as C2SP tlog-tiles lays them out (c2sp.org/tlog-tiles): what is kept is
// what is served.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/merkle.h"

namespace concordat::ledger {

inline constexpr std::size_t kTileWidth = 256;

struct TileId {
  int level = 0;
  std::uint64_t index = 0;
  auto operator<=>(const TileId&) const = default;
};

// "tile/0/x001/067", with ".p/N" for a partial tile of N hashes (1 to 255); "tile/entries/x001/067" for level
// -1.
std::string TilePath(TileId id, std::size_t width);

// What a path names. Strict: TilePath of it is the path. Errors: kInvalidArgument.
struct TilePathParts {
  TileId id;
  std::size_t width = kTileWidth;
};
Result<TilePathParts> ParseTilePath(std::string_view path);

// How many hashes, or entries for level -1, a tile of a log of `size` entries holds: 0 when the log does not
// reach it.
std::size_t TileWidthAt(TileId id, std::uint64_t size);

// The first `width` hashes of a tile, from wherever tiles are kept. Errors: the keeper's.
using TileReader = std::function<Result<std::vector<Hash>>(TileId id, std::size_t width)>;
// Complete subtrees' hashes of a log of `size` entries, from its tiles. Each tile is read once and kept as
// long as the reader lives: for one proof, at most two of each level. Errors: kCorrupt when a tile does not
// hold as many hashes as asked for; kInvalidArgument past `size`.
NodeReader TileNodes(std::uint64_t size, TileReader read);

// The right edge of the log: the newest tile of each level. Appending yields the tiles that changed.
class TileEdge {
 public:
  struct Tile {
    TileId id;
    std::vector<Hash> hashes;  // 1 to 256
  };

  std::uint64_t size() const { return size_; }
  // Appends a leaf. A level that fills up passes the root of its tile to the level above.
  void Append(const Hash& leaf);
  Hash Root() const;
  // The newest tile of each level, from level 0 up.
  const std::vector<Tile>& newest() const { return levels_; }
  // Tiles that changed since the last call, newest contents; to be written together.
  std::vector<Tile> TakeChanged();
  // Sets a level from the store. Call for each level's newest tile, then SetSize.
  void Load(Tile tile);
  void SetSize(std::uint64_t size) { size_ = size; }
  // The edge of a log of `size` entries: its newest tile of each level. Errors: as TileNodes.
  static Result<TileEdge> Read(std::uint64_t size, const TileReader& read);

 private:
  void AppendAt(std::size_t level, const Hash& hash);

  std::uint64_t size_ = 0;
  std::vector<Tile> levels_;     // the newest tile of each level; may be full
  std::vector<Tile> completed_;  // full tiles that were left behind since TakeChanged
  std::vector<bool> changed_;
};

// One entry bundle: each leaf behind its length in two bytes, big endian. Precondition: leaves below 64 KiB.
Bytes EntryBundle(std::span<const Bytes> leaves);
// The leaves of a bundle. Errors: kInvalidArgument when it ends within one.
Result<std::vector<Bytes>> ParseEntryBundle(ByteView bundle);

}  // namespace concordat::ledger
