// How long answers are kept: as many days as their agreement says. Then the secret part of their record
// (text, parameters, answer) is erased; that something was asked, of what, and what it cost, stays for ever.
#pragma once

#include <cstdint>
#include <vector>

#include "agreement/registry.h"
#include "ledger/ledger.h"

namespace concordat::release {

// Threading: one thread at a time.
class Retention {
 public:
  // Both outlive it.
  Retention(ledger::Ledger& ledger, const agreement::Registry& agreements)
      : ledger_(ledger), agreements_(agreements) {}

  // Erases what is due and says how many it were. What is sealed is kept for as many days after it was
  // opened. Hold no Share. Errors: the ledger's; what was erased before stays erased.
  Result<std::uint64_t> Erase();

 private:
  std::optional<Time> DueAt(const ledger::Entry& entry) const;
  Result<std::vector<std::uint64_t>> Due(Time now);

  ledger::Ledger& ledger_;
  const agreement::Registry& agreements_;
  std::uint64_t done_ = 0;  // entries before which nothing comes due any more
};

}  // namespace concordat::release
