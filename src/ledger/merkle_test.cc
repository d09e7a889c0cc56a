#include "ledger/merkle.h"

#include <gtest/gtest.h>

#include <bit>

#include "ledger/checkpoint.h"
#include "ledger/tile.h"

namespace concordat::ledger {
namespace {

// MTH of RFC 6962 section 2.1, word for word.
Hash Definition(std::span<const Hash> leaves) {
  if (leaves.size() == 1) return leaves[0];
  std::size_t k = 1;
  while (k * 2 < leaves.size()) k *= 2;
  return NodeHash(Definition(leaves.first(k)), Definition(leaves.subspan(k)));
}

std::vector<Hash> Leaves(std::size_t count) {
  std::vector<Hash> leaves;
  for (std::size_t i = 0; i < count; ++i) leaves.push_back(LeafHash(AsBytes(std::to_string(i))));
  return leaves;
}

NodeReader ReaderOf(const std::vector<Hash>& leaves) {
  return [&leaves](int level, std::uint64_t index) -> Result<Hash> {
    const std::uint64_t width = std::uint64_t{1} << level;
    return Definition(std::span(leaves).subspan(index * width, width));
  };
}

// The eight leaves and roots that Certificate Transparency's reference tests share.
TEST(RootOf, MeetsTheKnownRoots) {
  const char* const inputs[] = {
      "", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"};
  const char* const roots[] = {"6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
                               "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
                               "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
                               "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
                               "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
                               "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
                               "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
                               "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"};
  std::vector<Hash> leaves;
  EXPECT_EQ(ToHex(RootOf(leaves)), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  for (std::size_t i = 0; i < 8; ++i) {
    leaves.push_back(LeafHash(*FromHex(inputs[i])));
    EXPECT_EQ(ToHex(RootOf(leaves)), roots[i]) << i + 1;
  }
}

TEST(InclusionProof, HoldsForEveryLeafOfEveryTreeAndForNoOther) {
  for (std::size_t size = 1; size <= 40; ++size) {
    const auto leaves = Leaves(size);
    const Hash root = Definition(leaves);
    for (std::size_t index = 0; index < size; ++index) {
      const auto proof = *InclusionProof(index, size, ReaderOf(leaves));
      EXPECT_TRUE(VerifyInclusion(index, size, leaves[index], proof, root));
      EXPECT_FALSE(VerifyInclusion(index, size, LeafHash(AsBytes("other")), proof, root));
      if (size > 1) EXPECT_FALSE(VerifyInclusion((index + 1) % size, size, leaves[index], proof, root));
      auto longer = proof;
      longer.push_back(root);
      EXPECT_FALSE(VerifyInclusion(index, size, leaves[index], longer, root));
    }
    EXPECT_FALSE(InclusionProof(size, size, ReaderOf(leaves)));
  }
}

TEST(ConsistencyProof, HoldsBetweenEveryTwoSizesAndForNoOtherPast) {
  const auto leaves = Leaves(33);
  for (std::size_t size = 1; size <= leaves.size(); ++size) {
    const Hash root = Definition(std::span(leaves).first(size));
    for (std::size_t old_size = 1; old_size <= size; ++old_size) {
      const Hash old_root = Definition(std::span(leaves).first(old_size));
      const auto proof = *ConsistencyProof(old_size, size, ReaderOf(leaves));
      EXPECT_TRUE(VerifyConsistency(old_size, size, old_root, root, proof)) << old_size << " in " << size;
      EXPECT_FALSE(VerifyConsistency(old_size, size, LeafHash(AsBytes("other")), root, proof));
      if (old_size < size)
        EXPECT_FALSE(VerifyConsistency(old_size, size, old_root, LeafHash(AsBytes("other")), proof));
    }
  }
  EXPECT_FALSE(ConsistencyProof(0, 5, ReaderOf(leaves)));
  EXPECT_FALSE(VerifyConsistency(0, 5, {}, {}, {}));
}

// PROOF of RFC 6962 section 2.1.2 as it is written there, over the leaves themselves.
std::vector<Hash> DefinitionOfSubproof(std::size_t old_size, std::span<const Hash> leaves, bool known) {
  if (old_size == leaves.size()) return known ? std::vector<Hash>() : std::vector<Hash>{Definition(leaves)};
  std::size_t k = 1;
  while (k * 2 < leaves.size()) k *= 2;
  auto proof = old_size <= k ? DefinitionOfSubproof(old_size, leaves.first(k), known)
                             : DefinitionOfSubproof(old_size - k, leaves.subspan(k), false);
  proof.push_back(Definition(old_size <= k ? leaves.subspan(k) : leaves.first(k)));
  return proof;
}

// PATH of section 2.1.1, likewise.
std::vector<Hash> DefinitionOfPath(std::size_t index, std::span<const Hash> leaves) {
  if (leaves.size() == 1) return {};
  std::size_t k = 1;
  while (k * 2 < leaves.size()) k *= 2;
  auto path =
      index < k ? DefinitionOfPath(index, leaves.first(k)) : DefinitionOfPath(index - k, leaves.subspan(k));
  path.push_back(Definition(index < k ? leaves.subspan(k) : leaves.first(k)));
  return path;
}

// A proof with each of its hashes changed, left out, doubled or put before its neighbour.
std::vector<std::vector<Hash>> Spoilt(const std::vector<Hash>& proof) {
  std::vector<std::vector<Hash>> spoilt;
  for (std::size_t i = 0; i < proof.size(); ++i) {
    const auto at = static_cast<std::ptrdiff_t>(i);
    spoilt.push_back(proof);
    spoilt.back()[i][31] ^= 1;
    spoilt.push_back(proof);
    spoilt.back().erase(spoilt.back().begin() + at);
    spoilt.push_back(proof);
    spoilt.back().insert(spoilt.back().begin() + at, proof[i]);
    if (i == 0) continue;
    spoilt.push_back(proof);
    std::swap(spoilt.back()[i], spoilt.back()[i - 1]);
  }
  return spoilt;
}

constexpr std::size_t kSizes = 71;

TEST(InclusionProof, IsThatOfTheDefinitionAndStrict) {
  const auto leaves = Leaves(kSizes);
  for (std::size_t size = 1; size <= kSizes; ++size) {
    const auto tree = std::span(leaves).first(size);
    const Hash root = Definition(tree);
    for (std::size_t index = 0; index < size; ++index) {
      const auto proof = *InclusionProof(index, size, ReaderOf(leaves));
      ASSERT_EQ(proof, DefinitionOfPath(index, tree)) << index << " in " << size;
      for (const auto& spoilt : Spoilt(proof))
        ASSERT_FALSE(VerifyInclusion(index, size, leaves[index], spoilt, root)) << index << " in " << size;
    }
    EXPECT_FALSE(VerifyInclusion(size, size, leaves[0], {}, root));
  }
  EXPECT_FALSE(VerifyInclusion(0, 0, leaves[0], {}, leaves[0]));
}

TEST(ConsistencyProof, IsThatOfTheDefinitionAndStrict) {
  const auto leaves = Leaves(kSizes);
  for (std::size_t size = 1; size <= kSizes; ++size) {
    const auto tree = std::span(leaves).first(size);
    const Hash root = Definition(tree);
    for (std::size_t old_size = 1; old_size <= size; ++old_size) {
      SCOPED_TRACE(testing::Message() << old_size << " in " << size);
      const Hash old_root = Definition(std::span(leaves).first(old_size));
      const auto proof = *ConsistencyProof(old_size, size, ReaderOf(leaves));
      ASSERT_EQ(proof, DefinitionOfSubproof(old_size, tree, true));
      for (const auto& spoilt : Spoilt(proof))
        ASSERT_FALSE(VerifyConsistency(old_size, size, old_root, root, spoilt));
      auto longer = proof;
      longer.push_back(root);
      ASSERT_FALSE(VerifyConsistency(old_size, size, old_root, root, longer));
      if (old_size != size) ASSERT_FALSE(VerifyConsistency(size, old_size, root, old_root, proof));
    }
    EXPECT_FALSE(VerifyConsistency(0, size, RootOf({}), root, {}));
  }
  EXPECT_FALSE(VerifyConsistency(0, 0, RootOf({}), RootOf({}), {}));
}

// Of ten million entries, a proof reads a handful of tiles, whatever entry it is of.
TEST(TileNodes, ReadsAtMostTwoTilesOfEachLevelForAProof) {
  constexpr std::uint64_t kSize = 10'000'019;
  std::size_t reads = 0, most = 0;
  const TileReader read = [&](TileId, std::size_t width) -> Result<std::vector<Hash>> {
    ++reads;
    return std::vector<Hash>(width);
  };
  for (const std::uint64_t at :
       {std::uint64_t{1}, std::uint64_t{255}, std::uint64_t{256}, kSize / 2, kSize - 1}) {
    reads = 0;
    ASSERT_TRUE(InclusionProof(at, kSize, TileNodes(kSize, read)));
    most = std::max(most, reads);
    reads = 0;
    ASSERT_TRUE(ConsistencyProof(at, kSize, TileNodes(kSize, read)));
    most = std::max(most, reads);
  }
  EXPECT_LE(most, 6U);
  EXPECT_FALSE(TileNodes(kSize, read)(0, kSize));
  EXPECT_FALSE(TileNodes(kSize, read)(8, kSize / 256));
  EXPECT_EQ(TileWidthAt({7, 0}, kSize), 0U);
  EXPECT_EQ(TileWidthAt({0, kSize / 256}, kSize), kSize % 256);
  const TileReader shorter = [](TileId, std::size_t width) -> Result<std::vector<Hash>> {
    return std::vector<Hash>(width - 1);
  };
  EXPECT_FALSE(InclusionProof(1, kSize, TileNodes(kSize, shorter)));
}

TEST(TileEdge, HasTheTreesRootAtEverySize) {
  TileEdge edge;
  const auto leaves = Leaves(70'000);
  EXPECT_EQ(edge.Root(), RootOf({}));
  for (std::size_t size = 1; size <= leaves.size(); ++size) {
    edge.Append(leaves[size - 1]);
    const bool look = size < 600 || size % 9973 == 0 || (size > 65'530 && size < 65'540);
    if (look) ASSERT_EQ(edge.Root(), RootOf(std::span(leaves).first(size))) << size;
  }
}

TEST(TileEdge, HandsOutEachTileOnceItIsWholeAndPartsOfTheEdge) {
  TileEdge edge;
  const auto leaves = Leaves(600);
  for (const Hash& leaf : leaves) edge.Append(leaf);
  const auto tiles = edge.TakeChanged();
  std::vector<std::string> paths;
  for (const auto& tile : tiles) paths.push_back(TilePath(tile.id, tile.hashes.size()));
  EXPECT_EQ(paths,
            (std::vector<std::string>{"tile/0/000", "tile/0/001", "tile/0/002.p/88", "tile/1/000.p/2"}));
  EXPECT_TRUE(edge.TakeChanged().empty());
}

TEST(TilePath, IsThatOfTlogTiles) {
  EXPECT_EQ(TilePath({0, 1234067}, 256), "tile/0/x001/x234/067");
  EXPECT_EQ(TilePath({2, 0}, 5), "tile/2/000.p/5");
  EXPECT_EQ(TilePath({-1, 1067}, 256), "tile/entries/x001/067");
}

TEST(ParseTilePath, TakesWhatTilePathGivesAndNothingElse) {
  for (const std::uint64_t index : {0ULL, 7ULL, 999ULL, 1000ULL, 1067ULL, 1234067ULL, 999999999999ULL}) {
    for (const int level : {-1, 0, 1, 9, 63}) {
      for (const std::size_t width : {1U, 12U, 255U, 256U}) {
        const std::string path = TilePath({level, index}, width);
        const auto parts = ParseTilePath(path);
        ASSERT_TRUE(parts) << path;
        EXPECT_EQ(parts->id, (TileId{level, index})) << path;
        EXPECT_EQ(parts->width, width) << path;
      }
    }
  }
  for (const char* bad : {"",
                          "tile",
                          "tile/0",
                          "tile/0/67",
                          "tile/0/0067",
                          "tile/00/067",
                          "tile/64/000",
                          "tile/-1/000",
                          "tile/0/x000/067",
                          "tile/0/x001/x067",
                          "tile/0/001/067",
                          "tile/0/067.p/0",
                          "tile/0/067.p/256",
                          "tile/0/067.p/01",
                          "tile/0/067.p",
                          "tile/0/067/",
                          "/tile/0/067",
                          "tile/entry/067",
                          "tile/0/067\n",
                          "tile/0/x999/x999/x999/x999/x999/x999/x999/999"}) {
    EXPECT_FALSE(ParseTilePath(bad)) << bad;
  }
}

TEST(Checkpoint, RoundTripsAndIsStrict) {
  const Checkpoint head{"lewisham", 1234, LeafHash(AsBytes("x"))};
  EXPECT_EQ(*ParseCheckpoint(CheckpointText(head)), head);
  const std::string root = ToBase64(head.root);
  EXPECT_TRUE(ParseCheckpoint("lewisham\n0\n" + root + "\nextension\n"));
  for (const std::string& bad :
       {"lewisham\n01\n" + root + "\n", "lewisham\n+1\n" + root + "\n", "\n1\n" + root + "\n",
        std::string("lewisham\n1\nAAAA\n"), std::string("lewisham\n1"), std::string()}) {
    EXPECT_FALSE(ParseCheckpoint(bad)) << bad;
  }
}

TEST(EntryBundle, CountsEachLeaf) {
  const std::vector<Bytes> leaves = {{1, 2}, {}, Bytes(65535, 7)};
  EXPECT_EQ(EntryBundle(std::span(leaves).first(2)), (Bytes{0, 2, 1, 2, 0, 0}));
  EXPECT_EQ(*ParseEntryBundle(EntryBundle(leaves)), leaves);
  EXPECT_FALSE(ParseEntryBundle(Bytes{0, 2, 1}));
  EXPECT_FALSE(ParseEntryBundle(Bytes{0}));
}

}  // namespace
}  // namespace concordat::ledger
