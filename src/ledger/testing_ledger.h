// A ledger over a store in a folder of its own, closed and opened at will. For tests alone.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/testing_random.h"
#include "ledger/budget.h"
#include "ledger/verify.h"
#include "ledger/witness_book.h"
#include "store/testing_store.h"

namespace concordat::ledger {

// Remembers what it was given, so that a test can see what a fold saw.
class Recorder final : public Fold {
 public:
  void Apply(const Entry& entry) override { entries.push_back(entry); }
  void Clear() override { entries.clear(); }
  std::vector<Entry> entries;
};

crypto::SigningKey TestKey(std::uint64_t seed = 5);

class TestLedger {
 public:
  explicit TestLedger(std::filesystem::path file) : file_(std::move(file)) { Open(); }
  ~TestLedger() { Close(); }
  TestLedger(const TestLedger&) = delete;
  TestLedger& operator=(const TestLedger&) = delete;

  void Open();  // CHECKs that it works
  void Close();
  Verification Verified() const;
  const std::filesystem::path& file() const { return file_; }
  Ledger& operator*() { return *ledger; }
  Ledger* operator->() { return ledger.get(); }

  ManualClock clock{*ParseTime("2026-11-23T07:10:04Z")};
  OsRandom random;
  Recorder recorder;
  BudgetBook budgets;
  WitnessBook witnesses;
  std::unique_ptr<store::Store> store;
  std::unique_ptr<Ledger> ledger;

 private:
  std::filesystem::path file_;
};

Draft Note(std::int64_t n);  // of kind "note" with body {"n": n}
Draft ProductEntry(const std::string& id, PrivacyBudget budget);
struct AgreementTerms {
  std::string name;
  std::vector<std::string> products;  // "lewisham/adult@1"
  std::vector<std::string> analysts;  // "ana@lewisham"
  PrivacyBudget budget;
  std::optional<double> per_analyst;
  std::string id = {};  // of the document; empty: its name
  std::string supersedes = {};
  std::string mode = "dp";  // of its protection
};
Draft AgreementEntry(const AgreementTerms& terms);
// Discrete Gaussian noise of `sigma` counts on one count.
dp::Measurement CountWith(double sigma);

}  // namespace concordat::ledger
