// Federation's seam over release, as nodes have it: an owner's desk, and what the node that asks plans with.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "federation/seam.h"
#include "ledger/checkpoint.h"
#include "release/joint.h"

namespace concordat::federation {

// Threading: any thread. All that they are given outlives them.
class ReleaseDesk final : public Desk {
 public:
  ReleaseDesk(release::JointOwner& owner, const release::Parts& parts) : owner_(owner), parts_(parts) {}
  std::shared_ptr<const agreement::Agreement> Find(const std::string& agreement) override;
  Result<bool> Charged(const std::string& id) override;
  Outcome<std::unique_ptr<Part>> Prepare(const Statement& statement) override;

 private:
  release::JointOwner& owner_;
  release::Parts parts_;
};

class ReleaseAsker final : public Asker {
 public:
  ReleaseAsker(release::JointAsker& asker, const release::Parts& parts) : asker_(asker), parts_(parts) {}
  Outcome<std::unique_ptr<Asked>> Plan(const release::Caller& caller,
                                       const release::Question& question) override;

  // Does the checkpoint follow from the newest that this owner's receipts carried? Errors: kCorrupt.
  Result<void> Follow(const std::string& owner, const ledger::Checkpoint& checkpoint);

 private:
  release::JointAsker& asker_;
  release::Parts parts_;
  std::mutex mutex_;
  std::map<std::string, ledger::Checkpoint> newest_;  // by owner; of receipts since this node started
};

}  // namespace concordat::federation
