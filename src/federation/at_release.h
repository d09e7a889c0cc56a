// What a question and a fit have alike where release answers them: at an owner, and at the node that asks.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "federation/outline.h"
#include "federation/release_desk.h"

namespace concordat::federation {

// `Kind`: Part, or FittingPart, whose id changes with the round.
template <class Kind>
class PartAtRelease : public Kind {
 public:
  const Outline& outline() const final { return outline_; }
  bool Affordable() const final { return !this->LeftAfter().starts_with("refused "); }
  Result<std::vector<std::string>> Receipts() final { return ReceiptsOf(parts_.ledger, id_); }

 protected:
  // What both refer to outlives it.
  PartAtRelease(Desk& desk, const release::Parts& parts, const Statement& statement, Outline outline)
      : desk_(desk),
        id_(IdOf(statement)),
        visitor_(statement.visitor),
        question_(statement.question),
        outline_(std::move(outline)),
        parts_(parts) {}

  // As it names what it opens: nothing where sums are not secret.
  std::string ContextText(const crypto::Hash& context) const {
    return outline_.sharing.local ? "" : ToHex(context);
  }

  Desk& desk_;
  std::string id_;
  release::Visitor visitor_;
  release::Question question_;
  Outline outline_;

 private:
  release::Parts parts_;
};

// `Kind`: Asked, or AskedFit, whose outline changes with the round.
template <class Kind>
class AskedAtRelease : public Kind {
 public:
  const Outline& outline() const final { return outline_; }
  std::shared_ptr<const agreement::Agreement> document() const final { return standing_.document; }
  const release::Visitor& visitor() const final { return standing_.visitor; }
  std::string Difference(const std::string& owner, const std::string& theirs) const final {
    return DifferenceOf(owner, theirs, outline_.description);
  }
  Result<void> CheckReceipt(const std::string& owner, const std::string& id,
                            const std::string& receipt) final {
    return heads_.CheckReceipt(*standing_.document, owner, id, receipt);
  }

 protected:
  // `heads` outlives it.
  AskedAtRelease(ReleaseAsker& heads, ReleaseAsker::Standing standing, release::Caller caller,
                 release::Question question, Outline outline)
      : caller_(std::move(caller)),
        question_(std::move(question)),
        outline_(std::move(outline)),
        heads_(heads),
        standing_(std::move(standing)) {}

  release::Caller caller_;
  release::Question question_;
  Outline outline_;

 private:
  ReleaseAsker& heads_;
  ReleaseAsker::Standing standing_;
};

}  // namespace concordat::federation
