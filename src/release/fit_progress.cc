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
#include "release/answer_json.h"
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
  if (!outcome.next_question.empty()) secret["next"] = outcome.next_question;
  const std::string state = plan.noise ? *crypto::CanonicalJson(outcome.next) : round.state;
  if (state.size() > kLargestKept) return;
  secret["state"] = *plan.states->Read(state).json;
  if (plan.noise) return;
  secret["vouchers"] = Json::array();
  for (const Bytes& voucher : outcome.vouchers) secret["vouchers"].push_back(ToBase64(voucher));
}

// The whole table, whatever the statement shows of it.
void AddFitted(Json& secret, const learning::Fitted& fitted) {
  Answer table{.id = {}, .columns = {}, .rows = fitted.rows, .notice = {}};
  for (const learning::Output& column : fitted.columns) table.columns.push_back({column.name, column.type});
  Json json = ToJson(table);
  if (json.dump().size() <= kLargestKept) secret["fitted"] = std::move(json);
}

// Past what accounting tells, epsilon is left out.
Json KeptOf(const FitPlan& plan, const FitSpent& spent, const std::string& session) {
  if (!plan.noise) return {{"epsilon", 0.0}};
  Json kept = {{"spent", spent.ToJson()}, {"session", session}, {"asked", plan.noise->budget.epsilon.value}};
  const Epsilon epsilon = spent.At(plan.noise->budget.delta);
  if (std::isfinite(epsilon.value)) kept["epsilon"] = epsilon.value;
  return kept;
}

void AddTo(Json& secret, const FitPlan& plan, const FitRound& round, const FitOutcome& outcome) {
  secret["receipts"] = outcome.receipts;
  secret.update(KeptOf(plan, outcome.spent, outcome.session));
  secret["began"] = FormatTime(outcome.began);
  if (!outcome.said.empty()) secret["said"] = outcome.said;
  if (!outcome.next.is_null()) AddState(secret, plan, round, outcome);
  if (outcome.fitted == nullptr) return;
  AddFitted(secret, *outcome.fitted);
  if (outcome.fitted->model.is_null()) return;
  secret["model"] = outcome.fitted->model;
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

// What comes of entries since the job last came to its end: the newest round that all owners charged, and
// what was asked after it.
class Account {
 public:
  explicit Account(const FitPlan& plan) : plan_(plan) {}

  void Take(const ledger::Entry& entry) {
    const std::string outcome = ledger::TextIn(entry.body, "outcome");
    if (outcome == "answered") bill_ = {};
    if (outcome == "answered" || !entry.secret || !entry.secret->contains("spent")) return;
    if (outcome == "opened") return Open(entry);
    Doubt(entry, ledger::TextIn(entry.body, "question"));
  }
  FitBill bill() const { return bill_; }

 private:
  // The round after it was under way, if the node died then.
  void Open(const ledger::Entry& entry) {
    const Json& secret = *entry.secret;
    const FitSpent spent = FitSpent::From(secret);
    bill_ = FitBill(spent);
    next_ = ledger::RoundOf(entry.body) + 1;
    const auto state = crypto::CanonicalJson(secret.value("state", Json()));
    auto cost = spent.Newest();
    if (secret.contains("state") && state)
      cost = CostOf(plan_, {static_cast<std::uint32_t>(next_), *state}).value_or(cost);
    cost_ = std::move(cost);
    Doubt(entry, ledger::TextIn(secret, "next"));
  }

  void Doubt(const ledger::Entry& entry, const std::string& question) {
    const std::uint64_t round = IsRound(entry) ? next_ : ledger::RoundOf(entry.body);
    const bool first = round != next_;  // begun anew
    auto cost = first ? CostOf(plan_, {1, StartOf(plan_)}).value_or(cost_) : cost_;
    bill_.Ask({question.empty() ? "" : ledger::TextIn(*entry.secret, "session"), question, std::move(cost)});
  }

  const FitPlan& plan_;
  FitBill bill_;
  std::uint64_t next_ = 0;  // round, and what it costs
  dp::Measurements cost_;
};

}  // namespace

Result<std::optional<StoredFit>> StoredFitOf(const ledger::Ledger& ledger, const FitPlan& plan,
                                             const std::string& rows) {
  const agreement::Permit& permit = plan.prepared->permit;
  const auto entries = TRY(NewestOf(ledger, ledger::JobName(permit.agreement, permit.analyst, JobOf(plan))));
  const auto newest = std::find_if(entries.rbegin(), entries.rend(), IsRound);
  if (newest == entries.rend() || ledger::TextIn(newest->body, "outcome") != "answered" ||
      ledger::TextIn(newest->body.value("fit", Json()), "rows") != rows || !newest->secret)
    return std::nullopt;
  auto table = AnswerFromJson(newest->secret->value("fitted", Json()));
  if (!table) return std::nullopt;
  StoredFit stored{ledger::TextIn(newest->body, "question"), newest->time, {}};
  stored.fitted.rows = std::move(table->rows);
  return stored;
}

Result<FitResumed> ResumedOf(const ledger::Ledger& ledger, const FitPlan& plan, const std::string& rows) {
  const agreement::Permit& permit = plan.prepared->permit;
  FitResumed resumed{{1, StartOf(plan)}, {}, ledger.Now(), {}, {}};
  const auto name = ledger::JobName(permit.agreement, permit.analyst, JobOf(plan));
  const auto entries = TRY(NewestOf(ledger, name));
  Account account(plan);
  for (const ledger::Entry& entry : entries) account.Take(entry);
  if (plan.noise) resumed.bill = account.bill();
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
