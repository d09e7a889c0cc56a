// Fits of bad input over real ledgers and engines: each refused in words that say what to do, and never
// charged for what was not opened.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "cluster/study.h"
#include "federation/testing_sum.h"
#include "ledger/name.h"

namespace concordat::cluster {
namespace {

using namespace federation;
using testing::HasSubstr;

constexpr char kExact[] = "protection: {mode: threshold, minimum_rows: 50, minimum_cell: 10}\n";
constexpr char kNoisy[] =
    "protection: {mode: dp, epsilon: 3, delta: 1.0e-6, per_query: 1, minimum_people: 5}\n"
    "federation: {colluding: 0}\n";

// Sex is told by age without fail; ages of a remainder of 7 are no numbers, those of 11 have no declared sex.
std::string Split(int person) {
  const int age = person % 90;
  return fmt::format("{},{},a",
                     age % 11 == 0 ? "x"
                     : age > 45    ? "f"
                                   : "m",
                     age % 7 == 0 ? "" : std::to_string(age));
}
std::string Alone(int person) { return fmt::format("f,{},a", person % 90); }

class FitInputTest : public testing::Test {
 protected:
  void Found(const char* agreement, std::function<std::string(int)> row = nullptr,
             const std::map<std::string, int>& people = {}) {
    StudyTerms terms{.agreement = agreement, .allows = "fit", .people = people};
    for (const std::string& owner : kOwners) terms.contracts[owner] = {.holdings = "disjoint", .row = row};
    study_ = std::make_unique<Study>(terms);
  }
  Outcome<release::Answer> Fit(const std::string& call) {
    const PlainSumming summing;
    World world(++seed_, summing);
    study_->Settle(world);
    auto answer = study_->Fit(world, "SELECT * FROM concordat." + call);
    Study::Leave(world);
    return answer;
  }
  std::size_t Charges(const std::string& owner) {
    std::size_t charges = 0;
    const ledger::Ledger& ledger = study_->at(owner).ledger();
    for (const ledger::Entry& entry : *ledger.Read(0, ledger.Head().size))
      charges += entry.kind == ledger::kind::kCharge ? 1 : 0;
    return charges;
  }

  std::unique_ptr<Study> study_;
  std::uint64_t seed_ = 40;
};

struct Bad {
  const char* call;
  const char* reason;
  const char* words;
  bool opens;  // a round at least: that it is bad shows in totals alone
};

TEST_F(FitInputTest, ExactFitsNameWhatIsWrongAndSpendNothing) {
  const Bad cases[] = {
      {"glm('sex ~ age', 'patients', family => 'binomial')", "too_few_rows",
       "tells the response without fail", true},
      {"glm('sex ~ age', 'patients', family => 'binomial', max_rounds => 2)", "not_converged", "2", true},
      {"lm('age ~ I(age * 0)', 'patients')", "constant_column", "the same in every row", true},
      {"lm('age ~ sex + I(age * 2) + I(age * 3)', 'patients')", "collinear", "follows from", true},
      {"lm('age ~ note', 'patients')", "unknown_column", "note", false},
      {"lm('age ~ salary', 'patients')", "unknown_column", "salary", false},
      {"network('sex ~ age', 'patients', layers => 'dense(4) -> dense(4)')", "layers_syntax", "cycle", false},
      {"network('sex ~ age', 'patients', layers => 'dense(4096) tanh dense(4096) tanh dense(1) sigmoid')",
       "layers_too_large", "100000", false},
      {"network('sex ~ age', 'patients', layers => 'dense(99999) tanh dense(1) sigmoid')", "layers_too_large",
       "4096", false},
  };
  Found(kExact, Split);
  for (const Bad& bad : cases) {
    SCOPED_TRACE(bad.call);
    const std::size_t before = Charges("hungary");
    const auto answer = Fit(bad.call);
    EXPECT_EQ(answer ? "answered" : answer.error().reason, bad.reason);
    if (answer) continue;
    EXPECT_THAT(answer.error().message + " " + answer.error().hint, HasSubstr(bad.words))
        << answer.error().message;
    EXPECT_FALSE(answer.error().hint.empty());
    EXPECT_EQ(Charges("hungary") > before, bad.opens) << "an entry for each round that was asked, no more";
    for (const std::string& owner : kOwners) EXPECT_EQ(study_->at(owner).Spent(), 0) << owner;
  }
}

// Where the other rows keep their weight, the fit comes as far as to see which term it is.
TEST_F(FitInputTest, NamesTheTermThatSeparates) {
  Found(kExact, [](int i) { return i % 2 ? fmt::format("f,{},a", 1 + i % 9) : std::string("m,0,a"); });
  const auto answer = Fit("glm('age ~ sex', 'patients', family => 'poisson')");
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().reason, "separated") << answer.error().message;
  EXPECT_THAT(answer.error().message, HasSubstr("sexm"));
  EXPECT_THAT(answer.error().hint, HasSubstr("ridge => 0.01"));
}

TEST_F(FitInputTest, UnderNoiseNothingIsChargedForWhatCannotBe) {
  const Bad cases[] = {
      {"lm('age ~ salary', 'patients')", "unknown_column", "salary", false},
      {"glm('age ~ sex', 'patients', family => 'gamma')", "no_noisy_form", "binomial", false},
      {"network('sex ~ age', 'patients', layers => 'dense(4) -> dense(4)')", "layers_syntax", "cycle", false},
      {"network('sex ~ age', 'patients', layers => 'dense(4096) tanh dense(4096) tanh dense(1) sigmoid')",
       "layers_too_large", "100000", false},
  };
  Found(kNoisy, Split);
  for (const Bad& bad : cases) {
    SCOPED_TRACE(bad.call);
    const auto answer = Fit(bad.call);
    EXPECT_EQ(answer ? "answered" : answer.error().reason, bad.reason);
    if (!answer) EXPECT_THAT(answer.error().message + " " + answer.error().hint, HasSubstr(bad.words));
    for (const std::string& owner : kOwners) {
      EXPECT_EQ(study_->at(owner).Spent(), 0) << owner;
      EXPECT_EQ(Charges(owner), 0U) << owner;
    }
  }
}

// What is bad in the rows alone is answered or refused after the rounds, which are charged as asked:
// acceptance does not look at rows.
TEST_F(FitInputTest, UnderNoiseRoundsThatWereOpenedAreCharged) {
  Found(kNoisy, Split);
  const auto answer = Fit("glm('sex ~ age', 'patients', family => 'binomial', rounds => 3)");
  if (!answer)
    EXPECT_THAT(answer.error().reason, testing::AnyOf("separated", "not_converged", "noise_too_large"));
  for (const std::string& owner : kOwners) {
    EXPECT_NEAR(study_->at(owner).Spent(), 1, 1e-3) << owner;
    EXPECT_EQ(Charges(owner), 3U) << owner;
  }
}

TEST_F(FitInputTest, LeavesOutWhatIsNoNumberAndNoDeclaredLevel) {
  Found(kExact, Split);
  const auto answer = Fit("lm('age ~ 1', 'patients')");
  ASSERT_TRUE(answer) << answer.error().message;
  int people = 0, known = 0;
  double sum = 0, of_known = 0;
  for (const int first : {100, 200, 300}) {
    for (int i = first; i < first + kPeople; ++i) {
      const int age = i % 90;
      if (age % 7 == 0) continue;
      ++people;
      sum += age;
      if (age % 11 == 0) continue;
      ++known;
      of_known += age;
    }
  }
  EXPECT_NEAR(std::get<double>(answer->rows.at(0).at(1)), sum / people, 1e-9);
  const auto grouped = Fit("lm('age ~ 0 + sex', 'patients')");
  ASSERT_TRUE(grouped) << grouped.error().message;
  ASSERT_EQ(grouped->rows.size(), 2U) << "a level that nobody declared is missing";
  EXPECT_LT(known, people);
  const double low = std::get<double>(grouped->rows[1][1]), high = std::get<double>(grouped->rows[0][1]);
  EXPECT_TRUE(low < of_known / known && of_known / known < high) << low << " " << high;
}

TEST_F(FitInputTest, RefusesALevelThatNoRowHas) {
  Found(kExact, Alone);
  const auto answer = Fit("lm('age ~ sex', 'patients')");
  ASSERT_FALSE(answer);
  EXPECT_THAT(answer.error().reason, testing::AnyOf("level_too_small", "constant_column"))
      << answer.error().message;
  EXPECT_THAT(answer.error().message, HasSubstr("sex"));
}

TEST_F(FitInputTest, AMemberWithoutRowsTakesPart) {
  Found(kExact, nullptr, {{"hungary", 0}});
  const auto answer = Fit("lm('age ~ 1', 'patients')");
  ASSERT_TRUE(answer) << answer.error().reason << ": " << answer.error().message;
  EXPECT_NEAR(std::get<double>(answer->rows.at(0).at(1)), (39.5 + 49.5) / 2, 1e-9);
  EXPECT_GT(Charges("hungary"), 0U);
  Found(kExact, nullptr, {{"budapest", 0}, {"cleveland", 0}, {"hungary", 0}});
  const auto none = Fit("lm('age ~ 1', 'patients')");
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().reason, "too_few_rows") << none.error().message;
  Found(kExact, nullptr, {{"hungary", 3}});
  const auto few = Fit("lm('age ~ 1', 'patients')");
  ASSERT_FALSE(few) << "some, and fewer than a cell: they would be told of";
  EXPECT_EQ(few.error().reason, "too_few_rows");
  EXPECT_THAT(few.error().message, HasSubstr("hungary"));
}

}  // namespace
}  // namespace concordat::cluster
