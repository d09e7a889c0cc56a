#include "node/exchange.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "agreement/seal.h"

namespace concordat::node {
namespace {

using agreement::Agreement;
using agreement::Standing;
using agreement::Step;

constexpr int kTries = 20;  // others of this member may approve at the same moment

// Puts this member's signature on a step, if the document's standing asks for one.
Result<void> SealStep(Node& node, Step& step) {
  const bool approves = step.verb == agreement::Verb::kApprove;
  if (step.document || step.verb == agreement::Verb::kSign) return {};
  std::string text;
  {
    const auto lock = node.ledger().Share();
    const Standing* standing = node.agreements().FindDocument(step.agreement, step.id);
    if (standing == nullptr || standing->document->KeyOf(step.party).empty()) return {};
    step.seal.clear();
    if (approves && !standing->Completes(step.party)) return {};
    step.number = approves ? 0 : standing->NextNumber(step.party);
    text = approves ? agreement::NoteText(*standing->document) : agreement::StepText(step);
  }
  step.seal = agreement::Seal(text, node.ledger().signing_key());
  return {};
}

// Whose signatures are missing.
std::string WaitingText(const Node& node, const Standing& standing) {
  const Agreement& document = *standing.document;
  std::string text;
  for (const std::string& signer : document.Signers()) {
    if (standing.seals.contains(signer)) continue;
    text += text.empty() ? "" : "; ";
    text += signer == node.member() ? fmt::format("{} of {} approvals here", standing.Approvals(signer),
                                                  document.needs.approvals.at(signer))
                                    : fmt::format("the signature of {}", signer);
  }
  return text;
}

// This member's own key, and those of the members that it is connected with.
agreement::KnownKeys KeysOf(Node& node) {
  const auto lock = node.ledger().Share();
  agreement::KnownKeys keys = {{node.member(), node.ledger().key().Text()}};
  for (const auto& [name, known] : node.members().members()) {
    if (known.state == member::State::kActive || known.state == member::State::kPaused)
      keys.emplace(name, known.card.key.Text());
  }
  return keys;
}

}  // namespace

tl::unexpected<Error> NoProduct(const std::string& name) {
  return Fail(ErrorCode::kNotFound, "there is no product " + name,
              "concordat product list shows those there are");
}

tl::unexpected<Error> NoAgreement(const std::string& name) {
  return Fail(ErrorCode::kNotFound, "there is no agreement " + name,
              "concordat agreement list shows those there are");
}

std::string StateText(const Node& node, const Standing& standing, Time now) {
  const agreement::State state = standing.At(now);
  const std::string text = fmt::format("{} is {}", standing.document->name, agreement::Name(state));
  switch (state) {
    case agreement::State::kProposed:
      return fmt::format("{}: it waits for {}", text, WaitingText(node, standing));
    case agreement::State::kApproved:
      return fmt::format("{}: overseers may object until {}", text,
                         FormatTime(standing.signed_at + standing.document->ObjectionTime()));
    case agreement::State::kActive:
      return fmt::format("{}: analysts connect with dbname={}", text, standing.document->name);
    case agreement::State::kSuspended:
      return fmt::format("{} by {}", text, fmt::join(standing.held_by, ", "));
    default:
      return text;
  }
}

Result<std::shared_ptr<const Agreement>> ReadOwnDocument(Node& node, const std::string& text) {
  auto document = std::make_shared<Agreement>(TRY(agreement::ParseAgreement(text, KeysOf(node))));
  const std::string key = document->KeyOf(node.member());
  const bool named = document->parties.contains(node.member()) || document->oversight.contains(node.member());
  if (!named) {
    return Fail(ErrorCode::kInvalidArgument,
                fmt::format("{} is not a party of {}", node.member(), document->name),
                fmt::format("write 'parties: {{{}: self}}'", node.member()));
  }
  if (!key.empty() && key != node.ledger().key().Text()) {
    return Fail(ErrorCode::kInvalidArgument,
                fmt::format("{} names {} by another key", document->name, node.member()),
                "this member's key is " + node.ledger().key().Text());
  }
  const auto lock = node.ledger().Share();
  for (const auto& [table, products] : document->tables) {
    for (const auto& reference : products) {
      const std::string name = reference.Name();
      if (reference.Member() != node.member() || node.catalogue().Find(name)) continue;
      return Fail(ErrorCode::kInvalidArgument, fmt::format("table {}: {} is not published here", table, name),
                  "concordat product list shows what is");
    }
  }
  return std::shared_ptr<const Agreement>(std::move(document));
}

Step StepFor(Node& node, agreement::Verb verb, const Json& arguments, const Agreement& document) {
  return {.verb = verb,
          .agreement = document.name,
          .id = document.id,
          .party = node.member(),
          .by = arguments.value("by", "operator"),
          .reason = arguments.value("reason", ""),
          .when = node.ledger().Now(),
          .signature = arguments.value("signature", "")};
}

Result<Outcome<ledger::Entry>> EnterSealed(Node& node, Step step) {
  for (int tries = 1;; ++tries) {
    if (step.party == node.member()) TRY(SealStep(node, step));
    auto entered = TRY(agreement::Enter(node.ledger(), node.agreements(), step));
    const bool overtaken =
        !entered && step.party == node.member() &&
        (entered.error().reason == "signature_invalid" || entered.error().reason == "step_out_of_order");
    if (!overtaken || tries == kTries) return entered;
  }
}

}  // namespace concordat::node
