#include <nlohmann/json.hpp>

#include "crypto/canonical_json.h"
#include "federation/at_release.h"
#include "ledger/body.h"
#include "ledger/receipt.h"
#include "release/joint_description.h"

namespace concordat::federation {
namespace {

using Revisions = std::map<std::string, std::string>;
using Receipts = std::map<std::string, std::vector<std::string>>;

class ReleaseAsked final : public AskedAtRelease<Asked> {
 public:
  ReleaseAsked(release::JointAsker& asker, ReleaseAsker& heads, ReleaseAsker::Standing standing,
               release::Caller caller, release::Question question, release::JointPlan plan)
      : AskedAtRelease(heads, std::move(standing), std::move(caller), std::move(question), OutlineOf(plan)),
        asker_(asker),
        plan_(std::move(plan)) {}

  std::vector<std::string> Lines() const override { return asker_.Explain(plan_); }

  Outcome<std::optional<release::Answer>> Stored(const Revisions& revisions) override {
    return asker_.Repeat(plan_, release::JointAsker::Identity(plan_, revisions));
  }
  Outcome<release::Answer> Assemble(const std::string& id, const std::vector<Row>& keys,
                                    const std::vector<Int128>& sums, std::size_t included) override {
    return asker_.Assemble(id, plan_, keys, sums, included);
  }
  Outcome<void> Record(const release::Answer& answer, const Revisions& revisions,
                       const Receipts& receipts) override {
    return asker_.Record(caller_, question_, plan_, release::JointAsker::Identity(plan_, revisions), answer,
                         Json(receipts));
  }
  void RecordFailure(const std::string& id) override {
    static_cast<void>(asker_.RecordFailure(id, caller_, question_, plan_));
  }

 private:
  release::JointAsker& asker_;
  release::JointPlan plan_;
};

}  // namespace

std::string DifferenceOf(const std::string& owner, const std::string& theirs,
                         const std::string& description) {
  const auto described = crypto::ParseJson(theirs);
  if (!described) return owner + " describes its plan in no form that this version knows";
  const Json here = *crypto::ParseJson(description);  // numbers in the same form as theirs
  std::string text;
  for (const std::string& line : release::DescriptionDifferences(owner, *described, here))
    text += (text.empty() ? "" : "; ") + line;
  return text;
}

Outcome<std::unique_ptr<Asked>> ReleaseAsker::Plan(const release::Caller& caller,
                                                   const release::Question& question) {
  auto plan = TRY(asker_.Plan(caller, question));
  Standing standing = TRY(StandingOf(caller));
  return std::make_unique<ReleaseAsked>(asker_, *this, std::move(standing), caller, question,
                                        std::move(plan));
}

Outcome<ReleaseAsker::Standing> ReleaseAsker::StandingOf(const release::Caller& caller) const {
  const auto lock = parts_.ledger.Share();
  const auto* standing = parts_.agreements.Find(caller.agreement, parts_.ledger.Now());
  const auto* analyst = parts_.agreements.FindAnalyst(caller.analyst);
  if (standing == nullptr || analyst == nullptr)
    return Refuse("agreement_unknown", "the agreement or the analyst is not known any more",
                  "ask the steward", "42501");
  return Standing{
      .document = WithOwnKey(standing->document, parts_.ledger),
      .visitor = {
          .analyst = caller.analyst, .home = parts_.agreements.member(), .trainings = analyst->trainings}};
}

Result<void> ReleaseAsker::CheckReceipt(const agreement::Agreement& document, const std::string& owner,
                                        const std::string& id, const std::string& receipt) {
  const ledger::Receipt parsed = TRY(ledger::ParseReceipt(receipt));
  auto key = TRY(crypto::VerifyKey::Parse(document.KeyOf(owner)));
  const auto checked =
      TRY(ledger::CheckReceipt(parsed, {.log = std::move(key), .witnesses = {}, .quorum = 0}));
  if (ledger::TextIn(checked.entry.body, "question") != id)
    return Fail(ErrorCode::kCorrupt, "it is of another question");
  return Follow(owner, checked.checkpoint);
}

Result<void> ReleaseAsker::Follow(const std::string& owner, const ledger::Checkpoint& checkpoint) {
  const std::scoped_lock lock(mutex_);
  const auto [known, first] = newest_.emplace(owner, checkpoint);
  if (first) return {};
  ledger::Checkpoint& newest = known->second;
  if (checkpoint.size < newest.size)
    return Fail(ErrorCode::kCorrupt, "its ledger is shorter than it was", "was it restored from a back-up?");
  if (checkpoint.size == newest.size && checkpoint.root != newest.root)
    return Fail(ErrorCode::kCorrupt, "its ledger is another than it was", "ask its witnesses");
  newest = checkpoint;
  return {};
}

}  // namespace concordat::federation
