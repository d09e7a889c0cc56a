#include "catalogue/search.h"

#include <gtest/gtest.h>

namespace concordat::catalogue {
namespace {

Product Called(const std::string& name, const std::string& title, const std::string& description,
               const std::vector<std::string>& columns = {}) {
  Product product;
  product.name = name;
  product.id = "lewisham/" + name;
  product.title = title;
  product.description = description;
  for (const std::string& column : columns)
    product.columns.push_back({.name = column, .source_name = column});
  return product;
}

class Search : public testing::Test {
 protected:
  Search() {
    Product claims =
        Called("claims", "Benefit claims", "Claims paid to residents", {"region", "amount_paid"});
    claims.about.tags = {"welfare"};
    claims.about.team = {{"Zoë Ångström", "data steward", "z@lewisham.example"}};
    index_.Put(claims);
    index_.Put(
        Called("care", "Unpaid care", "Residents who look after somebody; some have claims", {"region"}));
    index_.Put(Called("fuel", "Fuel poverty", "Homes by area", {"households", "area"}));
  }
  std::string Ids(const std::string& text) const {
    std::string ids;
    for (const Hit& hit : index_.Find(text, [this](const std::string& id) { return id != hidden_; }).hits)
      ids += (ids.empty() ? "" : " ") + hit.product.substr(hit.product.find('/') + 1);
    return ids;
  }
  SearchIndex index_;
  std::string hidden_;
};

TEST(WordsIn, CutsAtWhatIsNeitherLetterNorDigit) {
  EXPECT_EQ(WordsIn("amount_paid (GBP), 2026/27"),
            (std::vector<std::string>{"amount", "paid", "gbp", "2026", "27"}));
  EXPECT_EQ(WordsIn("ÉCOLE Straße Ωmega"), (std::vector<std::string>{"école", "straße", "ωmega"}));
  EXPECT_EQ(WordsIn("a\xff"
                    "b"),
            (std::vector<std::string>{"a", "b"}));
  EXPECT_TRUE(WordsIn(" -- ").empty());
}

TEST_F(Search, PutsNamesBeforeDescriptions) {
  EXPECT_EQ(Ids("claims"), "claims care");
  EXPECT_EQ(Ids("CLAIM"), "claims care");
  EXPECT_EQ(Ids("region"), "care claims");
  EXPECT_EQ(Ids("ångström"), "claims");
  EXPECT_EQ(Ids("WELFARE"), "claims");
  EXPECT_EQ(Ids("paid"), "claims");
}

TEST_F(Search, WantsAsManyOfTheWordsAsThereAre) {
  EXPECT_EQ(Ids("region claims amount"), "claims");
  EXPECT_EQ(Ids("region zebra"), "care claims");
  EXPECT_EQ(Ids("zebra"), "");
  EXPECT_EQ(Ids(""), "");
  hidden_ = "lewisham/claims";
  EXPECT_EQ(Ids("region claims amount"), "care");
}

TEST_F(Search, SaysWhatNoProductHasAndWhatWasMeant) {
  const Found found = index_.Find("povetry zzzzzzzz", [](const std::string&) { return true; });
  EXPECT_EQ(found.unknown, (std::vector<std::string>{"povetry", "zzzzzzzz"}));
  EXPECT_EQ(found.meant, "poverty");
  EXPECT_EQ(index_.Find("area", [](const std::string&) { return true; }).hits.at(0).fields,
            (std::vector<std::string>{"column", "description"}));
}

TEST_F(Search, ForgetsWhatAProductSaidBefore) {
  index_.Put(Called("fuel", "Energy", "Homes"));
  EXPECT_EQ(Ids("poverty"), "");
  EXPECT_EQ(Ids("energy"), "fuel");
  index_.Clear();
  EXPECT_EQ(Ids("energy"), "");
}

}  // namespace
}  // namespace concordat::catalogue
