#include "federation/release_desk.h"

#include <nlohmann/json.hpp>

#include "crypto/canonical_json.h"
#include "crypto/note.h"
#include "federation/at_release.h"
#include "ledger/name.h"
#include "ledger/receipt.h"
#include "release/prepare.h"

namespace concordat::federation {
namespace {

// That an entry is on the ledger, by its newest checkpoint.
Result<std::string> ReceiptOf(const ledger::Ledger& ledger, std::uint64_t index) {
  ledger::Receipt receipt{
      .extra = TRY(ledger.LeafBytes(index)), .index = index, .proof = {}, .checkpoint = {}};
  receipt.checkpoint = TRY(ledger.SignedHead());
  const crypto::Note note = TRY(crypto::ParseNote(receipt.checkpoint));
  const ledger::Checkpoint checkpoint = TRY(ledger::ParseCheckpoint(note.text));
  receipt.proof = TRY(ledger.ProveInclusion(index, checkpoint.size));
  return ledger::FormatReceipt(receipt);
}

class ReleasePart final : public PartAtRelease<Part> {
 public:
  ReleasePart(release::JointOwner& owner, const release::Parts& parts, Desk& desk, const Statement& statement,
              release::JointPlan plan)
      : PartAtRelease(desk, parts, statement, OutlineOf(plan)), owner_(owner), plan_(std::move(plan)) {}

  std::string revision() const override { return plan_.revision; }
  std::string Left() const override { return owner_.Left(plan_); }
  std::string LeftAfter() const override { return owner_.LeftAfter(plan_); }

  Outcome<void> Compute(const engine::Cancel& cancel) override {
    held_ = TRY(owner_.Compute(id_, visitor_, question_, plan_, cancel));
    return {};
  }
  bool charged() const override { return held_ != nullptr || desk_.Charged(id_).value_or(false); }
  Result<std::vector<Row>> Select() override { return owner_.Select(*held_); }
  Result<std::vector<Int128>> Share(const std::vector<Row>& keys, const engine::Cancel& cancel) override {
    return owner_.Share(*held_, keys, cancel);
  }
  Outcome<void> RecordOpening(const crypto::Hash& context) override {
    return owner_.RecordOpening(id_, visitor_, question_, plan_, ContextText(context));
  }
  Outcome<void> InForce() const override { return owner_.StillInForce(plan_); }
  void RecordFailure() override { owner_.RecordFailure(id_, visitor_, question_, plan_); }

 private:
  release::JointOwner& owner_;
  release::JointPlan plan_;
  std::shared_ptr<release::Held> held_;
};

}  // namespace

Result<std::vector<std::string>> ReceiptsOf(const ledger::Ledger& ledger, const std::string& id) {
  std::vector<std::string> receipts;
  for (const ledger::Entry& entry : TRY(ledger.Named(ledger::QuestionName(id)))) {
    const bool own = entry.kind == ledger::kind::kCharge || entry.kind == ledger::kind::kRelease;
    if (own) receipts.push_back(TRY(ReceiptOf(ledger, entry.index)));
  }
  return receipts;
}

Outline OutlineOf(const release::JointPlan& plan) {
  return {.description = *crypto::CanonicalJson(plan.description),
          .sharing = plan.sharing,
          .finds_groups = plan.finds_groups,
          .declared = plan.declared,
          .measured = plan.measured,
          .wide = plan.wide,
          .epsilon = plan.prepared->plan.epsilon};
}

// One that is not active is found too: release says how it stands.
std::shared_ptr<const agreement::Agreement> WithOwnKey(std::shared_ptr<const agreement::Agreement> document,
                                                       const ledger::Ledger& ledger) {
  if (!document->IsSelf()) return document;
  auto keyed = std::make_shared<agreement::Agreement>(*document);
  keyed->parties.begin()->second = ledger.signing_key().verify_key().Text();
  return keyed;
}

std::shared_ptr<const agreement::Agreement> ReleaseDesk::Find(const std::string& agreement) {
  const auto lock = parts_.ledger.Share();
  const auto* standing = parts_.agreements.Find(agreement, parts_.ledger.Now());
  return standing == nullptr ? nullptr : WithOwnKey(standing->document, parts_.ledger);
}

Result<bool> ReleaseDesk::Charged(const std::string& id) {
  for (const ledger::Entry& entry : TRY(parts_.ledger.Named(ledger::QuestionName(id)))) {
    if (entry.kind == ledger::kind::kCharge) return true;
  }
  return false;
}

Outcome<std::unique_ptr<Part>> ReleaseDesk::Prepare(const Statement& statement) {
  auto plan = TRY(owner_.Prepare(statement.visitor, statement.agreement, statement.question));
  return std::make_unique<ReleasePart>(owner_, parts_, *this, statement, std::move(plan));
}

}  // namespace concordat::federation
