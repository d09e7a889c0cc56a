#include "ledger/monitor.h"

#include <fmt/format.h>

namespace concordat::ledger {
namespace {

tl::unexpected<Error> Contradiction(const char* fault, const Checkpoint& before, const Checkpoint& now) {
  return Fail(
      ErrorCode::kFailedPrecondition,
      fmt::format("{}: the log signed {}, and now signs {}", fault, Describe(before), Describe(now)),
      "keep both signed checkpoints: together they prove it; tell the log's operator and its witnesses");
}

tl::unexpected<Error> Damaged(const std::string& what, const Checkpoint& now) {
  return Fail(ErrorCode::kCorrupt, fmt::format("{} {}", what, Describe(now)),
              "fetch it again; if it stays so, ask the log's operator");
}

Result<Checkpoint> OpenNote(const std::string& text, const crypto::VerifyKey& log) {
  const crypto::Note note = TRY(crypto::ParseNote(text));
  return OpenSigned(note, log);
}

// Tiles that are certain to be those of the checkpoint: each is held against the hash that stands for it in
// the level above, up to the edge, which comes to the root. A damaged file must not look like a fork.
class CertainTiles {
 public:
  CertainTiles(const FileReader& files, const Checkpoint& now, const TileEdge& edge)
      : tiles_(ServedTiles(files, now.size)), now_(now), edge_(edge) {}

  Result<std::vector<Hash>> Read(TileId id, std::size_t width) const {
    auto hashes = TRY(tiles_(id, width));
    bool certain = false;
    if (width < kTileWidth) {
      certain = hashes == edge_.newest().at(static_cast<std::size_t>(id.level)).hashes;
    } else {
      const TileId above{id.level + 1, id.index / kTileWidth};
      const auto roots = TRY(Read(above, TileWidthAt(above, now_.size)));
      certain = RootOf(hashes) == roots.at(id.index % kTileWidth);
    }
    if (!certain) return Damaged(TilePath(id, width) + " is not of the tree of", now_);
    return hashes;
  }

 private:
  TileReader tiles_;
  const Checkpoint& now_;
  const TileEdge& edge_;
};

// What is served must come to the checkpoint before it can speak against the earlier one.
Result<void> CheckExtends(const FileReader& files, const Checkpoint& before, const Checkpoint& now) {
  if (now.size < before.size) return Contradiction("roll-back", before, now);
  if (now.size == before.size && now.root != before.root) return Contradiction("fork", before, now);
  const TileEdge edge = TRY(TileEdge::Read(now.size, ServedTiles(files, now.size)));
  if (edge.Root() != now.root) return Damaged("the tiles do not come to the root of", now);
  if (before.size == 0) return {};
  const CertainTiles tiles(files, now, edge);
  const TileReader read = [&tiles](TileId id, std::size_t width) { return tiles.Read(id, width); };
  const auto proof = TRY(ConsistencyProof(before.size, now.size, TileNodes(now.size, read)));
  if (VerifyConsistency(before.size, now.size, before.root, now.root, proof)) return {};
  return Contradiction("fork", before, now);
}

// The tiles that are as full as the log's size lets them be, against those served.
Result<void> CheckTiles(const std::vector<TileEdge::Tile>& changed, const TileReader& tiles,
                        const Checkpoint& now) {
  for (const TileEdge::Tile& tile : changed) {
    if (tile.hashes.size() != TileWidthAt(tile.id, now.size)) continue;
    if (TRY(tiles(tile.id, tile.hashes.size())) != tile.hashes)
      return Damaged(TilePath(tile.id, tile.hashes.size()) + " does not hold the hashes of the entries of",
                     now);
  }
  return {};
}

class Reader {
 public:
  Reader(const FileReader& files, const Checkpoint& before, const Checkpoint& now, const EntryReader& read)
      : files_(files), before_(before), now_(now), read_(read), tiles_(ServedTiles(files, now.size)) {}

  Result<void> Run() {
    edge_ = TRY(TileEdge::Read(before_.size, tiles_));
    if (edge_.Root() != before_.root) return Damaged("the tiles do not come to the root of", before_);
    for (std::uint64_t bundle = before_.size / kTileWidth; bundle * kTileWidth < now_.size; ++bundle) {
      TRY(ReadBundle(bundle));
      TRY(CheckTiles(edge_.TakeChanged(), tiles_, now_));
    }
    if (edge_.Root() != now_.root) return Damaged("the entries do not come to the root of", now_);
    return {};
  }

 private:
  Result<void> ReadBundle(std::uint64_t bundle) {
    const auto leaves = TRY(ServedLeaves(files_, bundle, now_.size));
    const auto hashes = TRY(tiles_({0, bundle}, leaves.size()));
    for (std::size_t i = 0; i < leaves.size(); ++i) {
      const std::uint64_t index = bundle * kTileWidth + i;
      if (LeafHash(leaves[i]) != hashes[i])
        return Damaged(fmt::format("entry {} as served is not the one hashed in", index), now_);
      if (index < before_.size) continue;
      edge_.Append(hashes[i]);
      const Entry entry = TRY(DecodeEntry(index, {.leaf = leaves[i], .salt = {}, .secret = {}}));
      TRY(read_(entry));
    }
    return {};
  }

  const FileReader& files_;
  const Checkpoint& before_;
  const Checkpoint& now_;
  const EntryReader& read_;
  TileReader tiles_;
  TileEdge edge_;
};

}  // namespace

Result<Sighting> Follow(const FileReader& files, const crypto::VerifyKey& log, const std::string& seen,
                        const EntryReader& read) {
  Sighting sighting{.before = {log.name(), 0, RootOf({})}, .now = {}, .note = {}};
  if (!seen.empty()) sighting.before = TRY(OpenNote(seen, log));
  sighting.note = TRY(files(kCheckpointPath));
  sighting.now = TRY(OpenNote(sighting.note, log));
  TRY(CheckExtends(files, sighting.before, sighting.now));
  TRY(Reader(files, sighting.before, sighting.now, read).Run());
  return sighting;
}

}  // namespace concordat::ledger
