// Federation's seam over release, as nodes have it: an owner's desk, and what the node that asks plans with.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "federation/seam.h"
#include "ledger/checkpoint.h"
#include "release/fit.h"
#include "release/joint.h"

namespace concordat::federation {

// Receipts of the entries that an owner has of a question. Errors: the ledger's.
Result<std::vector<std::string>> ReceiptsOf(const ledger::Ledger& ledger, const std::string& id);

// The document as sessions check it: where a member is its own only party (agreement::kSelf), with that
// member's key in place of the word, for a fit goes round as if others took part.
std::shared_ptr<const agreement::Agreement> WithOwnKey(std::shared_ptr<const agreement::Agreement> document,
                                                       const ledger::Ledger& ledger);

// Threading: any thread. All that they are given outlives them.
class ReleaseDesk final : public Desk {
 public:
  ReleaseDesk(release::JointOwner& owner, release::FitOwner& fits, const release::Parts& parts)
      : owner_(owner), fits_(fits), parts_(parts) {}
  std::shared_ptr<const agreement::Agreement> Find(const std::string& agreement) override;
  Result<bool> Charged(const std::string& id) override;
  Outcome<std::unique_ptr<Part>> Prepare(const Statement& statement) override;
  Outcome<std::unique_ptr<FittingPart>> PrepareFit(const Statement& statement) override;

 private:
  release::JointOwner& owner_;
  release::FitOwner& fits_;
  release::Parts parts_;
};

class ReleaseAsker final : public Asker {
 public:
  // As whom a caller asks, and under what.
  struct Standing {
    std::shared_ptr<const agreement::Agreement> document;
    release::Visitor visitor;
  };

  ReleaseAsker(release::JointAsker& asker, const release::FitAsker& fits, const release::Parts& parts)
      : asker_(asker), fits_(fits), parts_(parts) {}
  Outcome<std::unique_ptr<Asked>> Plan(const release::Caller& caller,
                                       const release::Question& question) override;
  Outcome<std::unique_ptr<AskedFit>> PlanFit(const release::Caller& caller,
                                             const release::Question& question) override;

  // Does a receipt of this owner, whose key is in the document, hold of the question? Errors: what is wrong
  // with it; Follow's.
  Result<void> CheckReceipt(const agreement::Agreement& document, const std::string& owner,
                            const std::string& id, const std::string& receipt);
  // Does the checkpoint follow from the newest that this owner's receipts carried? Errors: kCorrupt.
  Result<void> Follow(const std::string& owner, const ledger::Checkpoint& checkpoint);

 private:
  // Refusals: agreement_unknown.
  Outcome<Standing> StandingOf(const release::Caller& caller) const;

  release::JointAsker& asker_;
  const release::FitAsker& fits_;
  release::Parts parts_;
  std::mutex mutex_;
  std::map<std::string, ledger::Checkpoint> newest_;  // by owner; of receipts since this node started
};

}  // namespace concordat::federation
