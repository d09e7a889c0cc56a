#include "node/import.h"

#include <fmt/format.h>

#include <algorithm>

#include "agreement/names.h"
#include "agreement/seal.h"
#include "crypto/note.h"
#include "node/exchange.h"
#include "node/table.h"

namespace concordat::node {
namespace {

using agreement::Agreement;
using agreement::Standing;
using agreement::Step;

// What an import did, a line each.
class Import {
 public:
  Import(Node& node, const Json& arguments) : node_(node), arguments_(arguments) {}

  Result<Reply> Run() {
    const std::string text = arguments_.at("text");
    const auto note = crypto::ParseNote(text);
    if (!note) {
      TRY(TakeIn(text));
      return Done();
    }
    if (const auto step = TRY(agreement::ReadStepNote(*note))) {
      TRY(TakeStep(*step));
      return Done();
    }
    TRY(TakeIn(note->text));
    for (const crypto::NoteSignature& signature : note->signatures) TRY(TakeSignature(signature));
    return Done();
  }

 private:
  const Standing* Find() const { return node_.agreements().FindDocument(document_->name, document_->id); }

  Result<void> Enter(const Step& step, const std::string& done) {
    const auto entered = TRY(EnterSealed(node_, step));
    if (!entered) return tl::unexpected(AsError(entered.error()));
    lines_ += done + "\n";
    return {};
  }

  // The document itself, proposed here unless it is there.
  Result<void> TakeIn(const std::string& text) {
    document_ = TRY(ReadOwnDocument(node_, text));
    {
      const auto lock = node_.ledger().Share();
      const Standing* standing = Find();
      if (standing != nullptr && standing->state != agreement::State::kDraft &&
          standing->state != agreement::State::kRevoked)
        return {};
    }
    Step step = StepFor(node_, agreement::Verb::kPropose, arguments_, *document_);
    step.document = document_;
    return Enter(step, fmt::format("{} is proposed here", document_->name));
  }

  Result<void> TakeSignature(const crypto::NoteSignature& signature) {
    const std::string seal = ToBase64(signature.signature);
    const auto person = agreement::ReadHomedName(signature.name);
    const std::string& party = signature.name;
    {
      const auto lock = node_.ledger().Share();
      const Standing* standing = Find();
      if (standing == nullptr || party == node_.member() || standing->seals.contains(party)) return {};
      if (person && HasApproved(*standing, person->name)) return {};
    }
    if (person && person->member == node_.member()) {
      Step step = StepFor(node_, agreement::Verb::kApprove, arguments_, *document_);
      step.by = person->name;
      step.signature = seal;
      return Enter(step, fmt::format("{} approves", person->name));
    }
    if (document_->KeyOf(party).empty()) return {};
    Step step = StepFor(node_, agreement::Verb::kSign, arguments_, *document_);
    step.party = party;
    step.seal = seal;
    return Enter(step, fmt::format("{} has signed", party));
  }

  bool HasApproved(const Standing& standing, const std::string& person) const {
    return std::any_of(standing.steps.begin(), standing.steps.end(), [&](const Step& step) {
      return step.verb == agreement::Verb::kApprove && step.by == person && step.party == node_.member();
    });
  }

  // Another member's suspension, resumption, revocation or objection.
  Result<void> TakeStep(Step step) {
    step.when = node_.ledger().Now();
    {
      const auto lock = node_.ledger().Share();
      const Standing* standing = node_.agreements().FindDocument(step.agreement, step.id);
      if (standing == nullptr) {
        return Fail(ErrorCode::kNotFound, "the note is about a document that is not here: " + step.id,
                    "take in the agreement first; a superseded one takes no more steps");
      }
      document_ = standing->document;
    }
    if (step.party == node_.member()) {
      return Fail(ErrorCode::kInvalidArgument, "the note is this member's own", "send it to the others");
    }
    return Enter(step, fmt::format("{}: {} by {}{}", step.agreement, agreement::Name(step.verb), step.party,
                                   step.reason.empty() ? "" : ": " + step.reason));
  }

  Result<Reply> Done() {
    const auto lock = node_.ledger().Share();
    const Standing* standing = Find();
    const std::string state =
        standing == nullptr ? "gone" : agreement::Name(standing->At(node_.ledger().Now()));
    if (lines_.empty()) lines_ = "nothing new in it\n";
    const std::string text = standing == nullptr ? document_->name + " is gone"
                                                 : StateText(node_, *standing, node_.ledger().Now());
    return Reply{fmt::format("{}{}\n", lines_, text), Data(Json{{"agreement", document_->name},
                                                                {"document", document_->id},
                                                                {"state", state},
                                                                {"done", lines_}})};
  }

  Node& node_;
  const Json& arguments_;
  std::shared_ptr<const Agreement> document_;
  std::string lines_;
};

}  // namespace

Result<Reply> ImportNote(Node& node, const Json& arguments) { return Import(node, arguments).Run(); }

}  // namespace concordat::node
