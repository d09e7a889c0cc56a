#include "ledger/testing_ledger.h"

#include "base/check.h"
#include "dp/scale.h"

namespace concordat::ledger {

crypto::SigningKey TestKey(std::uint64_t seed) {
  SeededRandom random(seed);
  return *crypto::SigningKey::Generate("lewisham", random);
}

void TestLedger::Open() {
  auto opened = store::Store::Open(file_, LedgerMigrations());
  CHECK(opened);
  store = *std::move(opened);
  auto read = Ledger::Open(*store, TestKey(), clock, random, {&recorder, &budgets, &witnesses});
  CHECK(read);
  ledger = *std::move(read);
}

void TestLedger::Close() {
  store.reset();  // the writer thread ends before its observer goes
  ledger.reset();
}

Verification TestLedger::Verified() const {
  auto verified = Verify(*store, TestKey().verify_key(), [](std::uint64_t) {});
  CHECK(verified);
  return *std::move(verified);
}

Draft Note(std::int64_t n) { return {.kind = "note", .body = {{"n", n}}, .secret = {}}; }

Draft ProductEntry(const std::string& id, PrivacyBudget budget) {
  return {
      .kind = kind::kProductPublished,
      .body = {{"id", id}, {"budget", {{"epsilon", budget.epsilon.value}, {"delta", budget.delta.value}}}},
      .secret = {}};
}

Draft AgreementEntry(const AgreementTerms& terms) {
  Json protection = {
      {"mode", terms.mode}, {"epsilon", terms.budget.epsilon.value}, {"delta", terms.budget.delta.value}};
  if (terms.mode == "threshold") protection = {{"mode", terms.mode}};
  if (terms.per_analyst) protection["per_analyst"] = *terms.per_analyst;
  return {.kind = kind::kAgreementProposed,
          .body = {{"id", terms.id.empty() ? terms.name : terms.id},
                   {"document",
                    {{"name", terms.name},
                     {"supersedes", terms.supersedes},
                     {"analysts", terms.analysts},
                     {"tables", {{"people", terms.products}}},
                     {"protection", std::move(protection)}}}},
          .secret = {}};
}

dp::Measurement CountWith(double sigma) {
  return {dp::Mechanism::kDiscreteGaussian,
          static_cast<std::uint64_t>(dp::kNoiseScale / sigma),
          dp::kNoiseScale,
          1,
          {}};
}

}  // namespace concordat::ledger
