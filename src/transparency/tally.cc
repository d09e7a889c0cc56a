#include "transparency/tally.h"

#include <nlohmann/json.hpp>

#include "ledger/body.h"

namespace concordat::transparency {
void Tally::Apply(const ledger::Entry& entry) {
  const bool charge = entry.kind == ledger::kind::kCharge;
  if (!charge && entry.kind != ledger::kind::kRelease) return;
  const std::string document = ledger::TextIn(entry.body, "document");
  if (document.empty()) return;
  Counts& counts = counts_[document];
  if (charge) {
    ++counts.asked;
    counts.last = entry.time;
    return;
  }
  const std::string outcome = ledger::TextIn(entry.body, "outcome");
  if (outcome == "answered") ++counts.answered;
  if (outcome == "failed") ++counts.failed;
  if (outcome == "repeated") ++counts.repeated;
}

Counts Tally::Of(std::string_view document) const {
  const auto known = counts_.find(document);
  return known == counts_.end() ? Counts{} : known->second;
}

}  // namespace concordat::transparency
