// Federated questions over real ledgers, plans and engines, in the simulation's weather: what is answered is
// exactly what the included owners hold, and every owner's ledger says what it did.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>

#include "agreement/testing_agreement.h"
#include "cluster/member.h"
#include "federation/coordinator.h"
#include "federation/sums.h"
#include "federation/testing_simulation.h"
#include "federation/testing_sum.h"
#include "federation/testing_world.h"

namespace concordat::cluster {
namespace {

using namespace federation;
using testing::HasSubstr;

constexpr int kPeople = 60;  // of each owner, half of them women
const std::vector<std::string> kOwners = {"budapest", "cleveland", "hungary"};
constexpr char kHome[] = "zurich";
constexpr char kTerms[] =
    "protection: {mode: dp, epsilon: 60, delta: 1.0e-6, per_query: 0.05, minimum_people: 1}\n"
    "federation: {quorum: 2, colluding: 0}\n";

class ReleaseTest : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    const auto document = HeartStudy(kTerms);
    for (const std::string& name : {kOwners[0], kOwners[1], kOwners[2], std::string(kHome)})
      members_[name] = std::make_unique<Member>(name);
    for (std::size_t i = 0; i < kOwners.size(); ++i) {
      const int first = 100 * static_cast<int>(i + 1);
      members_[kOwners[i]]->Publish(first, first + kPeople, {.holdings = "disjoint"});
    }
    for (auto& [name, member] : members_) {
      member->Agree(document);
      for (const std::string& owner : kOwners) {
        if (owner != name) member->Meet(*members_[owner]);
      }
    }
    members_[kHome]->AddAnalyst("ana");
  }
  static void TearDownTestSuite() { members_.clear(); }

  // A world of the same members, of its own time and network.
  void Settle(World& world) {
    world.furnish = [](Node& node) {
      Member& member = *members_.at(node.name);
      return std::make_unique<ReleaseDesk>(member.owner(), member.fit_owner(), member.parts());
    };
    for (auto& [name, member] : members_) {
      world.nodes[name] = std::make_unique<Node>(world, name);
      world.nodes[name]->key = &KeyOf(name);
      world.Start(*world.nodes[name]);
    }
  }

  Outcome<release::Answer> Ask(World& world, const std::string& text) {
    Member& home = *members_.at(kHome);
    ReleaseAsker asker(home.asker(), home.fit_asker(), home.parts());
    WorldLink link(world, *world.nodes.at(kHome));
    Coordinator coordinator(
        {.member = kHome,
         .key = KeyOf(kHome),
         .asker = asker,
         .link = link,
         .summing = world.summing,
         .clock = world.nodes.at(kHome)->clock,
         .random = world.dice,
         .wait = [&](Milliseconds by) { world.Run(world.now + by, [] { return false; }); }},
        {});
    return coordinator.Ask({"ana", "heart-study", "test", {}}, {text, {}, {}}, link.gone, nullptr);
  }

  void Judge(const release::Answer& answer) {
    std::size_t included = 0;
    for (const std::string& owner : kOwners) {
      const auto outcomes = members_.at(owner)->Outcomes(answer.id);
      const auto of = [&](const char* what) { return std::count(outcomes.begin(), outcomes.end(), what); };
      EXPECT_LE(of("charge"), 1) << owner;
      EXPECT_LE(of("contributed"), of("charge")) << owner;
      if (answer.notice.find(owner + " (") < answer.notice.find("; answer")) {
        ++included;
        EXPECT_EQ(of("charge"), 1) << owner;
      }
    }
    EXPECT_GE(included, 2U) << answer.notice;
    ASSERT_GE(answer.rows.size(), 2U);
    for (std::size_t i = 0; i < 2; ++i)
      EXPECT_EQ(std::get<std::int64_t>(answer.rows[i][1]), kPeople / 2 * static_cast<std::int64_t>(included));
  }

  // One question of its own in one seed's weather.
  bool Run(std::uint64_t seed, const Summing& summing) {
    World world(seed, summing);
    Settle(world);
    Weather& weather = world.weather;
    weather.repeat = 0.2;
    if (world.dice.Chance(0.5)) weather.loss = 0.1;
    if (world.dice.Chance(0.4)) weather.kill = 0.03;
    const auto answer =
        Ask(world, fmt::format("SELECT sex, count(*) FROM patients WHERE age > -{} GROUP BY sex "
                               "ORDER BY sex",
                               seed));
    if (answer) Judge(*answer);
    if (!answer && weather.calm()) ADD_FAILURE() << answer.error().reason << ": " << answer.error().message;
    for (auto& [name, node] : world.nodes) node->owner = nullptr;
    if (world.dice.Chance(0.05)) members_.at(kOwners[world.dice.Below(3)])->Reopen();
    return answer.has_value();
  }

  static std::map<std::string, std::unique_ptr<Member>> members_;
};
std::map<std::string, std::unique_ptr<Member>> ReleaseTest::members_;

TEST_F(ReleaseTest, AnswersExactlyInAnyWeather) {
  int answered = 0;
  for (std::uint64_t seed = 1; seed <= 250; ++seed) {
    SCOPED_TRACE(seed);
    answered += Run(seed, PlainSumming());
  }
  EXPECT_GT(answered, 200);
}

TEST_F(ReleaseTest, AnswersExactlyByBothWaysOfSumming) {
  for (std::uint64_t seed = 1'001; seed <= 1'020; ++seed) {
    SCOPED_TRACE(seed);
    Run(seed, SecretSumming());
  }
}

TEST_F(ReleaseTest, GivesReceiptsOfEveryOwner) {
  const PlainSumming summing;
  World world(9'001, summing);
  Settle(world);
  const auto answer =
      Ask(world, "SELECT sex, count(*) FROM patients WHERE age < 90 GROUP BY sex ORDER BY sex");
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_THAT(answer->notice, HasSubstr("receipts of 3"));
  EXPECT_THAT(answer->notice, testing::Not(HasSubstr("does not hold")));
  const auto again =
      Ask(world, "select sex, count(*) from patients where age < 90 group by sex order by sex");
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_EQ(again->id, answer->id) << "the stored answer, for free";
  world.nodes.clear();
}

}  // namespace
}  // namespace concordat::cluster
