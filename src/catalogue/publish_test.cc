#include "catalogue/testing_catalogue.h"

namespace concordat::catalogue {
namespace {

using PublishTest = CatalogueTest;

TEST_F(PublishTest, KeepsARevisionWhoseFilesWereOnlyTouched) {
  ASSERT_TRUE(PublishText(Visits()));
  const auto before = catalogue_.Find("visits");
  std::filesystem::last_write_time(folder_ / "visits.csv",
                                   std::filesystem::file_time_type::clock::now() + std::chrono::hours(1));
  EXPECT_FALSE(engine::CheckUnchanged(before->product.source, before->files));
  const auto touched = PublishText(Visits());
  ASSERT_TRUE(touched) << touched.error().message;
  EXPECT_TRUE(touched->is_new);
  EXPECT_EQ(touched->changed, "");
  EXPECT_EQ(touched->published->product.revision, 1);
  EXPECT_TRUE(engine::CheckUnchanged(touched->published->product.source, touched->published->files));
  EXPECT_EQ(touched->published->hashes, before->hashes);
}

TEST_F(PublishTest, TakesAnotherPlaceOrReadingForOtherRows) {
  ASSERT_TRUE(PublishText(Visits()));
  std::filesystem::copy_file(folder_ / "visits.csv", folder_ / "moved.csv");
  std::string moved = Visits();
  moved.replace(moved.find("visits.csv"), 10, "moved.csv");
  EXPECT_EQ(PublishText(moved)->changed, "rows");
  std::string nulls = moved;
  nulls.replace(nulls.find("format: csv"), 11,
                "format: csv, customProperties: [{property: concordat.null, value: ['?']}]");
  EXPECT_EQ(PublishText(nulls)->published->product.revision, 3);
}

TEST_F(PublishTest, RecordsOtherWordsUnderTheSameRevision) {
  ASSERT_TRUE(PublishText(Visits()));
  const auto described = PublishText(Visits() + "description: {purpose: Visits to libraries}\n");
  ASSERT_TRUE(described) << described.error().message;
  EXPECT_TRUE(described->is_new);
  EXPECT_EQ(described->published->product.revision, 1);
  EXPECT_EQ(catalogue_.Find("visits")->product.description, "Visits to libraries");
}

TEST_F(PublishTest, LowersNoBudgetBelowWhatIsSpent) {
  ASSERT_TRUE(PublishText(Visits()));
  const ledger::Charge charge{
      "question",
      "lewisham/visits",
      "study",
      "document",
      "ana",
      {{.mechanism = dp::Mechanism::kDiscreteGaussian, .sensitivity = 1, .scale = 2, .times = 4}}};
  ASSERT_TRUE(ledger_->Append({ledger::kind::kCharge, ledger::ChargeBody(charge), {}}));
  PublishRequest request{Visits("2", "[0, 100]", "1"), folder_ / "contract.yaml", {}, "lewisham", &budgets_};
  const auto lowered = Publish(request, *ledger_, catalogue_, [](std::string_view) {});
  ASSERT_FALSE(lowered);
  EXPECT_EQ(lowered.error().code, ErrorCode::kFailedPrecondition);
  EXPECT_NE(lowered.error().message.find("is spent already"), std::string::npos) << lowered.error().message;
  request.text = Visits("2", "[0, 100]", "9.5");
  EXPECT_TRUE(Publish(request, *ledger_, catalogue_, [](std::string_view) {}));
}

TEST_F(PublishTest, SeesThatSomeoneElsePublishedMeanwhile) {
  ASSERT_TRUE(PublishText(Visits()));
  bool once = true;
  const auto late = Publish({Visits("3"), folder_ / "contract.yaml", {}, "lewisham"}, *ledger_, catalogue_,
                            [&](std::string_view) {
                              if (std::exchange(once, false)) ASSERT_TRUE(PublishText(Visits("4")));
                            });
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().code, ErrorCode::kUnavailable);
  EXPECT_EQ(catalogue_.Find("visits")->product.bounds.rows_per_unit, 4);
  EXPECT_EQ(catalogue_.List().size(), 2U);
}

TEST_F(PublishTest, StopsPublishingWhenCancelled) {
  engine::Cancel cancel;
  PublishRequest request{Visits(), folder_ / "contract.yaml", {}, "lewisham"};
  request.cancel = &cancel;
  const auto publication =
      Publish(request, *ledger_, catalogue_, [&](std::string_view) { cancel.Request(); });
  EXPECT_EQ(publication.error().code, ErrorCode::kCancelled);
  EXPECT_EQ(ledger_->Head().size, 0U);
}

TEST_F(PublishTest, SeesThatAFileChangesWhileItIsRead) {
  const auto publication = Publish({Visits(), folder_ / "contract.yaml", {}, "lewisham"}, *ledger_,
                                   catalogue_, [&](std::string_view what) {
                                     if (what.starts_with("hashing"))
                                       WriteRows("id,region,amount,day\n1,north,1,2026-01-01\n");
                                   });
  EXPECT_EQ(publication.error().code, ErrorCode::kFailedPrecondition);
}

TEST_F(PublishTest, RaisesVersionWithBoundsAndRevisionWithRows) {
  EXPECT_TRUE(PublishText(Visits())->is_new);
  EXPECT_FALSE(PublishText(Visits())->is_new);
  WriteRows("id,region,amount,day\n1,north,10,2026-01-01\n");
  const auto rows = PublishText(Visits());
  EXPECT_EQ(rows->changed, "rows");
  EXPECT_EQ(rows->published->product.version, 1);
  EXPECT_EQ(rows->published->product.revision, 2);
  const auto bounds = PublishText(Visits("2", "[0, 50]"));
  EXPECT_EQ(bounds->changed, "columns or bounds");
  EXPECT_EQ(bounds->published->product.version, 2);
  EXPECT_EQ(bounds->published->product.revision, 1);
  EXPECT_EQ(catalogue_.Find("lewisham/visits@1")->product.columns[2].range, (Range{0, 100}));
  EXPECT_EQ(catalogue_.Find("visits")->product.version, 2);
  for (const char* reference : {"lewisham/visits@3", "visits@", "visits@1x", "visits@-1", "@1", ""})
    EXPECT_EQ(catalogue_.Find(reference), nullptr) << reference;
  EXPECT_EQ(catalogue_.Find("other"), nullptr);
  EXPECT_EQ(catalogue_.List().size(), 2U);
}

TEST_F(PublishTest, TakesAProductThroughItsLife) {
  const auto draft = [](std::string text) { return text.replace(text.find("active"), 6, "draft"); };
  const auto take = [this](LifeVerb verb, std::optional<Time> until = {}) {
    const auto entered = *Enter(*ledger_, catalogue_, {verb, "lewisham/visits", "sam", "", until, {}});
    return entered ? "" : entered.error().reason;
  };
  EXPECT_EQ(take(LifeVerb::kRetire), "product_unknown");
  ASSERT_TRUE(PublishText(draft(Visits())));
  EXPECT_EQ(catalogue_.LifeOf("lewisham/visits").stage, Stage::kDraft);
  // A contract that only says it is active now is no new version.
  ASSERT_TRUE(PublishText(Visits()));
  EXPECT_EQ(catalogue_.LifeOf("lewisham/visits").stage, Stage::kActive);
  EXPECT_EQ(catalogue_.Find("visits")->product.version, 1);
  EXPECT_NE(PublishText(draft(Visits("1"))).error().message.find("would stop its users"), std::string::npos);
  const Time until = ledger_->Now() + std::chrono::days(30);
  EXPECT_EQ(take(LifeVerb::kDeprecate, until), "");
  EXPECT_TRUE(PublishText(Visits("1")));
  EXPECT_EQ(catalogue_.LifeOf("lewisham/visits").until, until);  // a new version takes nothing back
  clock_.Set(until);
  EXPECT_EQ(take(LifeVerb::kActivate), "step_not_allowed");
  EXPECT_NE(PublishText(Visits("2")).error().message.find("is retired"), std::string::npos);
}

TEST_F(PublishTest, NeverRaisesABudget) {
  ASSERT_TRUE(PublishText(Visits("2", "[0, 100]", "5")));
  EXPECT_EQ(PublishText(Visits("2", "[0, 100]", "6")).error().code, ErrorCode::kPermissionDenied);
  EXPECT_EQ(PublishText(Visits("2", "[0, 50]", "6")).error().code, ErrorCode::kPermissionDenied);
  EXPECT_TRUE(PublishText(Visits("2", "[0, 100]", "4")));
}

TEST_F(PublishTest, RefusesWhatCannotBePublished) {
  const auto wrong_member = Publish({Visits(), folder_ / "contract.yaml", {}, "camden"}, *ledger_, catalogue_,
                                    [](std::string_view) {});
  EXPECT_EQ(wrong_member.error().code, ErrorCode::kPermissionDenied);
  std::filesystem::remove(folder_ / "visits.csv");
  EXPECT_EQ(PublishText(Visits()).error().code, ErrorCode::kNotFound);
  WriteRows("number,region,amount,day\n1,north,1,2026-01-01\n");
  EXPECT_NE(PublishText(Visits()).error().message.find("has no column id; it has number, region"),
            std::string::npos);
  WriteRows("id,region,amount,day\nx,north,1,2026-01-01\n");
  EXPECT_NE(PublishText(Visits()).error().message.find("are not of type bigint"), std::string::npos);
  EXPECT_EQ(ledger_->Head().size, 0U);
}

}  // namespace
}  // namespace concordat::catalogue
