#include "agreement/registry.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "agreement/record.h"
#include "agreement/testing_agreement.h"
#include "base/testing_random.h"
#include "ledger/budget.h"
#include "store/store.h"

namespace concordat::agreement {
namespace {

// A registry over a real ledger and store.
class RegistryTest : public testing::Test {
 protected:
  RegistryTest() {
    std::string folder = (std::filesystem::temp_directory_path() / "concordat-agreement-XXXXXX").string();
    folder_ = mkdtemp(folder.data());
    Open();
  }
  ~RegistryTest() override {
    Close();
    std::filesystem::remove_all(folder_);
  }

  void Open() {
    store_ = *store::Store::Open(folder_ / "store.db", ledger::LedgerMigrations());
    SeededRandom key_random(5);
    auto opened = ledger::Ledger::Open(*store_, *crypto::SigningKey::Generate("lewisham", key_random), clock_,
                                       random_, {&registry_, &budgets_});
    ASSERT_TRUE(opened) << opened.error().message;
    ledger_ = *std::move(opened);
  }
  void Close() {
    store_.reset();  // the writer thread ends before its observer goes
    ledger_.reset();
  }

  // The refusal's reason, or "".
  template <class S>
  std::string Taken(const S& step) {
    const auto entered = Enter(*ledger_, registry_, step);
    EXPECT_TRUE(entered) << entered.error().message;
    return entered->has_value() ? "" : entered->error().reason;
  }
  std::string Taken(Verb verb, const char* by) { return Taken(SampleStep(verb, Sample(), by)); }

  void AddAna() {
    SeededRandom random(9);
    verifier_ = *crypto::MakeScramVerifier("correct horse", random);
    EXPECT_EQ(Taken(AnalystStep{.verb = AnalystVerb::kAdd,
                                .analyst = "ana",
                                .by = "sam",
                                .trainings = {{"data-ethics", At("2026-03-01")}},
                                .verifier = verifier_}),
              "");
  }
  void Activate() {
    EXPECT_EQ(Taken(Verb::kPropose, "sam"), "");
    EXPECT_EQ(Taken(Verb::kApprove, "sam"), "");
    EXPECT_EQ(Taken(Verb::kApprove, "lee"), "");
  }
  // The refusal's reason, or "".
  std::string Decided() const {
    const auto held = ledger_->Share();
    const auto permit = registry_.Decide({.analyst = "ana", .agreement = "heart-study"}, clock_.Now(), 0);
    return permit ? "" : permit.error().reason;
  }

  std::filesystem::path folder_;
  ManualClock clock_{At("2026-07-01")};
  SeededRandom random_{1};
  Registry registry_{"lewisham"};
  ledger::BudgetBook budgets_;
  crypto::ScramVerifier verifier_;
  std::unique_ptr<store::Store> store_;
  std::unique_ptr<ledger::Ledger> ledger_;
};

TEST_F(RegistryTest, DecidesByTheNewestStep) {
  EXPECT_EQ(Decided(), "analyst_unknown");
  AddAna();
  EXPECT_EQ(Decided(), "agreement_unknown");
  EXPECT_EQ(Taken(Verb::kDraft, "sam"), "");
  EXPECT_EQ(Decided(), "agreement_not_active");
  Activate();
  EXPECT_EQ(Decided(), "");
  EXPECT_EQ(Taken(Verb::kSuspend, "sam"), "");
  EXPECT_EQ(Decided(), "agreement_not_active");
  EXPECT_EQ(Taken(Verb::kResume, "sam"), "");
  EXPECT_EQ(Decided(), "");
  EXPECT_EQ(Taken(Verb::kRevoke, "sam"), "");
  EXPECT_EQ(Decided(), "agreement_not_active");
}

TEST_F(RegistryTest, ForgetsARemovedAnalystAtOnce) {
  AddAna();
  Activate();
  EXPECT_EQ(Taken(AnalystStep{.verb = AnalystVerb::kRemove, .analyst = "ana", .by = "sam"}), "");
  EXPECT_EQ(Decided(), "analyst_unknown");
  EXPECT_EQ(registry_.FindAnalyst("ana"), nullptr);
}

TEST_F(RegistryTest, WritesNothingForARefusedStep) {
  Activate();
  const std::uint64_t size = ledger_->Head().size;
  EXPECT_EQ(Taken(Verb::kApprove, "kim"), "step_not_allowed");
  EXPECT_EQ(Taken(Verb::kPropose, "kim"), "step_not_allowed");
  EXPECT_EQ(Taken(AnalystStep{.verb = AnalystVerb::kTraining, .analyst = "eve"}), "analyst_unknown");
  EXPECT_EQ(ledger_->Head().size, size);
}

TEST_F(RegistryTest, IsTheSameAfterReplay) {
  AddAna();
  Activate();
  Step suspend = SampleStep(Verb::kSuspend, Sample(), "sam");
  suspend.reason = "audit";
  EXPECT_EQ(Taken(suspend), "");
  Close();
  registry_.Clear();
  EXPECT_TRUE(registry_.agreements().empty());
  EXPECT_TRUE(registry_.analysts().empty());
  Open();
  const Standing* standing = registry_.Find("heart-study", clock_.Now());
  ASSERT_NE(standing, nullptr);
  EXPECT_EQ(standing->state, State::kSuspended);
  EXPECT_EQ(standing->document->id, Sample()->id);
  ASSERT_EQ(standing->steps.size(), 4U);
  EXPECT_EQ(standing->steps[2].by, "lee");
  EXPECT_EQ(standing->steps[3].reason, "audit");
  EXPECT_EQ(standing->steps[2].when, At("2026-07-01"));
  const Analyst* ana = registry_.FindAnalyst("ana");
  ASSERT_NE(ana, nullptr);
  EXPECT_EQ(ana->verifier, verifier_);
  EXPECT_EQ(ana->trainings.at("data-ethics"), At("2026-03-01"));
}

TEST_F(RegistryTest, KeepsVerifiersOutOfThePublicRecord) {
  AddAna();
  const auto entries = ledger_->Read(0, 10);
  ASSERT_EQ(entries->size(), 1U);
  EXPECT_EQ((*entries)[0].body.dump().find("SCRAM"), std::string::npos);
  ASSERT_TRUE((*entries)[0].secret);
  EXPECT_EQ((*entries)[0].secret->at("verifier"), crypto::ToText(verifier_));
}

TEST_F(RegistryTest, GivesTheBudgetItsLimits) {
  Activate();
  bool found = false;
  for (const auto& level : budgets_.Report("lewisham/heart")) {
    if (level.level.agreement != "heart-study") continue;
    found = true;
    EXPECT_EQ(level.limit, (PrivacyBudget{{4}, {1e-6}}));
  }
  EXPECT_TRUE(found);
}

// Entries that no step of ours wrote, or that were not allowed at their turn.
TEST_F(RegistryTest, PassesOverEntriesThatDoNotFit) {
  Activate();
  const Json good = DraftOf(SampleStep(Verb::kRevoke, Sample(), "eve")).body;
  for (const char* field : {"agreement", "id", "party", "by"}) {
    Json body = good;
    body.erase(field);
    registry_.Apply({.kind = "agreement.revoked", .body = body});
    body[field] = "other";
    if (std::string_view(field) != "by") registry_.Apply({.kind = "agreement.revoked", .body = body});
    body[field] = 1;
    registry_.Apply({.kind = "agreement.revoked", .body = body});
  }
  registry_.Apply({.kind = "agreement.revoked", .body = Json::array()});
  registry_.Apply({.kind = "agreement.proposed", .body = good});
  registry_.Apply({.kind = "agreement.resumed", .body = good});
  Json anothers = DraftOf(SampleStep(Verb::kPropose, Sample(), "eve")).body;
  anothers["agreement"] = "lung-study";
  registry_.Apply({.time = At("2026-07-01"), .kind = "agreement.proposed", .body = anothers});
  anothers = DraftOf(SampleStep(Verb::kPropose, Sample("heart-study", "lung-study"), "eve")).body;
  anothers["id"] = Sample()->id;
  registry_.Apply({.time = At("2026-07-01"), .kind = "agreement.proposed", .body = anothers});
  registry_.Apply({.kind = "analyst.added", .body = "ana"});
  registry_.Apply({.kind = "agreement.ended", .body = good});
  ASSERT_EQ(registry_.agreements().size(), 1U);
  EXPECT_EQ(registry_.Find("heart-study", clock_.Now())->state, State::kActive);
  EXPECT_TRUE(registry_.analysts().empty());
  registry_.Apply({.time = At("2026-07-01"), .kind = "agreement.revoked", .body = good});
  EXPECT_EQ(registry_.Find("heart-study", clock_.Now())->state, State::kRevoked);
}

TEST_F(RegistryTest, KnowsAnAnalystWhoseSecretWasErasedButLetsNobodyIn) {
  registry_.Apply(
      {.time = At("2026-07-01"), .kind = "analyst.added", .body = {{"analyst", "ana"}, {"by", "sam"}}});
  ASSERT_NE(registry_.FindAnalyst("ana"), nullptr);
  EXPECT_FALSE(registry_.FindAnalyst("ana")->verifier);
}

}  // namespace
}  // namespace concordat::agreement
