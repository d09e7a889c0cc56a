// A served log, changed in every way that its keeper, or whoever carries it, could: each is found.
#include "ledger/monitor.h"

#include <gtest/gtest.h>

#include <fstream>

#include "base/file.h"
#include "ledger/testing_ledger.h"

namespace concordat::ledger {
namespace {

namespace fs = std::filesystem;

constexpr int kBefore = 300, kNow = 520;  // entries when it was first looked at, and now

void Write(const fs::path& file, const std::string& content) {
  fs::create_directories(file.parent_path());
  std::ofstream(file, std::ios::binary | std::ios::trunc) << content;
}

class MonitorTest : public testing::Test {
 protected:
  MonitorTest() {
    Grow(kBefore);
    before_note_ = *ledger_->SignedHead();
    before_ = ledger_->Head();
    EXPECT_TRUE(WriteServed(*ledger_, folder_ / "before"));
    Grow(kNow);
    EXPECT_TRUE(WriteServed(*ledger_, folder_ / "served"));
  }
  void Grow(int entries) {
    for (; grown_ < entries; ++grown_) EXPECT_TRUE(ledger_->Append(Note(grown_)));
  }
  static std::string Signed(const Checkpoint& checkpoint, std::uint64_t seed = 5) {
    return crypto::SignNote(CheckpointText(checkpoint), TestKey(seed));
  }
  Result<Sighting> Look(const std::string& seen, const fs::path& folder) {
    read_.clear();
    return Follow(FolderFiles(folder), TestKey().verify_key(), seen,
                  [this](const Entry& entry) -> Result<void> {
                    read_.push_back(entry.index);
                    return {};
                  });
  }

  store::TemporaryFolder folder_;
  TestLedger ledger_{folder_ / "store.db"};
  int grown_ = 0;
  std::string before_note_;
  Checkpoint before_;
  std::vector<std::uint64_t> read_;
};

TEST_F(MonitorTest, ReadsALogFromWhereItWas) {
  const auto first = Look("", folder_ / "before");
  ASSERT_TRUE(first) << first.error().message;
  EXPECT_EQ(first->now, before_);
  EXPECT_EQ(read_.size(), static_cast<std::size_t>(kBefore));
  const auto second = Look(first->note, folder_ / "served");
  ASSERT_TRUE(second) << second.error().message;
  EXPECT_EQ(second->before, before_);
  EXPECT_EQ(second->now, ledger_->Head());
  ASSERT_EQ(read_.size(), static_cast<std::size_t>(kNow - kBefore));
  EXPECT_EQ(read_.front(), static_cast<std::uint64_t>(kBefore));
  EXPECT_TRUE(Look(second->note, folder_ / "served"));
  EXPECT_TRUE(read_.empty());
}

TEST_F(MonitorTest, WritesAServedLogAgainWithoutAnyLoss) {
  EXPECT_TRUE(WriteServed(*ledger_, folder_ / "before"));
  EXPECT_TRUE(Look("", folder_ / "before"));
  EXPECT_EQ(*ReadFile(folder_ / "before" / "tile/0/000"), *ReadFile(folder_ / "served" / "tile/0/000"));
}

TEST_F(MonitorTest, TakesAFullTileForAPartialOne) {
  Grow(600);
  EXPECT_TRUE(WriteServed(*ledger_, folder_ / "full"));
  fs::copy_file(folder_ / "served/checkpoint", folder_ / "full/checkpoint",
                fs::copy_options::overwrite_existing);
  EXPECT_TRUE(Look("", folder_ / "served"));
  for (const char* level : {"0", "entries"}) fs::remove(folder_ / "full/tile" / level / "001.p/44");
  fs::create_directories(folder_ / "full/tile/1/000.p");
  fs::copy_file(folder_ / "served/tile/1/000.p/2", folder_ / "full/tile/1/000.p/2",
                fs::copy_options::skip_existing);
  for (const char* level : {"0", "entries"}) {
    fs::create_directories(folder_ / "full/tile" / level / "002.p");
    const std::string path = std::string("tile/") + level + "/002.p/8";
    fs::copy_file(folder_ / "served" / path, folder_ / "full" / path, fs::copy_options::skip_existing);
  }
  const auto looked = Look("", folder_ / "full");
  EXPECT_TRUE(looked) << looked.error().message;
}

// What a keeper signs who rewrote history: the fork and the roll-back are named with both checkpoints.
TEST_F(MonitorTest, NamesBothCheckpointsOfAForkAndARollBack) {
  TestLedger other(folder_ / "other.db");
  for (int i = 0; i < kNow; ++i) ASSERT_TRUE(other->Append(Note(i == 7 ? 700 : i)));
  ASSERT_TRUE(WriteServed(*other, folder_ / "fork"));
  TestLedger same_size(folder_ / "same.db");
  for (int i = 0; i < kBefore; ++i) ASSERT_TRUE(same_size->Append(Note(i + 1)));
  ASSERT_TRUE(WriteServed(*same_size, folder_ / "same"));
  const struct {
    const char* name;
    std::string seen;
    const char* folder;
    const char* fault;
    Checkpoint now;
  } cases[] = {
      {"rewritten and grown", before_note_, "fork", "fork: ", other->Head()},
      {"rewritten, of the same size", before_note_, "same", "fork: ", same_size->Head()},
      {"put back", *ledger_->SignedHead(), "before", "roll-back: ", before_},
      {"rewritten and shorter", *ledger_->SignedHead(), "same", "roll-back: ", same_size->Head()},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    const auto looked = Look(c.seen, folder_ / c.folder);
    ASSERT_FALSE(looked);
    EXPECT_EQ(looked.error().code, ErrorCode::kFailedPrecondition);
    EXPECT_TRUE(looked.error().message.starts_with(c.fault)) << looked.error().message;
    const auto seen = ParseCheckpoint(crypto::ParseNote(c.seen)->text);
    EXPECT_NE(looked.error().message.find(Describe(*seen)), std::string::npos);
    EXPECT_NE(looked.error().message.find(Describe(c.now)), std::string::npos);
  }
}

// 30 kinds of tampering with the files; each is found by whoever reads the log from its beginning.
TEST_F(MonitorTest, FindsWhateverIsChangedInTheFiles) {
  const auto flip = [](std::string content, std::size_t at) {
    content[at] = static_cast<char>(content[at] ^ 1);
    return content;
  };
  const auto last = [](const std::string& content) { return content.size() - 1; };
  const Checkpoint head = ledger_->Head();
  const std::string note = *ledger_->SignedHead();
  const auto at = [this](const char* path) { return *ReadFile(folder_ / "served" / path); };
  const std::string tile0 = at("tile/0/000"), edge0 = at("tile/0/002.p/8"), tile1 = at("tile/1/000.p/2");
  const std::string bundle = at("tile/entries/000"), edge_bundle = at("tile/entries/002.p/8");
  const auto leaves = *ParseEntryBundle(AsBytes(edge_bundle));
  const auto bundled = [](std::vector<Bytes> changed) { return std::string(AsText(EntryBundle(changed))); };
  const std::string none = "\x01none";  // the file is taken away
  const auto line = note.find("\xE2\x80\x94");
  const struct {
    const char* name;
    const char* path;
    std::string content;
  } cases[] = {
      {"tile: first bit", "tile/0/000", flip(tile0, 0)},
      {"tile: last bit", "tile/0/000", flip(tile0, last(tile0))},
      {"tile: a hash short", "tile/0/000", tile0.substr(32)},
      {"tile: a byte short", "tile/0/000", tile0.substr(1)},
      {"tile: a hash more", "tile/0/000", tile0 + std::string(32, 'x')},
      {"tile: hashes swapped", "tile/0/000", tile0.substr(32, 32) + tile0.substr(0, 32) + tile0.substr(64)},
      {"tile: another tile's", "tile/0/000", at("tile/0/001")},
      {"tile: empty", "tile/0/000", ""},
      {"tile: gone", "tile/0/001", none},
      {"edge tile: a bit", "tile/0/002.p/8", flip(edge0, 40)},
      {"edge tile: older", "tile/0/002.p/8", edge0.substr(0, 7 * 32)},
      {"edge tile: gone", "tile/0/002.p/8", none},
      {"upper tile: a bit", "tile/1/000.p/2", flip(tile1, 33)},
      {"upper tile: swapped", "tile/1/000.p/2", tile1.substr(32) + tile1.substr(0, 32)},
      {"upper tile: gone", "tile/1/000.p/2", none},
      {"bundle: a bit of a leaf", "tile/entries/000", flip(bundle, 30)},
      {"bundle: a bit of a length", "tile/entries/000", flip(bundle, 1)},
      {"bundle: cut within a leaf", "tile/entries/000", bundle.substr(0, bundle.size() - 5)},
      {"bundle: an entry short", "tile/entries/002.p/8", bundled({leaves.begin(), leaves.end() - 1})},
      {"bundle: an entry twice", "tile/entries/002.p/8",
       [&] {
         auto changed = leaves;
         changed[3] = changed[2];
         return bundled(changed);
       }()},
      {"bundle: reordered", "tile/entries/002.p/8",
       [&] {
         auto changed = leaves;
         std::swap(changed[3], changed[2]);
         return bundled(changed);
       }()},
      {"bundle: an entry more", "tile/entries/002.p/8",
       [&] {
         auto changed = leaves;
         changed.push_back(changed[0]);
         return bundled(changed);
       }()},
      {"bundle: another", "tile/entries/000", at("tile/entries/001")},
      {"bundle: white space in a leaf", "tile/entries/002.p/8",
       [&] {
         auto changed = leaves;
         changed[0].push_back(' ');
         return bundled(changed);
       }()},
      {"bundle: gone", "tile/entries/001", none},
      {"checkpoint: a bit of the name", "checkpoint", flip(note, 0)},
      {"checkpoint: a bit of the size", "checkpoint", flip(note, note.find('\n') + 1)},
      {"checkpoint: a bit of the root", "checkpoint", flip(note, note.find("\n\n") - 5)},
      {"checkpoint: a bit of the signature", "checkpoint", flip(note, note.size() - 12)},
      {"checkpoint: unsigned", "checkpoint", note.substr(0, line)},
      {"checkpoint: another key's", "checkpoint", Signed(head, 6)},
      {"checkpoint: another log's name", "checkpoint", Signed({"camden", head.size, head.root})},
      {"checkpoint: a larger size, signed", "checkpoint", Signed({head.origin, head.size + 1, head.root})},
      {"checkpoint: a smaller size, signed", "checkpoint", Signed({head.origin, head.size - 1, head.root})},
      {"checkpoint: another root, signed", "checkpoint", Signed({head.origin, head.size, before_.root})},
      {"checkpoint: a wrong signature beside", "checkpoint", note + flip(note.substr(line), 30)},
      {"checkpoint: text behind it", "checkpoint", note + "x"},
      {"checkpoint: leading zero", "checkpoint",
       crypto::SignNote("lewisham\n0520\n" + ToBase64(head.root) + "\n", TestKey())},
      {"checkpoint: gone", "checkpoint", none},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    const std::string whole = at(c.path);
    if (c.content == none) {
      fs::remove(folder_ / "served" / c.path);
    } else {
      Write(folder_ / "served" / c.path, c.content);
    }
    const auto looked = Look("", folder_ / "served");
    EXPECT_FALSE(looked);
    if (!looked) EXPECT_NE(looked.error().message, "");
    Write(folder_ / "served" / c.path, whole);
  }
  EXPECT_TRUE(Look("", folder_ / "served"));
}

// A damaged file is no proof against anyone.
TEST_F(MonitorTest, TakesNoDamageForAFork) {
  const struct {
    const char* path;
    std::size_t byte;
  } cases[] = {
      {"tile/0/001", 0},           {"tile/0/001", 44 * 32},  {"tile/0/002.p/8", 3},
      {"tile/1/000.p/2", 3},       {"tile/entries/001", 40},  // of entry 256, which was read last time
      {"tile/entries/002.p/8", 40}};
  for (const auto& c : cases) {
    SCOPED_TRACE(c.path);
    const fs::path file = folder_ / "served" / c.path;
    const std::string whole = *ReadFile(file);
    std::string changed = whole;
    changed[c.byte] = static_cast<char>(changed[c.byte] ^ 1);
    Write(file, changed);
    const auto looked = Look(before_note_, folder_ / "served");
    ASSERT_FALSE(looked);
    EXPECT_EQ(looked.error().code, ErrorCode::kCorrupt) << looked.error().message;
    EXPECT_EQ(looked.error().message.find("fork"), std::string::npos);
    Write(file, whole);
  }
  EXPECT_TRUE(Look(before_note_, folder_ / "served"));
}

// An insider with the key who signs a tree over what is no entry of ours.
TEST_F(MonitorTest, FindsASignedLeafThatIsNoEntry) {
  const std::vector<Bytes> leaves = {Bytes{'x'}};
  const Hash hash = LeafHash(leaves[0]);
  Write(folder_ / "odd/tile/0/000.p/1", std::string(AsText(hash)));
  Write(folder_ / "odd/tile/entries/000.p/1", std::string(AsText(EntryBundle(leaves))));
  Write(folder_ / "odd/checkpoint", Signed({"lewisham", 1, hash}));
  const auto looked = Look("", folder_ / "odd");
  ASSERT_FALSE(looked);
  EXPECT_EQ(looked.error().message, "entry 0: not JSON");
}

}  // namespace
}  // namespace concordat::ledger
