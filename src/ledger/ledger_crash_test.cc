// kill -9 while many clients charge: what was acknowledged is on the record and counted, nothing is
// overspent, the log verifies, and the node starts.
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <random>
#include <set>
#include <thread>

#include "ledger/testing_ledger.h"

namespace concordat::ledger {
namespace {

constexpr PrivacyBudget kBudget{{2}, {1e-6}};  // runs out within a round, in a fast build
constexpr int kTrials = 25;                    // kills in a round, all of one store
using Id = std::array<char, 32>;

Charge Question(const std::string& id) {
  return {id, "lewisham/adult", "study", "study", "ana", {CountWith(100)}};
}

// Charges from four threads until it is killed. Reports an empty id once it has opened the ledger, then each
// id once it is acknowledged.
[[noreturn]] void ChargeUntilKilled(const std::filesystem::path& file, int trial, int report) {
  TestLedger ledger(file);
  const auto say = [report](const Id& id) {
    if (write(report, id.data(), id.size()) != static_cast<ssize_t>(id.size())) _exit(2);
  };
  say({});
  std::vector<std::thread> threads;
  for (int client = 0; client < 4; ++client) {
    threads.emplace_back([&, client] {
      for (int n = 0;; ++n) {
        Id id{};
        std::snprintf(id.data(), id.size(), "%d-%d-%d", trial, client, n);
        const auto charged = Append(*ledger, ledger.budgets, Question(id.data()));
        if (!charged) _exit(1);
        if (*charged) say(id);
      }
    });
  }
  for (;;) pause();
}

class LedgerCrashTest : public testing::Test {
 protected:
  LedgerCrashTest() {
    TestLedger ledger(file_);
    EXPECT_TRUE(ledger->Append(ProductEntry("lewisham/adult", kBudget)));
    EXPECT_TRUE(
        ledger->Append(AgreementEntry({"study", {"lewisham/adult@1"}, {"ana@lewisham"}, kBudget, 2})));
  }

  // A child charges and is killed: every other one while it opens the ledger, perhaps. The first, whose
  // budget is whole, is killed after it acknowledged a charge, however slow the machine.
  void KillOne(int trial) {
    int ends[2];
    ASSERT_EQ(pipe(ends), 0);
    const pid_t child = fork();
    if (child == 0) ChargeUntilKilled(file_, trial, ends[1]);
    close(ends[1]);
    Id id;
    const auto hear = [&] { return read(ends[0], id.data(), id.size()) == static_cast<ssize_t>(id.size()); };
    if (trial % 2 == 0) ASSERT_TRUE(hear()) << "the ledger did not open";
    if (trial == 0) {
      ASSERT_TRUE(hear()) << "the ledger took no charge";
      acknowledged_.insert(id.data());
    }
    usleep(std::uniform_int_distribution<useconds_t>(300, 8'000)(moments_));
    kill(child, SIGKILL);
    int status = 0;
    waitpid(child, &status, 0);
    ASSERT_TRUE(WIFSIGNALED(status)) << "the child ended by itself: " << status;
    while (hear()) {
      if (id[0] != 0) acknowledged_.insert(id.data());
    }
    close(ends[0]);
  }
  void CheckWhatIsLeft(bool wholly) {
    TestLedger ledger(file_);  // it starts
    std::set<std::string> kept;
    dp::Composition spent;
    for (const Entry& entry : ledger.recorder.entries) {
      if (entry.kind != kind::kCharge) continue;
      kept.insert(entry.body["question"].get<std::string>());
      spent.Add(CountWith(100));
    }
    EXPECT_TRUE(std::includes(kept.begin(), kept.end(), acknowledged_.begin(), acknowledged_.end()));
    const auto report = ledger.budgets.Report();
    EXPECT_EQ(report.size(), 3U);
    for (const LevelState& state : report) {
      EXPECT_EQ(state.spent, spent.ToEpsilon(kBudget.delta));
      EXPECT_LE(state.spent.value, state.limit.epsilon.value);
    }
    if (!wholly) return;
    const auto verified = ledger.Verified();
    EXPECT_TRUE(verified.ok()) << verified.faults.front();
  }

  store::TemporaryFolder folder_;
  std::filesystem::path file_ = folder_ / "store.db";
  std::mt19937 moments_;
  std::set<std::string> acknowledged_;
};

class LedgerCrashRound : public LedgerCrashTest, public testing::WithParamInterface<unsigned> {};

TEST_P(LedgerCrashRound, KeepsEveryAcknowledgedChargeUnderKill9) {
  moments_.seed(GetParam());
  for (int trial = 0; trial < kTrials; ++trial) {
    SCOPED_TRACE(trial);
    KillOne(trial);
    CheckWhatIsLeft(trial % 8 == 0);
    if (HasFailure()) return;
  }
  EXPECT_FALSE(acknowledged_.empty());  // else the kills showed nothing
}

// 200 kills; CONCORDAT_SOAK makes them 10,000.
INSTANTIATE_TEST_SUITE_P(Rounds, LedgerCrashRound,
                         testing::Range(0U, std::getenv("CONCORDAT_SOAK") != nullptr ? 400U : 8U));

}  // namespace
}  // namespace concordat::ledger
