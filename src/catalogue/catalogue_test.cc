#include "catalogue/catalogue.h"

#include <nlohmann/json.hpp>

#include "catalogue/show.h"
#include "catalogue/testing_catalogue.h"

namespace concordat::catalogue {
namespace {

TEST_F(CatalogueTest, KeepsPathsAndHashesOfFilesOutOfWhatIsPublic) {
  ASSERT_TRUE(PublishText(Visits()));
  const auto entries = *ledger_->Read(0, 1);
  const std::string body = entries.at(0).body.dump();
  EXPECT_EQ(body.find("visits.csv"), std::string::npos);
  EXPECT_EQ(body.find(catalogue_.Find("visits")->hashes.at(0)), std::string::npos);
  EXPECT_EQ(body.find(folder_.string()), std::string::npos);
}

TEST_F(CatalogueTest, KeepsAProductOverJson) {
  const auto publication = PublishText(Visits());
  const Published& before = *publication->published;
  const auto after = PublishedFromJson(ToJson(before.product),
                                       SourceToJson(before.product.source, before.files, before.hashes));
  ASSERT_TRUE(after);
  EXPECT_EQ(ToJson(after->product), ToJson(before.product));
  EXPECT_EQ(after->files, before.files);
  EXPECT_EQ(after->product.source, before.product.source);
  EXPECT_EQ(after->product.columns[1].domain, before.product.columns[1].domain);
  EXPECT_FALSE(PublishedFromJson({{"id", "x"}}, {}));
}

TEST_F(CatalogueTest, ShowsAnalystsNothingOfTheFile) {
  std::string text = Visits();
  text.replace(text.find("name: amount"), 12, "name: amount, physicalName: AMOUNT");
  const auto publication = PublishText(text);
  ASSERT_TRUE(publication) << publication.error().message;
  const Json json = ShowJson(publication->published->product, {}, ledger_->Now());
  EXPECT_EQ(json.at("unit"), "id");
  EXPECT_EQ(json.dump().find("AMOUNT"), std::string::npos);
  EXPECT_EQ(json.dump().find("visits.csv"), std::string::npos);
  EXPECT_NE(
      ShowProfile(publication->profile)
          .find("3 rows, 2 units; a unit has 1 rows (median), 2 (99 of 100 have no more), 2 (the most)"),
      std::string::npos)
      << ShowProfile(publication->profile);
}

TEST_F(CatalogueTest, ShowsWhatAnalystsSee) {
  const std::string text = Show(PublishText(Visits())->published->product, {}, ledger_->Now());
  for (const char* part :
       {"lewisham/visits@1 (revision 1)", "unit    id", "2 rows a unit (proven)", "epsilon 10, delta 1e-06",
        "privacy unit: only count(DISTINCT", "0 to 100", "one of north, south", "2026-01-01 to 2026-12-31",
        "hidden  every row, and each value of id"}) {
    EXPECT_NE(text.find(part), std::string::npos) << part << "\n" << text;
  }
}

}  // namespace
}  // namespace concordat::catalogue
