#include "release/retention.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "ledger/seal.h"

namespace concordat::release {
namespace {

constexpr std::uint64_t kAtOnce = 512;     // entries read, and erased by one entry
constexpr std::chrono::days kShortest{1};  // that an agreement can say

// Of any document that ever was in force here.
const agreement::Agreement* DocumentOf(const agreement::Registry& agreements, const ledger::Entry& entry) {
  const std::string name = entry.body.value("agreement", "");
  const std::string id = entry.body.value("document", "");
  if (const auto* standing = agreements.FindDocument(name, id)) return standing->document.get();
  for (const agreement::Standing& past : agreements.past()) {
    if (past.document->id == id) return past.document.get();
  }
  return nullptr;
}

}  // namespace

// None where there is nothing to erase, or nobody said when.
std::optional<Time> Retention::DueAt(const ledger::Entry& entry) const {
  if (entry.kind != ledger::kind::kRelease || !entry.secret) return std::nullopt;
  const auto lock = ledger_.Share();
  const agreement::Agreement* document = DocumentOf(agreements_, entry);
  const auto sealed = ledger::SealedUntil(entry.body);
  if (document == nullptr || !sealed) return std::nullopt;
  return std::max(entry.time, sealed->value_or(entry.time)) + std::chrono::days(document->retention_days);
}

// At most kAtOnce of them; moves `done_` over what needs no second look.
Result<std::vector<std::uint64_t>> Retention::Due(Time now) {
  std::vector<std::uint64_t> due;
  bool waits = false;  // has something been passed that comes due later?
  for (std::uint64_t next = done_;;) {
    const auto entries = TRY(ledger_.Read(next, kAtOnce));
    for (const ledger::Entry& entry : entries) {
      if (entry.time + kShortest > now || due.size() == kAtOnce) return due;
      const auto at = DueAt(entry);
      if (at && *at <= now) due.push_back(entry.index);
      waits = waits || (at && *at > now);
      if (!waits) done_ = entry.index + 1;
    }
    if (entries.size() < kAtOnce) return due;
    next += kAtOnce;
  }
}

Result<std::uint64_t> Retention::Erase() {
  std::uint64_t erased = 0;
  for (;;) {
    const auto due = TRY(Due(ledger_.Now()));
    if (due.empty()) return erased;
    TRY(ledger_.Erase(due, "the agreement's days of retention are over"));
    erased += due.size();
  }
}

}  // namespace concordat::release
