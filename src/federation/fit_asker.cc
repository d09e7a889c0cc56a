// A fit at the node that asks, by release.
#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "crypto/canonical_json.h"
#include "federation/at_release.h"
#include "federation/fit_outline.h"
#include "release/fitted.h"

namespace concordat::federation {
namespace {

using Revisions = std::map<std::string, std::string>;
using Receipts = std::map<std::string, std::vector<std::string>>;

constexpr std::size_t kShownDigits = 8;  // of the model

class ReleaseFit final : public AskedAtRelease<AskedFit> {
 public:
  // `length`: of the first round.
  ReleaseFit(const release::FitAsker& asker, ReleaseAsker& heads, ReleaseAsker::Standing standing,
             release::Caller caller, release::Question question, release::FitPlan plan, std::size_t length)
      : AskedAtRelease(heads, std::move(standing), std::move(caller), std::move(question),
                       OutlineOf(plan, length)),
        asker_(asker),
        plan_(std::move(plan)),
        round_{1, release::StartOf(plan_)} {}

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
    auto stored = TRY(asker_.Repeat(plan_, revisions));
    done_ = stored.has_value();
    return done_ || anew_ ? std::move(stored) : Resumed();
  }

  Outcome<void> Ask(const Session& session, const std::string& id, bool begins) override {
    if (!plan_.noise) return {};
    session_ = session;
    const release::FitBill before = bill_;
    auto cost = TRY(release::CostOf(plan_, round_));
    bill_.Ask({ToHex(session), id, std::move(cost)});
    auto begun = begins ? asker_.Begin(id, caller_, question_, plan_, round_, SoFar()) : Outcome<void>();
    if (!begun) bill_ = before;
    return begun;
  }

  Doubtful Doubts() const override {
    Doubtful doubtful;
    for (const release::FitDoubt& doubt : bill_.doubts()) {
      const auto session = FromHex(doubt.session);
      if (!session || session->size() != Session{}.size()) continue;
      doubtful.rounds.push_back({{}, doubt.question});
      std::copy(session->begin(), session->end(), doubtful.rounds.back().session.begin());
    }
    return doubtful;
  }

  void Settle(const std::vector<Charged>& by_owner) override {
    std::vector<std::set<std::string>> charged;
    for (const Charged& each : by_owner) charged.emplace_back(each.questions.begin(), each.questions.end());
    bill_.Settle(charged);
  }

  Outcome<release::Answer> Assemble(const std::string& id, const std::vector<Row>& /*keys*/,
                                    const std::vector<Int128>& sums, std::size_t /*included*/) override {
    bill_.Close();
    if (plan_.noise) outline_.epsilon = bill_.spent().At(plan_.noise->budget.delta);
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
    release::FitOutcome outcome = SoFar();
    outcome.id = answer.id;
    outcome.revisions = revisions;
    outcome.receipts = Json(receipts);
    outcome.said = said_;
    outcome.vouchers = vouchers_;
    if (fitted_) {
      outcome.answer = &answer;
      outcome.fitted = &*fitted_;
      TRY(asker_.Record(caller_, question_, plan_, round_, outcome));
      done_ = true;
      return {};
    }
    release::FitRound next{round_.number + 1, *crypto::CanonicalJson(next_state_)};
    outcome.next = next_state_;
    if (plan_.noise) outcome.next_question = QuestionOf(next);
    TRY(asker_.Record(caller_, question_, plan_, round_, outcome));
    plan_.states->Take(next.state, std::move(next_state_));
    return TakeUp(std::move(next));
  }
  void RecordFailure(const std::string& id) override {
    static_cast<void>(asker_.RecordFailure(id, caller_, question_, plan_, round_, SoFar()));
  }

 private:
  release::FitOutcome SoFar() const {
    release::FitOutcome so_far;
    so_far.began = began_;
    so_far.spent = bill_.spent();
    if (plan_.noise) so_far.session = ToHex(session_);
    return so_far;
  }
  // The id of a round of this session.
  std::string QuestionOf(const release::FitRound& round) const {
    Statement statement;
    statement.visitor = visitor();
    statement.session = session_;
    statement.round = round;
    return IdOf(statement);
  }
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
    bill_ = std::move(resumed.bill);
    if (resumed.round.number == round_.number) return std::nullopt;
    said_ = before_;
    if (!resumed.vouchers.empty()) earlier_ = {resumed.round, std::move(resumed.vouchers)};
    TRY(TakeUp(std::move(resumed.round)));
    return release::Answer{};
  }

  const release::FitAsker& asker_;
  release::FitPlan plan_;
  release::FitRound round_;
  Json next_state_;                 // once this round is on record
  std::vector<Bytes> vouchers_;     // of the round that is recorded next
  std::optional<Reached> earlier_;  // where an earlier run ended
  Revisions revisions_;             // of owners' rows, in the first round
  release::FitBill bill_;           // of rounds that owners were asked for, of all runs
  Session session_{};               // that the newest was asked in
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
  return std::make_unique<ReleaseFit>(fits_, *this, std::move(standing), caller, question, std::move(plan),
                                      length);
}

}  // namespace concordat::federation
