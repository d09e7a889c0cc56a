#include "federation/asking.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/mutation.h"

namespace concordat::federation {
namespace {

constexpr std::size_t kShownOfId = 4;  // of an id, where the beginning is enough

std::string Listed(const auto& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ", ") + name;
  return text;
}

std::size_t QuorumOf(const release::Sharing& sharing) {
  return Mutated("quorum_ignored") ? 1 : sharing.quorum;
}

}  // namespace

Asking::Asking(const CoordinatorParts& parts, const CoordinatorTerms& terms, Asked& asked,
               SignedStatement statement, const engine::Cancel& cancel, const Progress& progress)
    : parts_(parts),
      statement_(std::move(statement)),
      circle_(parts, terms, asked.outline().sharing.owners, QuorumOf(asked.outline().sharing), cancel,
              progress),
      asked_(asked),
      id_(IdOf(statement_.statement)) {}

Outcome<release::Answer> Asking::Ask() {
  circle_.Report("asking " + Listed(circle_.all()));
  const auto answer = [&]() -> Outcome<release::Answer> {
    TRY(Prepare());
    if (circle_.complete()) {
      if (auto stored = TRY(asked_.Stored(Revisions(circle_.all())))) {
        circle_.Tell(method::kAbandon, Bare());
        return *std::move(stored);
      }
    }
    TRY(CheckBudgets());
    std::vector<Row> keys = TRY(SelectKeys());
    const Setting setting = TRY(Settle(std::move(keys)));
    const std::vector<Int128> sums = TRY(Sum(setting));
    auto assembled = TRY(asked_.Assemble(id_, setting.keys, sums, included_.size()));
    const auto receipts = Finish(id_);
    assembled.notice = Notice(id_, receipts);
    TRY(asked_.Record(assembled, Revisions(included_), receipts));
    return assembled;
  }();
  if (!answer) circle_.Tell(method::kAbandon, Bare());
  if (!answer && !circle_.charged().empty()) asked_.RecordFailure(id_);
  return answer;
}

std::vector<std::string> Asking::Explain() {
  const auto answers = circle_.Ask(method::kExplain, Encode(statement_), "");
  const release::Sharing& sharing = asked_.outline().sharing;
  std::vector<std::string> lines;
  for (const auto& [owner, body] : answers) {
    const auto prepared = DecodePrepared(body);
    if (!prepared) {
      circle_.Lose(owner, prepared.error().message);
    } else if (prepared->description != asked_.outline().description) {
      lines.push_back(fmt::format("owner   {}: plans otherwise: {}", owner,
                                  asked_.Difference(owner, prepared->description)));
    } else {
      const std::string share = asked_.outline().exact ? "without noise"
                                : sharing.local
                                    ? "the whole noise"
                                    : fmt::format("a noise share of {} counted on", sharing.Honest());
      lines.push_back(fmt::format("owner   {}: {}, {}", owner, share, prepared->left));
    }
  }
  if (!circle_.LostText().empty()) lines.push_back("missing " + circle_.LostText());
  if (!circle_.enough()) lines.push_back(fmt::format("refused fewer than {} owners answer", sharing.quorum));
  return lines;
}

Outcome<void> Asking::Prepare() {
  for (const auto& [owner, body] : circle_.Ask(method::kPrepare, Encode(statement_), "planned")) {
    auto prepared = DecodePrepared(body);
    if (prepared)
      prepared_.emplace(owner, *std::move(prepared));
    else
      circle_.Lose(owner, prepared.error().message);
  }
  return TakePlans();
}

Outcome<void> Asking::TakePlans() {
  if (circle_.refusal()) return tl::unexpected(*circle_.refusal());
  TRY(ComparePlans());
  if (!circle_.enough() || circle_.cancelled()) return tl::unexpected(Missing());
  return {};
}

Outcome<void> Asking::ComparePlans() const {
  std::string differences;
  for (const auto& [owner, prepared] : prepared_) {
    if (prepared.description == asked_.outline().description) continue;
    differences += (differences.empty() ? "" : "; ") + asked_.Difference(owner, prepared.description);
  }
  if (differences.empty()) return {};
  return Refuse(
      "plans_differ", "owners would answer different questions: " + differences,
      "nothing was charged; ask the stewards to publish the same contract, and this node's to fetch it",
      "42501");
}

Outcome<void> Asking::CheckBudgets() {
  for (const auto& [owner, prepared] : prepared_) {
    if (prepared.affordable) continue;
    circle_.Decline(owner, {.reason = "budget_exhausted",
                            .message = prepared.left,
                            .hint = "set a smaller epsilon, or ask an earlier question again",
                            .sqlstate = "53400",
                            .position = {}});
  }
  if (!circle_.enough()) return tl::unexpected(Missing());
  return {};
}

// Groups that some owner found; none where they are declared.
Outcome<std::vector<Row>> Asking::SelectKeys() {
  if (!asked_.outline().finds_groups) return std::vector<Row>{};
  std::vector<std::vector<Row>> found;
  for (const auto& [owner, body] : circle_.Ask(method::kSelect, Bare(), "selected groups")) {
    auto keys = DecodeKeys(body);
    if (keys)
      found.push_back(*std::move(keys));
    else
      circle_.Lose(owner, keys.error().message);
  }
  if (!circle_.enough() || circle_.cancelled()) return tl::unexpected(Missing());
  return Unite(found);
}

Outcome<Setting> Asking::Settle(std::vector<Row> keys) const {
  const Outline& outline = asked_.outline();
  Setting setting{.session = statement_.statement.session,
                  .participants = circle_.there(),
                  .keys = std::move(keys),
                  .way = aggregation::Way::kEncryption,
                  .width = outline.wide ? aggregation::Width::k128 : aggregation::Width::k64};
  std::sort(setting.participants.begin(), setting.participants.end());
  const std::size_t length = outline.Length(setting.keys.size());
  if (outline.sharing.sums) {
    const bool encrypted = *outline.sharing.sums == agreement::SumsBy::kEncryption;
    setting.way = encrypted ? aggregation::Way::kEncryption : aggregation::Way::kMasks;
  } else if (!outline.sharing.local && length > 0) {
    const bool undisclosed = !outline.sharing.non_disclosing.empty() ||
                             std::any_of(prepared_.begin(), prepared_.end(),
                                         [](const auto& each) { return each.second.only_encryption; });
    const auto way = parts_.summing.Choose({length, setting.width, undisclosed});
    if (!way) return tl::unexpected(Failed(way.error().message));
    setting.way = *way;
  }
  return setting;
}

std::map<std::string, std::vector<std::string>> Asking::Finish(const std::string& id) {
  std::map<std::string, std::vector<std::string>> receipts;
  for (const auto& [owner, body] : circle_.Ask(method::kFinish, Bare(), "given receipts")) {
    auto finished = DecodeFinished(body);
    if (!finished) continue;
    left_[owner] = finished->left;
    for (std::string& receipt : finished->receipts) {
      const auto holds = asked_.CheckReceipt(owner, id, receipt);
      if (holds)
        receipts[owner].push_back(std::move(receipt));
      else
        doubts_ += fmt::format("; the receipt of '{}' does not hold: {}", owner, holds.error().message);
    }
  }
  return receipts;
}

std::string Asking::Notice(const std::string& id,
                           const std::map<std::string, std::vector<std::string>>& receipts) const {
  std::string owners;
  for (const std::string& owner : included_) {
    const auto left = left_.find(owner);
    const std::string budget = left == left_.end() ? "left unknown" : left->second;
    owners += fmt::format("{}{}", owners.empty() ? "" : ", ", owner);
    if (!budget.empty()) owners += fmt::format(" ({})", budget);
  }
  const std::string missing = circle_.LostText();
  const std::string cost = asked_.outline().exact
                               ? "exact sums"
                               : fmt::format("charged epsilon {:.3g}", asked_.outline().epsilon.value);
  return fmt::format("{} at {}; answer {} of {} of {} owners{}, receipts of {}: concordat receipt {}{}", cost,
                     owners, id, included_.size(), circle_.all().size(),
                     missing.empty() ? "" : " (" + missing + ")", receipts.size(), id.substr(0, kShownOfId),
                     doubts_);
}

std::string Asking::Charges() const {
  if (circle_.charged().empty()) return "nothing was charged";
  return fmt::format("charges that were made at {} stand: their receipts are under {}",
                     Listed(circle_.charged()), id_);
}

Refusal Asking::Missing() const {
  if (circle_.cancelled())
    return {.reason = "cancelled",
            .message = "cancelled while owners were asked",
            .hint = Charges(),
            .sqlstate = "57014",
            .position = {}};
  if (circle_.refusal()) return Refused(*circle_.refusal());
  return {.reason = "owners_missing",
          .message = fmt::format("{} of {} owners must answer, and {} are there: {}", circle_.quorum(),
                                 circle_.all().size(), circle_.there().size(), circle_.LostText()),
          .hint = "ask again when they are back; " + Charges(),
          .sqlstate = "58000",
          .position = {}};
}

Refusal Asking::Refused(Refusal by) const {
  by.hint += "; " + Charges();
  return by;
}

Refusal Asking::Failed(const std::string& what) const {
  return {.reason = "sum_failed",
          .message = "owners could not be summed: " + what,
          .hint = Charges(),
          .sqlstate = "58000",
          .position = {}};
}

std::map<std::string, std::string> Asking::Revisions(const std::vector<std::string>& owners) const {
  std::map<std::string, std::string> revisions;
  for (const std::string& owner : owners) revisions[owner] = prepared_.at(owner).revision;
  return revisions;
}

}  // namespace concordat::federation
