#include "catalogue/copy.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "base/file.h"
#include "catalogue/testing_catalogue.h"
#include "ledger/receipt.h"

namespace concordat::catalogue {
namespace {

constexpr char kWards[] = R"(apiVersion: v3.1.0
kind: DataContract
id: cleveland/wards
version: 1.0.0
status: active
servers: [{server: files, type: local, path: "wards*.csv", format: csv, customProperties: [{property: concordat.null, value: ['?']}]}]
schema:
  - name: wards
    properties:
      - {name: code, logicalType: integer, required: true}
      - {name: name, logicalType: string, customProperties: [{property: concordat.domain, value: [Hill, Dale]}]}
customProperties:
  - {property: concordat.public, value: true}
  - {property: concordat.key, value: [code]}
)";

// Cleveland's node beside Lewisham's.
class CopyTest : public CatalogueTest {
 protected:
  CopyTest() {
    const auto home = folder_ / "cleveland";
    std::filesystem::create_directories(home);
    their_store_ = *store::Store::Open(home / "store.db", ledger::LedgerMigrations());
    SeededRandom random(6);
    theirs_ = *ledger::Ledger::Open(*their_store_, *crypto::SigningKey::Generate("cleveland", random), clock_,
                                    random_, {&their_catalogue_});
    Write("wards1.csv", "code,name\n1,Hill\n2,Dale\n");
    Write("wards2.csv", "code,name\n3,?\n");
  }
  ~CopyTest() override { their_store_.reset(); }

  void Write(const char* name, const std::string& text) const {
    std::ofstream(folder_ / "cleveland" / name, std::ios::binary) << text;
  }
  PublishedPtr PublishWards(const std::string& text = kWards) {
    const auto published = Publish({text, folder_ / "cleveland" / "wards.yaml", {}, "cleveland"}, *theirs_,
                                   their_catalogue_, [](std::string_view) {});
    EXPECT_TRUE(published) << published.error().message;
    return published ? published->published : nullptr;
  }
  std::string ReceiptOf(std::uint64_t index) const {
    const std::uint64_t size = theirs_->Head().size;
    return ledger::FormatReceipt({.extra = *theirs_->LeafBytes(index),
                                  .index = index,
                                  .proof = *theirs_->ProveInclusion(index, size),
                                  .checkpoint = *theirs_->SignedHead()});
  }
  std::string Copy(const Published& wards) const { return *ExportCopy(wards, ReceiptOf(wards.entry)); }
  Result<Copied> Import(const std::string& bytes, const std::string& reference = "cleveland/wards@1") {
    return ImportCopy({.bytes = bytes,
                       .reference = reference,
                       .owner = theirs_->key(),
                       .folder = folder_ / "public",
                       .by = "olu"},
                      *ledger_, catalogue_);
  }

  Catalogue their_catalogue_;
  std::unique_ptr<store::Store> their_store_;
  std::unique_ptr<ledger::Ledger> theirs_;
};

TEST_F(CopyTest, IsReadLikeTheOwnersAndIsAFold) {
  const auto wards = PublishWards();
  const auto copied = Import(Copy(*wards));
  ASSERT_TRUE(copied) << copied.error().message;
  EXPECT_TRUE(copied->is_new);
  EXPECT_EQ(ToJson(copied->published->product), ToJson(wards->product));
  EXPECT_EQ(copied->published->hashes, wards->hashes);
  EXPECT_EQ(copied->published->product.source.files.size(), 2U);
  EXPECT_EQ(catalogue_.Find("cleveland/wards"), copied->published);
  EXPECT_EQ(catalogue_.Copies().size(), 1U);
  EXPECT_TRUE(catalogue_.List().empty());
  EXPECT_EQ(catalogue_.Find("wards"), nullptr);  // a name alone is this member's own
  EXPECT_FALSE(Import(Copy(*wards))->is_new);
  Catalogue again;
  const auto entries = *ledger_->Read(0, 100);
  for (const ledger::Entry& entry : entries) again.Apply(entry);
  ASSERT_EQ(again.Copies().size(), 1U);
  EXPECT_EQ(again.Copies()[0]->files, copied->published->files);
  EXPECT_EQ(again.Copies()[0]->product.source, copied->published->product.source);
  EXPECT_TRUE(again.Copies()[0]->product.bounds.ranges_proven);
}

TEST_F(CopyTest, OfANewRevisionTakesThePlaceAndAnOlderDoesNotComeBack) {
  const std::string old = Copy(*PublishWards());
  ASSERT_TRUE(Import(old));
  Write("wards2.csv", "code,name\n3,Hill\n4,Dale\n");
  const auto newer = Import(Copy(*PublishWards()));
  ASSERT_TRUE(newer) << newer.error().message;
  EXPECT_EQ(newer->published->product.revision, 2);
  EXPECT_EQ(catalogue_.Copies().size(), 1U);
  const auto back = Import(old);
  ASSERT_FALSE(back);
  EXPECT_EQ(back.error().code, ErrorCode::kFailedPrecondition);
}

TEST_F(CopyTest, LeavesFilesUntilNothingIsMadeOfThem) {
  const auto folder = folder_ / "public";
  EXPECT_EQ(*RemoveReplaced(folder, *ledger_, catalogue_), 0U);  // there is none yet
  const auto first = Import(Copy(*PublishWards()));
  ASSERT_TRUE(first) << first.error().message;
  EXPECT_EQ(*RemoveReplaced(folder, *ledger_, catalogue_), 0U);
  Write("wards2.csv", "code,name\n3,Hill\n4,Dale\n");
  const auto second = Import(Copy(*PublishWards()));
  ASSERT_TRUE(second) << second.error().message;
  const auto hash = first->published->hashes[1];
  std::ofstream(folder / "README") << "not one of ours";
  std::filesystem::create_directory(folder / std::string(64, 'a'));
  EXPECT_TRUE(std::filesystem::exists(folder / hash));
  EXPECT_EQ(*RemoveReplaced(folder, *ledger_, catalogue_), 1U);  // the first file is of both
  EXPECT_FALSE(std::filesystem::exists(folder / hash));
  EXPECT_TRUE(std::filesystem::exists(folder / "README"));
  EXPECT_TRUE(std::filesystem::exists(folder / std::string(64, 'a')));
  EXPECT_TRUE(engine::CheckUnchanged(second->published->product.source, second->published->files));
}

TEST_F(CopyTest, MendsFilesThatWereChangedHere) {
  const std::string bytes = Copy(*PublishWards());
  const auto copied = Import(bytes);
  ASSERT_TRUE(copied);
  const std::string path = copied->published->files[0].path;
  std::ofstream(path, std::ios::app) << "9,Hill\n";
  EXPECT_FALSE(engine::CheckUnchanged(copied->published->product.source, copied->published->files));
  const auto mended = Import(bytes);
  ASSERT_TRUE(mended) << mended.error().message;
  EXPECT_TRUE(mended->is_new);
  EXPECT_TRUE(engine::CheckUnchanged(mended->published->product.source, mended->published->files));
}

TEST_F(CopyTest, BelievesNothingThatTheOwnerDidNotSign) {
  const auto wards = PublishWards();
  const std::string good = Copy(*wards);
  const auto parts = *ParseCopy(good);
  std::string other_file = good;
  other_file[good.find("1,Hill")] = '7';
  std::string other_leaf = good;
  const auto extra = good.find("extra ") + 40;
  other_leaf[extra] = good[extra] == 'A' ? 'B' : 'A';
  SeededRandom random(9);
  const auto stranger = *crypto::SigningKey::Generate("cleveland", random);
  const struct {
    const char* name;
    std::string bytes;
    const char* what;
  } cases[] = {
      {"nothing", "", "not a copy"},
      {"another file", other_file, "not the one that its owner published"},
      {"another leaf", other_leaf, ""},
      {"cut off", good.substr(0, good.size() - 1), "cut off"},
      {"more bytes", good + "x", "more bytes"},
      {"no receipt", FormatCopy({"", parts.files}), ""},
      {"no length", "concordat/copy/1\nx\n", "no length"},
      {"leading zero", "concordat/copy/1\n0" + good.substr(17), "no length"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    const auto taken = Import(c.bytes);
    ASSERT_FALSE(taken);
    EXPECT_NE(taken.error().message.find(c.what), std::string::npos) << taken.error().message;
  }
  EXPECT_FALSE(Import(good, "cleveland/wards@2"));
  EXPECT_FALSE(ImportCopy({.bytes = good,
                           .reference = "cleveland/wards@1",
                           .owner = stranger.verify_key(),
                           .folder = folder_ / "public",
                           .by = "olu"},
                          *ledger_, catalogue_));
  EXPECT_TRUE(catalogue_.Copies().empty());
  EXPECT_FALSE(std::filesystem::exists(folder_ / "public"));
}

// An owner that says of its rows what they do not keep: the key bounds what people add to answers here.
TEST_F(CopyTest, ProvesTheKeyForItself) {
  const auto wards = PublishWards();
  Write("wards2.csv", "code,name\n01,?\n");
  Published lie = *wards;
  lie.files = *engine::LookAt(wards->product.source);
  lie.hashes.clear();
  for (const auto& file : lie.files) lie.hashes.push_back(crypto::Sha256Hex(*ReadFile(file.path)));
  const auto entry = theirs_->Append({ledger::kind::kProductPublished, BodyOf(lie),
                                      SourceToJson(lie.product.source, lie.files, lie.hashes)});
  ASSERT_TRUE(entry);
  lie.entry = entry->index;
  const auto taken = Import(Copy(lie));
  ASSERT_FALSE(taken);
  EXPECT_NE(taken.error().message.find("2 rows share 1 values of the key (code)"), std::string::npos)
      << taken.error().message;
  EXPECT_TRUE(catalogue_.Copies().empty());
}

TEST_F(CopyTest, IsOfPublicDataAlone) {
  ASSERT_TRUE(PublishText(Visits()));
  const auto visits = catalogue_.Find("visits");
  EXPECT_FALSE(BodyOf(*visits).contains("open"));
  EXPECT_EQ(ExportCopy(*visits, "").error().code, ErrorCode::kFailedPrecondition);
  std::string text = kWards;
  text.replace(text.find("status: active"), 14, "status: draft");
  const auto draft = PublishWards(text);
  ASSERT_TRUE(draft);
  EXPECT_FALSE(ExportCopy(*draft, ""));
}

TEST_F(CopyTest, RefusesAKeyThatIsNone) {
  Write("wards2.csv", "code,name\n01,?\n");
  const auto published = Publish({kWards, folder_ / "cleveland" / "wards.yaml", {}, "cleveland"}, *theirs_,
                                 their_catalogue_, [](std::string_view) {});
  ASSERT_FALSE(published);
  EXPECT_NE(published.error().message.find("2 rows share 1 values of the key (code)"), std::string::npos);
  Write("wards2.csv", "code,name\n,?\n,?\n");  // rows without a key are joined with nobody's
  EXPECT_TRUE(PublishWards());
}

}  // namespace
}  // namespace concordat::catalogue
