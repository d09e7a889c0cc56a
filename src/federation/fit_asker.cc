// A fit at the node that asks, by release.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "crypto/canonical_json.h"
#include "federation/fit_outline.h"
#include "federation/outline.h"
#include "federation/release_desk.h"
#include "release/fitted.h"

namespace concordat::federation {
namespace {

using Revisions = std::map<std::string, std::string>;
using Receipts = std::map<std::string, std::vector<std::string>>;

constexpr std::size_t kShownDigits = 8;  // of the model

class ReleaseFit final : public AskedFit {
 public:
  ReleaseFit(const release::FitAsker& asker, ReleaseAsker& heads, release::Caller caller,
             release::Question question, release::FitPlan plan,
             std::shared_ptr<const agreement::Agreement> document, release::Visitor visitor,
             std::size_t length)
      : asker_(asker),
        heads_(heads),
        caller_(std::move(caller)),
        question_(std::move(question)),
        plan_(std::move(plan)),
        document_(std::move(document)),
        visitor_(std::move(visitor)),
        round_{1, release::StartOf(plan_)},
        outline_(OutlineOf(plan_, length)) {}

  const Outline& outline() const override { return outline_; }
  std::shared_ptr<const agreement::Agreement> document() const override { return document_; }
  const release::Visitor& visitor() const override { return visitor_; }
  std::vector<std::string> Lines() const override { return asker_.Explain(plan_); }
  const release::FitRound& round() const override { return round_; }
  const std::string& said() const override { return said_; }
  bool ends() const override { return fitted_.has_value(); }
  bool done() const override { return done_; }
  void Vouch(const std::vector<Bytes>& vouchers) override { vouchers_ = vouchers; }
  std::optional<Reached> TakeEarlier() override { return std::exchange(earlier_, std::nullopt); }
  void Return(const release::FitRound& round) override {
    round_ = round;
    outline_.measured = release::LengthOf(plan_, round_).value_or(0);
  }

  void StartAnew(const std::string& why) override {
    anew_ = true;
    Return({1, release::StartOf(plan_)});
    said_ = before_ = "begins anew: " + why;
  }

  std::string Summary() const override {
    if (!fitted_) return {};
    const std::string rounds = fmt::format("{}{}{} in {} round{}", before_, before_.empty() ? "" : "; ",
                                           plan_.called, round_.number, round_.number == 1 ? "" : "s");
    if (fitted_->model.is_null()) return rounds;
    return rounds + ", model " + release::ModelId(plan_.description, fitted_->model).substr(0, kShownDigits);
  }

  std::string Difference(const std::string& owner, const std::string& theirs) const override {
    return DifferenceOf(owner, theirs, outline_.description);
  }

  // Of rows that changed since the round before, the next round would be of another fit; and what had changed
  // would be the difference.
  Outcome<std::optional<release::Answer>> Stored(const Revisions& revisions) override {
    if (round_.number > 1) {
      for (const auto& [owner, revision] : revisions) {
        if (revisions_[owner] != revision)
          return Refuse("rows_changed", fmt::format("the rows of '{}' changed during the fit", owner),
                        "fit again", "58000");
      }
      return std::nullopt;
    }
    revisions_ = revisions;
    auto stored = TRY(asker_.Repeat(plan_, release::FitAsker::Identity(plan_, revisions)));
    done_ = stored.has_value();
    return done_ || anew_ ? std::move(stored) : Resumed();
  }

  Outcome<void> Ask(const std::string& id, bool begins) override {
    if (!plan_.noise) return {};
    auto spent = spent_;
    spent.Add(TRY(release::CostOf(plan_, round_)));
    if (begins) TRY(asker_.Begin(id, caller_, question_, plan_, round_, spent, began_));
    spent_ = std::move(spent);
    return {};
  }

  Outcome<release::Answer> Assemble(const std::string& id, const std::vector<Row>& /*keys*/,
                                    const std::vector<Int128>& sums, std::size_t /*included*/) override {
    if (plan_.noise) outline_.epsilon = spent_.At(plan_.noise->budget.delta);
    learning::Step step = TRY(release::NextOf(plan_, round_, sums));
    said_ = std::move(step.said);
    if (!step.fitted) {
      next_state_ = std::move(step.state);
      return release::Answer{.id = id, .columns = {}, .rows = {}, .notice = {}};
    }
    fitted_ = *std::move(step.fitted);
    return asker_.Show(id, plan_, *fitted_);
  }

  Outcome<void> Record(const release::Answer& answer, const Revisions& revisions,
                       const Receipts& receipts) override {
    TRY(asker_.Record(caller_, question_, plan_, round_,
                      {.id = answer.id,
                       .revisions = revisions,
                       .receipts = Json(receipts),
                       .said = said_,
                       .began = began_,
                       .spent = spent_,
                       .next = fitted_ ? Json() : next_state_,
                       .state = plan_.noise ? nullptr : plan_.states->Read(round_.state).json,
                       .vouchers = vouchers_,
                       .answer = fitted_ ? &answer : nullptr,
                       .model = fitted_ ? fitted_->model : Json()}));
    done_ = fitted_.has_value();
    if (done_) return {};
    const std::string state = *crypto::CanonicalJson(next_state_);
    plan_.states->Take(state, std::move(next_state_));
    return TakeUp({round_.number + 1, state});
  }
  void RecordFailure(const std::string& id) override {
    static_cast<void>(asker_.RecordFailure(id, caller_, question_, plan_, round_, spent_));
  }
  Result<void> CheckReceipt(const std::string& owner, const std::string& id,
                            const std::string& receipt) override {
    return heads_.CheckReceipt(*document_, owner, id, receipt);
  }

 private:
  Outcome<void> TakeUp(release::FitRound round) {
    outline_.measured = TRY(release::LengthOf(plan_, round));
    round_ = std::move(round);
    return {};
  }
  // Of a fit that ended on the way: an answer that ends nothing, and the next round is the one to go on with.
  // None of a new one.
  Outcome<std::optional<release::Answer>> Resumed() {
    auto resumed = TRY(asker_.Resume(plan_, revisions_));
    began_ = resumed.began;
    before_ = std::move(resumed.said);
    spent_ = std::move(resumed.spent);
    if (resumed.round.number == round_.number) return std::nullopt;
    said_ = before_;
    if (!resumed.vouchers.empty()) earlier_ = {resumed.round, std::move(resumed.vouchers)};
    TRY(TakeUp(std::move(resumed.round)));
    return release::Answer{};
  }

  const release::FitAsker& asker_;
  ReleaseAsker& heads_;
  release::Caller caller_;
  release::Question question_;
  release::FitPlan plan_;
  std::shared_ptr<const agreement::Agreement> document_;
  release::Visitor visitor_;
  release::FitRound round_;
  Json next_state_;  // once this round is on record
  Outline outline_;
  std::vector<Bytes> vouchers_;     // of the round that is recorded next
  std::optional<Reached> earlier_;  // where an earlier run ended
  Revisions revisions_;             // of owners' rows, in the first round
  release::FitSpent spent_;         // by rounds that owners were asked for, of all runs
  std::string before_;              // what comes of an earlier run: it goes on, or begins anew
  std::string said_;
  Time began_{};
  std::optional<learning::Fitted> fitted_;
  bool done_ = false;
  bool anew_ = false;
};

}  // namespace

Outcome<std::unique_ptr<AskedFit>> ReleaseAsker::PlanFit(const release::Caller& caller,
                                                         const release::Question& question) {
  auto plan = TRY(fits_.Plan(caller, question));
  Standing standing = TRY(StandingOf(caller));
  const std::size_t length = TRY(release::LengthOf(plan, {1, release::StartOf(plan)}));
  return std::make_unique<ReleaseFit>(fits_, *this, caller, question, std::move(plan),
                                      std::move(standing.document), std::move(standing.visitor), length);
}

}  // namespace concordat::federation
