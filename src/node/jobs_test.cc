#include "node/jobs.h"

#include <gtest/gtest.h>

namespace concordat::node {
namespace {

release::Job Named(const std::string& id, const std::string& state = "") {
  release::Job job;
  job.id = id;
  job.agreement = "study";
  job.analyst = "ana";
  job.state = state;
  return job;
}

const auto kAll = [](const release::Job&) { return true; };

class JobsTest : public testing::Test {
 protected:
  ManualClock clock{Time(Milliseconds(1'000'000))};
  Jobs jobs{clock};
  engine::Cancel asked;
};

TEST_F(JobsTest, ShowsARunWithWhatIsOnRecordOfIt) {
  release::Job recorded = Named("aa", "interrupted");
  recorded.round = 3;
  recorded.started = Time(Milliseconds(500));
  const auto run = jobs.Begin(Named("aa"), asked);
  clock.Advance(Milliseconds(2'000));
  EXPECT_EQ(run->Hear("round 4: deviance 1"), "round 4: deviance 1");
  const auto shown = jobs.Now({Named("bb", "finished"), recorded}, kAll);
  ASSERT_EQ(shown.size(), 2U);
  EXPECT_EQ(shown[0].id, "aa");
  EXPECT_EQ(shown[0].state, "running");
  EXPECT_EQ(jobs.running(), 1U);
  EXPECT_EQ(shown[0].round, 3U);
  EXPECT_EQ(shown[0].said, "round 4: deviance 1");
  EXPECT_EQ(shown[0].started, recorded.started);
  EXPECT_EQ(shown[0].updated, clock.Now());
  EXPECT_EQ(shown[1].id, "bb");
}

TEST_F(JobsTest, SaysHowLongALongRunTakes) {
  const auto run = jobs.Begin(Named("aa"), asked);
  clock.Advance(Milliseconds(65'000));
  EXPECT_EQ(run->Hear("round 9"), "round 9 (1 min 5 s)");
}

TEST_F(JobsTest, EndsRunsOfOneJobAlone) {
  const auto one = jobs.Begin(Named("aa"), asked), same = jobs.Begin(Named("aa"), asked),
             other = jobs.Begin(Named("bb"), asked);
  EXPECT_TRUE(jobs.Cancel(Named("aa")));
  EXPECT_TRUE(one->cancel().requested());
  EXPECT_TRUE(same->cancel().requested());
  EXPECT_FALSE(other->cancel().requested());
  release::Job of_another = Named("bb");
  of_another.analyst = "eve";
  EXPECT_FALSE(jobs.Cancel(of_another));
  asked.Request();
  EXPECT_TRUE(other->cancel().requested());
}

TEST_F(JobsTest, RemembersWhyARunEnded) {
  {
    const auto run = jobs.Begin(Named("aa"), asked);
    run->Decline(
        {.reason = "owners_missing", .message = "1 of 2", .hint = "", .sqlstate = "58000", .position = {}});
  }
  auto shown = jobs.Now({Named("aa", "interrupted")}, kAll);
  ASSERT_EQ(shown.size(), 1U);
  EXPECT_EQ(shown[0].state, "failed");
  EXPECT_EQ(shown[0].said, "1 of 2");
  EXPECT_FALSE(jobs.Cancel(Named("aa")));
  {
    const auto run = jobs.Begin(Named("aa"), asked);
    EXPECT_EQ(jobs.Now({}, kAll).front().state, "running");
    jobs.Cancel(Named("aa"));
    run->Decline(
        {.reason = "cancelled", .message = "cancelled", .hint = "", .sqlstate = "57014", .position = {}});
  }
  EXPECT_EQ(jobs.Now({}, kAll).front().state, "cancelled");
  { const auto run = jobs.Begin(Named("aa"), asked); }  // answered: the record has it
  shown = jobs.Now({Named("aa", "finished")}, kAll);
  ASSERT_EQ(shown.size(), 1U);
  EXPECT_EQ(shown[0].state, "finished");
  EXPECT_TRUE(jobs.Now({}, [](const release::Job&) { return false; }).empty());
}

}  // namespace
}  // namespace concordat::node
