#include "ledger/served.h"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>

#include "base/file.h"

namespace concordat::ledger {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kLongestFile = kTileWidth * (65535 + 2);  // a bundle of the longest leaves

tl::unexpected<Error> Damaged(const std::string& what) {
  return Fail(ErrorCode::kCorrupt, what, "fetch it again; if it stays so, ask the log's operator");
}

struct ServedFile {
  std::string bytes;
  std::size_t width = 0;  // hashes or entries that its path promises
};

// The file of a tile at its width in a log of `size` entries, or the full one.
Result<ServedFile> ReadServed(const FileReader& files, TileId id, std::uint64_t size) {
  const std::size_t width = TileWidthAt(id, size);
  auto file = files(TilePath(id, width));
  if (file) return ServedFile{*std::move(file), width};
  const bool gone = file.error().code == ErrorCode::kNotFound && width < kTileWidth;
  if (!gone) return tl::unexpected(file.error());
  return ServedFile{TRY(files(TilePath(id, kTileWidth))), kTileWidth};
}

Result<void> WriteTiles(const Ledger& ledger, const fs::path& folder, int level, std::uint64_t size) {
  for (TileId id{level, 0}; TileWidthAt(id, size) > 0; ++id.index) {
    const std::size_t width = TileWidthAt(id, size);
    const fs::path path = folder / TilePath(id, width);
    std::error_code error;
    if (width == kTileWidth && fs::exists(path, error)) continue;
    fs::create_directories(path.parent_path(), error);
    const Bytes bytes = TRY(ledger.TileBytes(id, width));
    TRY(WriteFileDurably(path, AsText(bytes), FileMode::kPublic));
  }
  return {};
}

}  // namespace

FileReader FolderFiles(fs::path folder) {
  return
      [folder = std::move(folder)](const std::string& path) { return ReadFile(folder / path, kLongestFile); };
}

Result<Checkpoint> WriteServed(const Ledger& ledger, const fs::path& folder) {
  const std::string note = TRY(ledger.SignedHead());
  if (note.empty()) return Fail(ErrorCode::kFailedPrecondition, "the ledger has no entries yet");
  const crypto::Note head = TRY(crypto::ParseNote(note));
  const Checkpoint checkpoint = TRY(ParseCheckpoint(head.text));
  for (int level = -1; level < 0 || TileWidthAt({level, 0}, checkpoint.size) > 0; ++level)
    TRY(WriteTiles(ledger, folder, level, checkpoint.size));
  TRY(WriteFileDurably(folder / kCheckpointPath, note, FileMode::kPublic));
  return checkpoint;
}

TileReader ServedTiles(const FileReader& files, std::uint64_t size) {
  return [&files, size](TileId id, std::size_t width) -> Result<std::vector<Hash>> {
    const ServedFile file = TRY(ReadServed(files, id, size));
    if (file.bytes.size() != file.width * sizeof(Hash) || file.width < width)
      return Damaged(fmt::format("{} does not hold {} hashes", TilePath(id, width), width));
    std::vector<Hash> hashes(width);
    for (std::size_t i = 0; i < width; ++i) {
      const ByteView bytes = AsBytes(file.bytes).subspan(i * sizeof(Hash), sizeof(Hash));
      std::copy(bytes.begin(), bytes.end(), hashes[i].begin());
    }
    return hashes;
  };
}

Result<std::vector<Bytes>> ServedLeaves(const FileReader& files, std::uint64_t bundle, std::uint64_t size) {
  const TileId id{-1, bundle};
  const std::size_t width = TileWidthAt(id, size);
  const ServedFile file = TRY(ReadServed(files, id, size));
  auto leaves = ParseEntryBundle(AsBytes(file.bytes));
  if (!leaves || leaves->size() != file.width)
    return Damaged(fmt::format("{} does not hold {} entries", TilePath(id, width), width));
  leaves->resize(width);
  return std::move(*leaves);
}

}  // namespace concordat::ledger
