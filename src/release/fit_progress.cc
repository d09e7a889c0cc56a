#include "release/fit_progress.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

#include "base/bytes.h"
#include "crypto/canonical_json.h"
#include "crypto/hash.h"
#include "ledger/body.h"
#include "ledger/name.h"
#include "release/fit_prepare.h"

namespace concordat::release {
namespace {

constexpr std::size_t kJobDigits = 16;
constexpr std::uint64_t kNewest = 4;  // beginnings and failures may follow the newest round

std::vector<Bytes> VouchersIn(const Json& secret) {
  std::vector<Bytes> vouchers;
  for (const Json& text : secret.value("vouchers", Json::array())) {
    auto voucher = FromBase64(text.is_string() ? text.get<std::string>() : "");
    if (!voucher) return {};
    vouchers.push_back(*std::move(voucher));
  }
  return vouchers;
}

}  // namespace

std::string JobOf(const FitPlan& plan) {
  return crypto::Sha256Hex(plan.model + "\n" + plan.prepared->permit.analyst).substr(0, kJobDigits);
}

std::string RowsOf(const std::map<std::string, std::string>& revisions) {
  return crypto::Sha256Hex(*crypto::CanonicalJson(revisions));
}

// Exact totals may be opened again, and owners take a state for which they vouched: the round itself is kept.
// Under noise each opening costs, and owners take any state: the next one is.
void AddState(Json& secret, const FitPlan& plan, const FitRound& round, const FitOutcome& outcome) {
  if (plan.noise) {
    const std::string next = *crypto::CanonicalJson(outcome.next);
    if (next.size() <= kLargestKept) secret["state"] = *crypto::ParseJson(next);
    return;
  }
  if (round.state.size() > kLargestKept) return;
  secret["state"] = outcome.state != nullptr ? *outcome.state : *crypto::ParseJson(round.state);
  secret["vouchers"] = Json::array();
  for (const Bytes& voucher : outcome.vouchers) secret["vouchers"].push_back(ToBase64(voucher));
}

// Past what accounting tells, epsilon is left out.
Json KeptOf(const FitPlan& plan, const FitSpent& spent) {
  if (!plan.noise) return {{"epsilon", 0.0}};
  Json kept = {{"spent", spent.ToJson()}};
  const Epsilon epsilon = spent.At(plan.noise->budget.delta);
  if (std::isfinite(epsilon.value)) kept["epsilon"] = epsilon.value;
  return kept;
}

void AddTo(Json& secret, const FitPlan& plan, const FitRound& round, const FitOutcome& outcome) {
  secret["receipts"] = outcome.receipts;
  secret.update(KeptOf(plan, outcome.spent));
  secret["began"] = FormatTime(outcome.began);
  if (!outcome.said.empty()) secret["said"] = outcome.said;
  if (!outcome.next.is_null()) AddState(secret, plan, round, outcome);
  if (outcome.model.is_null()) return;
  secret["model"] = outcome.model;
  secret["description"] = plan.description;
  secret["revisions"] = outcome.revisions;
}

bool IsRound(const ledger::Entry& entry) {
  const std::string outcome = ledger::TextIn(entry.body, "outcome");
  return outcome == "opened" || outcome == "answered";
}

Result<std::vector<ledger::Entry>> NewestOf(const ledger::Ledger& ledger, const std::string& name) {
  auto entries = TRY(ledger.Named(name, kNewest));
  const bool all = entries.size() < kNewest || std::any_of(entries.begin(), entries.end(), IsRound);
  if (!all) entries = TRY(ledger.Named(name, std::numeric_limits<std::uint64_t>::max() / 2));
  return entries;
}

namespace {

// The round that a node which died may have had charged, after the newest on record.
void AddUnderWay(FitSpent& spent, const FitPlan& plan, const Json& secret, std::uint32_t number) {
  const auto state = crypto::CanonicalJson(secret.value("state", Json()));
  if (!secret.contains("state") || !state) return spent.AddLastAgain();
  if (const auto cost = CostOf(plan, {number, *state})) spent.Add(*cost);
}

// By runs since the last that came to its end.
FitSpent SpentOf(const std::vector<ledger::Entry>& entries, const FitPlan& plan) {
  FitSpent spent;
  for (const ledger::Entry& entry : entries) {
    const std::string outcome = ledger::TextIn(entry.body, "outcome");
    if (outcome == "answered") spent = {};
    if (outcome == "answered" || !entry.secret || !entry.secret->contains("spent")) continue;
    spent = FitSpent::From(*entry.secret);
    if (outcome == "opened" && &entry == &entries.back())
      AddUnderWay(spent, plan, *entry.secret, static_cast<std::uint32_t>(ledger::RoundOf(entry.body)) + 1);
  }
  return spent;
}

}  // namespace

Result<FitResumed> ResumedOf(const ledger::Ledger& ledger, const FitPlan& plan, const std::string& rows) {
  const agreement::Permit& permit = plan.prepared->permit;
  FitResumed resumed{{1, StartOf(plan)}, {}, ledger.Now(), {}, {}};
  const auto name = ledger::JobName(permit.agreement, permit.analyst, JobOf(plan));
  const auto entries = TRY(NewestOf(ledger, name));
  if (plan.noise) resumed.spent = SpentOf(entries, plan);
  const auto newest = std::find_if(entries.rbegin(), entries.rend(), IsRound);
  if (newest == entries.rend() || ledger::TextIn(newest->body, "outcome") == "answered") return resumed;
  const auto round = static_cast<std::uint32_t>(ledger::RoundOf(newest->body));
  const std::string when = fmt::format("round {} of {}", round, FormatTime(newest->time));
  if (ledger::TextIn(newest->body.value("fit", Json()), "rows") != rows) {
    resumed.said = fmt::format("begins anew: owners' rows are others than in {}", when);
  } else if (!newest->secret || !newest->secret->contains("state")) {
    resumed.said = fmt::format("begins anew: the state after {} was not kept", when);
  } else if (plan.noise || round > 1) {
    resumed.round = {round + (plan.noise ? 1 : 0), *crypto::CanonicalJson((*newest->secret)["state"])};
    resumed.vouchers = VouchersIn(*newest->secret);
    resumed.began = ParseTime(ledger::TextIn(*newest->secret, "began")).value_or(newest->time);
    resumed.said = fmt::format("goes on {} {}", plan.noise ? "after" : "with", when);
  }
  return resumed;
}

}  // namespace concordat::release
