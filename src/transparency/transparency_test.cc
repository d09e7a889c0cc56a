#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "agreement/testing_agreement.h"
#include "ledger/seal.h"
#include "ledger/testing_ledger.h"
#include "transparency/feed.h"
#include "transparency/html.h"
#include "transparency/page.h"
#include "transparency/words.h"

namespace concordat::transparency {
namespace {

using agreement::Verb;

constexpr char kNasty[] = "SELECT '<script>alert(1)</script>' & \"x\" -- \xEF\xBF\xBF\x01";

class RegisterTest : public testing::Test {
 protected:
  RegisterTest() {
    store_ = *store::Store::Open(folder_ / "store.db", ledger::LedgerMigrations());
    auto opened = ledger::Ledger::Open(*store_, ledger::TestKey(), clock_, random_,
                                       {&agreements_, &catalogue_, &budgets_, &tally_});
    EXPECT_TRUE(opened) << opened.error().message;
    ledger_ = *std::move(opened);
  }
  ~RegisterTest() override {
    store_.reset();
    ledger_.reset();
  }
  void Take(Verb verb, const std::shared_ptr<const agreement::Agreement>& document, const char* by) {
    const auto entered = agreement::Enter(*ledger_, agreements_, agreement::SampleStep(verb, document, by));
    ASSERT_TRUE(entered && *entered) << (*entered ? "" : entered->error().message);
  }
  void Activate(const std::shared_ptr<const agreement::Agreement>& document) {
    Take(Verb::kPropose, document, "sam");
    Take(Verb::kApprove, document, "kim");
    Take(Verb::kApprove, document, "lee");
  }
  void Charge(const agreement::Agreement& document, const Json& fit = nullptr) {
    EXPECT_TRUE(
        ledger_->Append({.kind = ledger::kind::kCharge,
                         .body = {{"document", document.id}, {"agreement", document.name}, {"fit", fit}},
                         .secret = {}}));
  }
  void Release(const agreement::Agreement& document, Json body) {
    body["document"] = document.id;
    body["agreement"] = document.name;
    EXPECT_TRUE(ledger_->Append(
        {.kind = ledger::kind::kRelease, .body = std::move(body), .secret = Json{{"text", "SELECT 2"}}}));
  }
  static std::vector<std::uint64_t> Numbers(const Counts& counts) {
    return {counts.asked, counts.answered, counts.together, counts.failed, counts.repeated};
  }
  // A question and its answer as release enters them.
  std::uint64_t Ask(const agreement::Agreement& document, const std::string& text, bool sealed = false) {
    const std::string product = document.tables.begin()->second.front().product;
    Charge(document);
    ledger::Draft release{.kind = ledger::kind::kRelease,
                          .body = {{"document", document.id},
                                   {"agreement", document.name},
                                   {"product", product + "@1"},
                                   {"outcome", "answered"}},
                          .secret = Json{{"text", text}, {"parameters", {"7", nullptr}}}};
    if (sealed) ledger::Seal(release, ledger_->Now() + std::chrono::days(10));
    const auto entry = ledger_->Append(release);
    EXPECT_TRUE(entry) << entry.error().message;
    return entry->index;
  }
  Register All() const {
    const auto lock = ledger_->Share();
    return MakeRegister({agreements_, catalogue_, budgets_, tally_}, ledger_->Now());
  }
  AskedPage Asked(const AskedFilter& filter = {}, std::optional<std::uint64_t> before = {},
                  std::size_t most = 50) const {
    auto page = ReadAsked(*ledger_, filter, before, most);
    EXPECT_TRUE(page) << page.error().message;
    return *page;
  }

  store::TemporaryFolder folder_;
  ManualClock clock_{agreement::At("2026-07-01")};
  OsRandom random_;
  agreement::Registry agreements_{"lewisham"};
  catalogue::Catalogue catalogue_;
  ledger::BudgetBook budgets_;
  Tally tally_{"lewisham"};
  std::unique_ptr<store::Store> store_;
  std::unique_ptr<ledger::Ledger> ledger_;
};

TEST_F(RegisterTest, PlacesAgreementsByWhereTheyStand) {
  const auto document = agreement::Sample();
  Take(Verb::kDraft, document, "sam");
  EXPECT_TRUE(All().in_force.empty() && All().coming.empty() && All().past.empty());  // its author's alone
  Take(Verb::kPropose, document, "sam");
  ASSERT_EQ(All().coming.size(), 1u);
  Take(Verb::kApprove, document, "kim");
  Take(Verb::kApprove, document, "lee");
  ASSERT_EQ(All().in_force.size(), 1u);
  EXPECT_EQ(All().in_force[0].state, "active");
  Take(Verb::kSuspend, document, "sam");
  EXPECT_EQ(All().in_force[0].state, "suspended");
  Take(Verb::kRevoke, document, "sam");
  ASSERT_EQ(All().past.size(), 1u);
  EXPECT_EQ(All().past[0].state, "revoked");
  EXPECT_NE(All().Find(document->id), nullptr);
  EXPECT_EQ(All().Find("nobody's"), nullptr);
}

TEST_F(RegisterTest, CountsWhatWasAskedAndAddsUp) {
  const auto document = agreement::Sample();
  Activate(document);
  Ask(*document, "SELECT 1");
  Ask(*document, "SELECT 2");
  ASSERT_TRUE(ledger_->Append({.kind = ledger::kind::kRelease,
                               .body = {{"document", document->id}, {"outcome", "repeated"}},
                               .secret = {}}));
  const Register all = All();
  EXPECT_EQ(all.in_force[0].counts.asked, 2u);
  EXPECT_EQ(all.in_force[0].counts.answered, 2u);
  EXPECT_EQ(all.in_force[0].counts.repeated, 1u);
  ASSERT_EQ(all.by_purpose.size(), 1u);
  EXPECT_EQ(all.by_purpose[0].of, "scientific research");
  EXPECT_EQ(all.by_purpose[0].asked, 2u);
  ASSERT_EQ(all.by_body.size(), 1u);
  EXPECT_EQ(all.by_body[0].of, "lewisham");
  const Json json = ToJson(all);
  EXPECT_EQ(json["in_force"][0]["id"], document->id);
  EXPECT_EQ(json["totals"]["by_purpose"][0]["asked"], 2);
}

// Two hold the table. Here a question leaves a charge and this member's own part; where this node asked it,
// also what came of all parts together: one use all the same.
TEST_F(RegisterTest, CountsWhatWasAnsweredTogether) {
  const auto document = agreement::Joint();
  Take(Verb::kPropose, document, "sam");
  const Json owners = {"lewisham", "southwark"};
  for (const bool asked_here : {false, true}) {
    Charge(*document);
    Release(*document, {{"product", "lewisham/heart@3"}, {"outcome", "contributed"}, {"owners", owners}});
    if (asked_here) Release(*document, {{"outcome", "answered"}, {"owners", owners}, {"table", "patients"}});
  }
  Release(*document, {{"outcome", "repeated"}, {"owners", owners}, {"table", "patients"}});
  Register all = All();
  const Use& use = all.coming.at(0);
  EXPECT_EQ(Numbers(use.counts), (std::vector<std::uint64_t>{2, 0, 2, 0, 1}));
  const std::string with = "together with southwark";
  EXPECT_NE(RegisterPage(all).find("2 asked, 2 answered " + with), std::string::npos) << RegisterPage(all);
  EXPECT_NE(RegisterPage(all).find("by questions that were answered " + with), std::string::npos);
  const Json json = ToJson(use);
  EXPECT_EQ(json["counts"]["together"], 2);
  for (const Json& table : json["tables"])
    EXPECT_EQ(table.contains("together"), table["product"] == "lewisham/heart@3") << table;
  const AskedPage page = Asked();
  ASSERT_EQ(page.asked.size(), 3u) << "a question is there twice";
  const std::string shown = UsePage(all, use, page);
  EXPECT_NE(shown.find("answered " + with + "</td>"), std::string::npos) << shown;
  EXPECT_EQ(ToJson(page)["asked"][1]["owners"], owners);
  EXPECT_EQ(Asked({.document = {}, .products = {"lewisham/heart"}}).asked.size(), 2u);
  Ask(*document, "SELECT 1");
  all = All();
  EXPECT_NE(RegisterPage(all).find("3 asked, 1 answered alone, 2 answered " + with), std::string::npos);
  Tally again("lewisham");
  again.Load(tally_.Save());
  EXPECT_EQ(again.Save(), tally_.Save());
  EXPECT_EQ(again.Of(document->id).together, 2u);
}

// At a node that holds nothing of the table, what it asked of others counts; at an only owner, its answer.
TEST_F(RegisterTest, CountsWhatWasAskedOfOthers) {
  const auto document = agreement::Sample();
  Activate(document);
  const Json others = {"camden", "southwark"};
  Release(*document, {{"outcome", "answered"}, {"owners", others}, {"table", "beds"}});
  Release(*document, {{"outcome", "failed"}, {"owners", others}, {"table", "beds"}});
  EXPECT_EQ(Numbers(All().in_force[0].counts), (std::vector<std::uint64_t>{2, 1, 0, 1, 0}));
  const std::string page = UsePage(All(), All().in_force[0], Asked());
  EXPECT_NE(page.find("answered by camden, southwark"), std::string::npos) << page;
  EXPECT_NE(Feed(*ledger_, "lewisham")->find("A question of beds of camden, southwark"), std::string::npos);
  Charge(*document);
  Release(*document, {{"product", "lewisham/heart@1"}, {"outcome", "contributed"}, {"owners", {"lewisham"}}});
  EXPECT_EQ(Numbers(All().in_force[0].counts), (std::vector<std::uint64_t>{3, 2, 0, 1, 0}));
  EXPECT_EQ(UsePage(All(), All().in_force[0], Asked()).find("together"), std::string::npos);
}

// Each round of a fit is an entry; the fit is one use all the same, at its owners and at the node that asked.
TEST_F(RegisterTest, CountsAFitOnce) {
  const auto document = agreement::Joint();
  Take(Verb::kPropose, document, "sam");
  const Json own = {"lewisham", "southwark"}, others = {"camden", "southwark"};
  for (const std::uint64_t round : {1, 2, 3}) {
    const Json fit = {{"method", "glm"}, {"round", round}};
    Charge(*document, fit);
    // After the second it waited for an owner, and went on in another session.
    if (round > 1) {
      const char* owned = round < 3 ? "opened" : "contributed";
      Release(*document,
              {{"product", "lewisham/heart@3"}, {"outcome", owned}, {"owners", own}, {"fit", fit}});
    }
    const char* outcome = round < 3 ? "opened" : "answered";
    Release(*document, {{"outcome", outcome}, {"owners", own}, {"table", "patients"}, {"fit", fit}});
    Release(*document, {{"outcome", outcome}, {"owners", others}, {"table", "beds"}, {"fit", fit}});
  }
  EXPECT_EQ(Numbers(All().coming.at(0).counts), (std::vector<std::uint64_t>{2, 1, 1, 0, 0}));
  EXPECT_EQ(Asked().asked.size(), 2u);
}

TEST_F(RegisterTest, ShowsTextsUnlessSealedOrErased) {
  const auto document = agreement::Sample();
  Activate(document);
  const std::uint64_t erased = Ask(*document, "SELECT 'erased'");
  Ask(*document, "SELECT 'sealed'", true);
  Ask(*document, "SELECT 'open'");
  ASSERT_TRUE(ledger_->Erase({erased}, "asked for"));
  const AskedPage page = Asked();
  ASSERT_EQ(page.asked.size(), 3u);
  EXPECT_EQ(page.asked[0].text, "SELECT 'open'");
  EXPECT_EQ(page.asked[0].parameters, (std::vector<std::string>{"7", "NULL"}));
  EXPECT_FALSE(page.asked[1].text);
  ASSERT_TRUE(page.asked[1].sealed_until);
  EXPECT_FALSE(page.asked[2].text);
  EXPECT_FALSE(page.asked[2].sealed_until);
  EXPECT_EQ(ToJson(page).dump().find("'sealed'"), std::string::npos);
  clock_.Advance(std::chrono::days(10));
  EXPECT_EQ(Asked().asked[1].text, "SELECT 'sealed'");
}

TEST_F(RegisterTest, PagesThroughWhatWasAsked) {
  const auto document = agreement::Sample();
  Activate(document);
  constexpr int kQuestions = 600;  // more than one read of the ledger
  for (int i = 0; i < kQuestions; ++i) Ask(*document, "SELECT " + std::to_string(i));
  std::optional<std::uint64_t> before;
  int next = kQuestions;
  do {
    const AskedPage page = Asked({.document = document->id, .products = {}}, before, 70);
    for (const auto& asked : page.asked) EXPECT_EQ(*asked.text, "SELECT " + std::to_string(--next));
    before = page.older;
  } while (before);
  EXPECT_EQ(next, 0);
  EXPECT_TRUE(Asked({.document = "another", .products = {}}).asked.empty());
  EXPECT_TRUE(Asked({.document = {}, .products = {"lewisham/other"}}).asked.empty());
}

TEST_F(RegisterTest, WritesNothingThatAnybodyWroteAsMarkup) {
  const auto document = agreement::Sample("question: ", "question: <b>bold</b> & ");
  Activate(document);
  Ask(*document, kNasty);
  const Register all = All();
  const auto feed = Feed(*ledger_, "lewisham");
  ASSERT_TRUE(feed) << feed.error().message;
  for (const std::string& page : {RegisterPage(all), UsePage(all, all.in_force[0], Asked()), *feed}) {
    EXPECT_EQ(page.find("<script"), std::string::npos);
    EXPECT_EQ(page.find("<b>"), std::string::npos);
    EXPECT_EQ(page.find('\x01'), std::string::npos);
    EXPECT_EQ(page.find("\xEF\xBF\xBF"), std::string::npos);
  }
  EXPECT_NE(UsePage(all, all.in_force[0], Asked()).find("&lt;script&gt;alert(1)"), std::string::npos);
}

// An agreement without noise must not be said to add some.
TEST_F(RegisterTest, SaysWhatProtectsPeople) {
  auto document = std::make_shared<agreement::Agreement>(*agreement::Sample());
  Activate(document);
  EXPECT_NE(RegisterPage(All()).find("noise added, which hides"), std::string::npos);
  document->protection.mode = agreement::Mode::kThreshold;
  document->protection.disclosure = {.minimum_rows = 100, .minimum_cell = 12, .parameters_share = 0.1};
  Register all = All();
  all.in_force[0].document = document;
  const std::string page = RegisterPage(all);
  EXPECT_NE(page.find("exact and without noise; nothing that fewer than 100 rows, or 12 in a group"),
            std::string::npos)
      << page;
  EXPECT_EQ(page.find("noise added, which hides"), std::string::npos);
}

TEST_F(RegisterTest, FeedsStepsAndQuestionsNewestFirst) {
  const auto document = agreement::Sample();
  Take(Verb::kDraft, document, "sam");
  Activate(document);
  Ask(*document, "SELECT 'sealed'", true);
  const std::string feed = *Feed(*ledger_, "lewisham");
  const auto question = feed.find("A question of");
  const auto proposed = feed.find("heart-study: proposed by lewisham");
  ASSERT_NE(question, std::string::npos);
  ASSERT_NE(proposed, std::string::npos);
  EXPECT_LT(question, proposed);
  EXPECT_EQ(feed.find("drafted"), std::string::npos);
  EXPECT_EQ(feed.find("'sealed'"), std::string::npos);
  EXPECT_NE(feed.find("Sealed until 2026-07-11"), std::string::npos);
}

TEST(Words, AreThoseOfPeople) {
  EXPECT_EQ(PurposeInWords("dpv:ScientificResearch"), "scientific research");
  EXPECT_EQ(PurposeInWords("dpv:FraudPreventionAndDetection"), "fraud prevention and detection");
  EXPECT_EQ(PurposeInWords("dpv:NonCommercialResearch"), "non commercial research");
  EXPECT_EQ(PurposeInWords("plain"), "plain");
  EXPECT_EQ(BasisInWords("dpv-gdpr:A6-1-e"),
            "a task in the public interest or official authority (GDPR Article 6(1)(e))");
  EXPECT_EQ(BasisInWords("uk:SomeAct2017"), "uk:SomeAct2017");
}

}  // namespace
}  // namespace concordat::transparency
