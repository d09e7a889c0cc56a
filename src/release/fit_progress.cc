#include "release/fit_progress.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "crypto/canonical_json.h"
#include "crypto/hash.h"
#include "ledger/body.h"
#include "ledger/name.h"
#include "release/prepare.h"

namespace concordat::release {
namespace {

constexpr std::size_t kJobDigits = 16;
constexpr std::uint64_t kNewest = 4;  // failures may follow the newest round

std::string HashOf(const std::string& text) { return ToHex(crypto::Sha256(AsBytes(text))); }

// The newest entry of a job that a round left.
Result<std::optional<ledger::Entry>> NewestRound(const ledger::Ledger& ledger, const std::string& name) {
  for (const std::uint64_t most : {kNewest, std::numeric_limits<std::uint64_t>::max() / 2}) {
    auto entries = TRY(ledger.Named(name, most));
    for (auto entry = entries.rbegin(); entry != entries.rend(); ++entry) {
      if (ledger::TextIn(entry->body, "outcome") != "failed") return std::move(*entry);
    }
    if (entries.size() < most) break;
  }
  return std::nullopt;
}

}  // namespace

std::string JobOf(const FitPlan& plan) {
  return HashOf(plan.model + "\n" + plan.prepared->permit.analyst).substr(0, kJobDigits);
}

std::string RowsOf(const std::map<std::string, std::string>& revisions) {
  return HashOf(*crypto::CanonicalJson(revisions));
}

void AddTo(Json& secret, const FitPlan& plan, const FitOutcome& outcome) {
  secret["receipts"] = outcome.receipts;
  secret["epsilon"] = outcome.epsilon;
  secret["began"] = FormatTime(outcome.began);
  if (!outcome.said.empty()) secret["said"] = outcome.said;
  if (!outcome.next.is_null() && crypto::CanonicalJson(outcome.next)->size() <= kLargestKept)
    secret["next"] = outcome.next;
  if (outcome.model.is_null()) return;
  secret["model"] = outcome.model;
  secret["description"] = plan.description;
  secret["revisions"] = outcome.revisions;
}

Result<FitResumed> ResumedOf(const ledger::Ledger& ledger, const FitPlan& plan, const std::string& rows) {
  const agreement::Permit& permit = plan.prepared->permit;
  FitResumed resumed{{1, StartOf(plan)}, ledger.Now(), {}};
  const auto name = ledger::JobName(permit.agreement, permit.analyst, JobOf(plan));
  const auto newest = TRY(NewestRound(ledger, name));
  if (!newest || ledger::TextIn(newest->body, "outcome") == "answered") return resumed;
  const auto round = static_cast<std::uint32_t>(ledger::RoundOf(newest->body));
  const std::string when = fmt::format("round {} of {}", round, FormatTime(newest->time));
  if (ledger::TextIn(newest->body.value("fit", Json()), "rows") != rows) {
    resumed.said = fmt::format("begins anew: owners' rows are others than in {}", when);
  } else if (!newest->secret || !newest->secret->contains("next")) {
    resumed.said = fmt::format("begins anew: the state after {} was not kept", when);
  } else {
    resumed.round = {round + 1, *crypto::CanonicalJson((*newest->secret)["next"])};
    resumed.began = ParseTime(ledger::TextIn(*newest->secret, "began")).value_or(newest->time);
    resumed.said = fmt::format("goes on after {}", when);
  }
  return resumed;
}

}  // namespace concordat::release
