#include "ledger/tile.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <regex>

#include "base/check.h"

namespace concordat::ledger {
namespace {

Result<std::vector<Hash>> ReadWhole(const TileReader& read, TileId id, std::size_t width) {
  std::vector<Hash> hashes = TRY(read(id, width));
  if (hashes.size() == width) return hashes;
  return Fail(ErrorCode::kCorrupt, fmt::format("{} holds {} hashes", TilePath(id, width), hashes.size()),
              "keep the file for inquiry and restore the newest backup");
}

}  // namespace

std::string TilePath(TileId id, std::size_t width) {
  std::string index = fmt::format("{:03}", id.index % 1000);
  for (std::uint64_t rest = id.index / 1000; rest > 0; rest /= 1000)
    index = fmt::format("x{:03}/{}", rest % 1000, index);
  const std::string level = id.level < 0 ? "entries" : std::to_string(id.level);
  return fmt::format("tile/{}/{}{}", level, index, width == kTileWidth ? "" : fmt::format(".p/{}", width));
}

Result<TilePathParts> ParseTilePath(std::string_view path) {
  const auto wrong = [] {
    return Fail(ErrorCode::kInvalidArgument, "not the path of a tile",
                "a path looks like tile/0/x001/067.p/12");
  };
  const std::regex form(R"(tile/(entries|[0-9]{1,2})/((?:x[0-9]{3}/){0,5}[0-9]{3})(?:\.p/([0-9]{1,3}))?)");
  std::cmatch match;
  if (!std::regex_match(path.data(), path.data() + path.size(), match, form)) return wrong();
  TilePathParts parts{.id = {match[1] == "entries" ? -1 : std::stoi(match[1]), 0}, .width = kTileWidth};
  for (const char c : match[2].str()) {
    if (c >= '0' && c <= '9') parts.id.index = parts.id.index * 10 + static_cast<std::uint64_t>(c - '0');
  }
  if (match[3].matched) parts.width = std::stoul(match[3]);
  if (parts.id.level > 63 || parts.width == 0 || parts.width > kTileWidth ||
      TilePath(parts.id, parts.width) != path) {
    return wrong();
  }
  return parts;
}

std::size_t TileWidthAt(TileId id, std::uint64_t size) {
  const int level = std::max(id.level, 0);
  const std::uint64_t hashes = level < 8 ? size >> (8 * level) : 0;  // 2^64 leaves have no level 8
  if (id.index > hashes / kTileWidth) return 0;
  return static_cast<std::size_t>(std::min<std::uint64_t>(kTileWidth, hashes - id.index * kTileWidth));
}

NodeReader TileNodes(std::uint64_t size, TileReader read) {
  auto kept = std::make_shared<std::map<TileId, std::vector<Hash>>>();
  return [size, read = std::move(read), kept](int level, std::uint64_t index) -> Result<Hash> {
    // The tile level whose hashes are at or just below the level asked for.
    const std::size_t count = std::size_t{1} << (level % 8);
    const std::uint64_t first = index * count;
    const TileId id{level / 8, first / kTileWidth};
    const std::size_t offset = first % kTileWidth, width = TileWidthAt(id, size);
    if (offset + count > width) return Fail(ErrorCode::kInvalidArgument, "past the ledger's end");
    if (!kept->contains(id)) kept->emplace(id, TRY(ReadWhole(read, id, width)));
    return RootOf(std::span(kept->at(id)).subspan(offset, count));
  };
}

Result<TileEdge> TileEdge::Read(std::uint64_t size, const TileReader& read) {
  TileEdge edge;
  int level = 0;
  for (std::uint64_t hashes = size; hashes > 0; hashes /= kTileWidth, ++level) {
    const TileId id{level, (hashes - 1) / kTileWidth};
    std::vector<Hash> whole = TRY(ReadWhole(read, id, TileWidthAt(id, size)));
    edge.Load({id, std::move(whole)});
  }
  edge.SetSize(size);
  return edge;
}

void TileEdge::Append(const Hash& leaf) {
  AppendAt(0, leaf);
  ++size_;
}

void TileEdge::AppendAt(std::size_t level, const Hash& hash) {
  if (levels_.size() == level) {
    levels_.push_back({{static_cast<int>(level), 0}, {}});
    changed_.push_back(false);
  }
  if (levels_[level].hashes.size() == kTileWidth) {
    const std::uint64_t next = levels_[level].id.index + 1;
    if (changed_[level]) completed_.push_back(std::move(levels_[level]));
    levels_[level] = {{static_cast<int>(level), next}, {}};
  }
  levels_[level].hashes.push_back(hash);
  changed_[level] = true;
  if (levels_[level].hashes.size() == kTileWidth) {
    const Hash root = RootOf(levels_[level].hashes);
    AppendAt(level + 1, root);
  }
}

Hash TileEdge::Root() const {
  std::optional<Hash> below;  // root of what is right of the complete tiles
  for (const Tile& tile : levels_) {
    // A full tile is already a hash of the level above.
    std::vector<Hash> hashes = tile.hashes.size() == kTileWidth ? std::vector<Hash>{} : tile.hashes;
    if (below) hashes.push_back(*below);
    if (!hashes.empty()) below = RootOf(hashes);
  }
  return below ? *below : RootOf({});
}

std::vector<TileEdge::Tile> TileEdge::TakeChanged() {
  std::vector<Tile> changed = std::move(completed_);
  completed_.clear();
  for (std::size_t level = 0; level < levels_.size(); ++level) {
    if (changed_[level]) changed.push_back(levels_[level]);
    changed_[level] = false;
  }
  return changed;
}

void TileEdge::Load(Tile tile) {
  CHECK(tile.id.level == static_cast<int>(levels_.size()));
  levels_.push_back(std::move(tile));
  changed_.push_back(false);
}

Bytes EntryBundle(std::span<const Bytes> leaves) {
  Bytes bundle;
  for (const Bytes& leaf : leaves) {
    CHECK(leaf.size() < 65536);
    bundle.push_back(static_cast<std::uint8_t>(leaf.size() >> 8));
    bundle.push_back(static_cast<std::uint8_t>(leaf.size()));
    bundle.insert(bundle.end(), leaf.begin(), leaf.end());
  }
  return bundle;
}

Result<std::vector<Bytes>> ParseEntryBundle(ByteView bundle) {
  std::vector<Bytes> leaves;
  while (!bundle.empty()) {
    const std::size_t length = bundle.size() < 2 ? 0 : std::size_t{bundle[0]} << 8 | bundle[1];
    if (bundle.size() < 2 + length)
      return Fail(ErrorCode::kInvalidArgument, "an entry bundle ends within an entry");
    leaves.emplace_back(bundle.begin() + 2, bundle.begin() + 2 + static_cast<std::ptrdiff_t>(length));
    bundle = bundle.subspan(2 + length);
  }
  return leaves;
}

}  // namespace concordat::ledger
