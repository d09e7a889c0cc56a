// kill -9 while many clients charge: what was acknowledged is on the record and counted, nothing is
// overspent, the log verifies, and the node starts.
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <random>
#include <set>
#include <thread>

#include "ledger/testing_ledger.h"

namespace concordat::ledger {
namespace {

constexpr PrivacyBudget kBudget{{8}, {1e-6}};

Charge Question(const std::string& id) { return {id, "lewisham/adult", "study", "ana", {CountWith(400)}}; }

// Charges from four threads until the budget is out or the process is killed; each id goes out once it is
// acknowledged.
[[noreturn]] void ChargeUntilKilled(const std::filesystem::path& file, int trial, int report) {
  TestLedger ledger(file);
  std::vector<std::thread> threads;
  for (int client = 0; client < 4; ++client) {
    threads.emplace_back([&, client] {
      for (int n = 0;; ++n) {
        char id[32] = {};
        std::snprintf(id, sizeof id, "%d-%d-%d", trial, client, n);
        const auto charged = Append(*ledger, ledger.budgets, Question(id));
        if (!charged) _exit(1);
        if (*charged && write(report, id, sizeof id) != sizeof id) _exit(2);
      }
    });
  }
  for (;;) pause();
}

TEST(LedgerCrashTest, KeepsEveryAcknowledgedChargeUnderKill9) {
  store::TemporaryFolder folder;
  const auto file = folder / "store.db";
  {
    TestLedger ledger(file);
    ASSERT_TRUE(ledger->Append(ProductEntry("lewisham/adult", kBudget)));
    ASSERT_TRUE(
        ledger->Append(AgreementEntry({"study", {"lewisham/adult@1"}, {"ana@lewisham"}, kBudget, 8})));
  }
  std::mt19937 moments(20261123);
  std::set<std::string> acknowledged;
  const int trials = std::getenv("CONCORDAT_SOAK") != nullptr ? 10'000 : 60;
  for (int trial = 0; trial < trials; ++trial) {
    int ends[2];
    ASSERT_EQ(pipe(ends), 0);
    const pid_t child = fork();
    if (child == 0) ChargeUntilKilled(file, trial, ends[1]);
    close(ends[1]);
    usleep(std::uniform_int_distribution<useconds_t>(1'000, 30'000)(moments));
    kill(child, SIGKILL);
    int status = 0;
    waitpid(child, &status, 0);
    ASSERT_TRUE(WIFSIGNALED(status)) << "the child ended by itself: " << status;
    for (char id[32]; read(ends[0], id, sizeof id) == sizeof id;) acknowledged.insert(id);
    close(ends[0]);

    TestLedger ledger(file);  // it starts
    std::set<std::string> kept;
    dp::Composition spent;
    for (const Entry& entry : ledger.recorder.entries) {
      if (entry.kind != kind::kCharge) continue;
      kept.insert(entry.body["question"].get<std::string>());
      spent.Add(CountWith(400));
    }
    ASSERT_TRUE(std::includes(kept.begin(), kept.end(), acknowledged.begin(), acknowledged.end()));
    const auto report = ledger.budgets.Report();
    ASSERT_EQ(report.size(), 3U);
    for (const LevelState& state : report) {
      ASSERT_EQ(state.spent, spent.ToEpsilon(kBudget.delta));
      ASSERT_LE(state.spent.value, state.limit.epsilon.value);
    }
    if (trial % 10 == 0) {
      const auto verified = ledger.Verified();
      ASSERT_TRUE(verified.ok()) << verified.faults.front();
    }
  }
  EXPECT_GT(acknowledged.size(), 100U);
}

}  // namespace
}  // namespace concordat::ledger
