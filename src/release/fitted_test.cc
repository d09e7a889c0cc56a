#include "release/fitted.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "ledger/testing_ledger.h"

namespace concordat::release {
namespace {

class FittedTest : public testing::Test {
 protected:
  void Enter(const std::string& question, Json model, const std::string& analyst = "ana",
             const std::string& outcome = "answered") {
    Json secret = {{"text", "SELECT 1"},
                   {"epsilon", 1.5},
                   {"receipts", {{"camden", {"a"}}}},
                   {"revisions", {{"camden", "r1"}}},
                   {"answer", {{"notice", "glm in 6 rounds"}}}};
    if (!model.is_null()) secret["model"] = std::move(model);
    secret["description"] = {{"call", {{"formula", "disease ~ age"}}}};
    ASSERT_TRUE(ledger_->Append({ledger::kind::kRelease,
                                 {{"question", question},
                                  {"outcome", outcome},
                                  {"identity", "i" + question},
                                  {"agreement", "heart-study"},
                                  {"document", "d"},
                                  {"table", "patients"},
                                  {"owners", {"camden", "lewisham"}},
                                  {"analyst", analyst},
                                  {"fit", {{"job", "j"}, {"method", "glm"}, {"model", "f"}, {"round", 6}}}},
                                 std::move(secret)}));
  }
  std::vector<FittedModel> Models() { return *ModelsOf(*ledger_, "heart-study", "ana"); }

  store::TemporaryFolder folder_;
  ledger::TestLedger ledger_{folder_ / "store.db"};
};

TEST_F(FittedTest, KeepsAllThatIsKnownOfAModel) {
  Enter("aa11", {{"coefficients", {1, 2}}});
  ASSERT_EQ(Models().size(), 1U);
  const FittedModel model = Models().front();
  EXPECT_EQ(model.id, ModelId(model.description, model.model));
  EXPECT_EQ(model.id.size(), 64U);
  EXPECT_EQ(model.job + model.fit + model.answer + model.agreement + model.document, "jfaa11heart-studyd");
  EXPECT_EQ(model.analyst + " " + model.table + " " + model.method, "ana patients glm");
  EXPECT_EQ(model.formula, "disease ~ age");
  EXPECT_EQ(model.owners, (std::vector<std::string>{"camden", "lewisham"}));
  EXPECT_EQ(model.revisions["camden"], "r1");
  EXPECT_EQ(model.receipts["camden"].size(), 1U);
  EXPECT_EQ(model.notice, "glm in 6 rounds");
  EXPECT_EQ(model.rounds, 6U);
  EXPECT_EQ(model.epsilon, 1.5);
}

TEST_F(FittedTest, HasAnIdOfWhatWasAskedAndWhatCameOfIt) {
  const std::string id = ModelId({{"a", 1}}, {{"b", 2}});
  EXPECT_EQ(id, ModelId({{"a", 1}}, {{"b", 2}}));
  EXPECT_NE(id, ModelId({{"a", 2}}, {{"b", 2}}));
  EXPECT_NE(id, ModelId({{"a", 1}}, {{"b", 3}}));
}

TEST_F(FittedTest, ListsModelsOfAnAnalystAndOfAll) {
  Enter("aa11", {{"c", 1}});
  Enter("bb22", Json());  // a test: it leaves no model
  Enter("cc33", {{"c", 2}}, "bo");
  Enter("dd44", {{"c", 3}}, "ana", "opened");
  EXPECT_EQ(Models().size(), 1U);
  EXPECT_EQ(AllModels(*ledger_)->size(), 2U);
}

TEST_F(FittedTest, FindsOneByTheBeginningOfItsIdOrAnswer) {
  Enter("aa11", {{"c", 1}});
  Enter("aa22", {{"c", 2}});
  Enter("bb33", {{"c", 1}});  // fitted again: the same model
  const std::string id = Models().front().id;
  const struct {
    std::string beginning;
    const char* answer;  // of what is found; null: none or several
  } cases[] = {{id, "bb33"},     {id.substr(0, 12), "bb33"},
               {"aa11", "aa11"}, {"aa2", "aa22"},
               {"aa", nullptr},  {"", nullptr},
               {"zz", nullptr},  {id + "0", nullptr}};
  for (const auto& c : cases) {
    SCOPED_TRACE(c.beginning);
    const auto found = FindModel(Models(), c.beginning);
    ASSERT_EQ(found.has_value(), c.answer != nullptr);
    if (found) EXPECT_EQ(found->answer, c.answer);
    if (!found) EXPECT_EQ(found.error().code, ErrorCode::kNotFound);
  }
}

}  // namespace
}  // namespace concordat::release
