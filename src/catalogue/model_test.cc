// Models as products: published without rows, versioned by their meaning, and copied with their receipts.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "catalogue/copy.h"
#include "catalogue/show.h"
#include "catalogue/testing_catalogue.h"
#include "ledger/receipt.h"

namespace concordat::catalogue {
namespace {

Product Model(double coefficient, const std::string& id = "lewisham/risk") {
  Product product;
  product.id = id;
  product.name = id.substr(id.find('/') + 1);
  product.title = "Risk";
  product.is_public = true;
  product.columns.push_back({.name = "age", .source_name = "age", .type = Type::kNumber});
  const Json json = {{"concordat", "model/1"}, {"kind", "glm"}, {"coefficients", {1, coefficient}}};
  product.model = *DocumentOf(json);
  return product;
}

class ModelTest : public CatalogueTest {
 protected:
  Result<Publication> PublishIt(const Product& product, const std::string& member = "lewisham") {
    return PublishModel({product, member}, *ledger_, catalogue_);
  }
  std::string Copy(const Published& published) const {
    const std::uint64_t size = ledger_->Head().size;
    const std::string receipt =
        ledger::FormatReceipt({.extra = *ledger_->LeafBytes(published.entry),
                               .index = published.entry,
                               .proof = *ledger_->ProveInclusion(published.entry, size),
                               .checkpoint = *ledger_->SignedHead()});
    return *ExportCopy(published, receipt);
  }
  Result<Copied> Import(const std::string& bytes, const std::string& reference = "lewisham/risk@1") {
    return ImportCopy({.bytes = bytes,
                       .reference = reference,
                       .owner = ledger_->key(),
                       .folder = folder_ / "public",
                       .by = "olu"},
                      *ledger_, catalogue_);
  }
};

TEST_F(ModelTest, IsAProductOfAVersionForEachMeaning) {
  const auto first = PublishIt(Model(0.5));
  ASSERT_TRUE(first) << first.error().message;
  EXPECT_TRUE(first->is_new);
  EXPECT_EQ(first->published->product.Reference(), "lewisham/risk@1");
  EXPECT_FALSE(PublishIt(Model(0.5))->is_new);
  Product said = Model(0.5);
  said.title = "The same, said otherwise";
  EXPECT_EQ(PublishIt(said)->published->product.version, 1);
  const auto second = PublishIt(Model(0.75));
  EXPECT_EQ(second->published->product.version, 2);
  EXPECT_EQ(second->changed, "the model");
  EXPECT_NE(second->published->product.model->sha256, first->published->product.model->sha256);
  EXPECT_EQ(catalogue_.Find("risk@1")->product.model->sha256, first->published->product.model->sha256);
}

TEST_F(ModelTest, IsReadAgainFromTheLedger) {
  const auto published = PublishIt(Model(0.5))->published;
  Catalogue again;
  const auto entries = *ledger_->Read(0, 100);
  for (const ledger::Entry& entry : entries) again.Apply(entry);
  ASSERT_TRUE(again.Find("risk"));
  EXPECT_EQ(ToJson(again.Find("risk")->product), ToJson(published->product));
  EXPECT_NE(Show(published->product, {}, ledger_->Now()).find("model   glm"), std::string::npos);
}

TEST_F(ModelTest, TakesNoTablesPlace) {
  ASSERT_TRUE(PublishText(Visits()));
  EXPECT_EQ(PublishIt(Model(0.5, "lewisham/visits")).error().code, ErrorCode::kFailedPrecondition);
  EXPECT_EQ(PublishIt(Model(0.5, "southwark/risk")).error().code, ErrorCode::kInvalidArgument);
  Product large = Model(0.5);
  large.description = std::string(70'000, 'x');
  EXPECT_EQ(PublishIt(large).error().code, ErrorCode::kResourceExhausted);
}

TEST_F(ModelTest, TravelsAsItsReceipt) {
  const auto published = PublishIt(Model(0.5))->published;
  const std::string copy = Copy(*published);
  const auto copied = Import(copy);
  ASSERT_TRUE(copied) << copied.error().message;
  EXPECT_TRUE(copied->is_new);
  EXPECT_EQ(copied->published->product.model->sha256, published->product.model->sha256);
  EXPECT_FALSE(Import(copy)->is_new);
  EXPECT_EQ(Import(copy + "more").error().code, ErrorCode::kCorrupt);
  EXPECT_FALSE(Import(copy, "lewisham/risk@2"));
  std::string changed = copy;
  changed.replace(changed.rfind("extra ") + 20, 1, "A");
  EXPECT_FALSE(Import(changed));
}

}  // namespace
}  // namespace concordat::catalogue
