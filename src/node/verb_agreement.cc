#include <fmt/format.h>
#include <fmt/ranges.h>

#include "agreement/agreement.h"
#include "agreement/outline.h"
#include "node/exchange.h"
#include "node/node.h"
#include "node/peers.h"
#include "node/table.h"
#include "node/verb.h"

namespace concordat::node {
namespace {

using agreement::Agreement;
using agreement::Standing;
using agreement::Step;

constexpr std::size_t kQuestionCharacters = 60;  // of a question, in a list

Json StandingJson(const Standing& standing, Time now) {
  Json steps = Json::array();
  for (const Step& step : standing.steps) {
    steps.push_back({{"step", agreement::Name(step.verb)},
                     {"party", step.party},
                     {"by", step.by},
                     {"when", FormatTime(step.when)},
                     {"reason", step.reason}});
  }
  return {{"name", standing.document->name}, {"state", agreement::Name(standing.At(now))},
          {"id", standing.document->id},     {"document", Json::parse(standing.document->canonical)},
          {"signed", standing.seals},        {"held_by", standing.held_by},
          {"steps", std::move(steps)}};
}

// Whoever is connected hears of it: of a suspension or revocation before this returns, of the rest soon.
Delivery::Told TellOthers(Node& node, const Step& step) {
  constexpr Milliseconds kPatience{3000};
  if (node.peers() == nullptr) return {};
  if (agreement::IsSealed(step.verb)) return node.peers()->Tell(kPatience);
  node.peers()->Wake();
  return {};
}

// What became of it for the other parties.
std::string OthersText(const Standing& standing, const Step& step, const Delivery::Told& told) {
  std::string text;
  for (const std::string& name : told.told) {
    if (!standing.document->KeyOf(name).empty()) text += fmt::format("\n{} knows", name);
  }
  for (const auto& [name, error] : told.away) {
    if (!standing.document->KeyOf(name).empty())
      text +=
          fmt::format("\n{} does not know yet, and is told as soon as it can be: {}", name, error.message);
  }
  const std::string step_flag = agreement::IsSealed(step.verb) ? " --step" : "";
  return text + fmt::format("\nfor those not connected: concordat agreement export {}{} > {}.note",
                            step.agreement, step_flag, step.agreement);
}

Result<Reply> Entered(Node& node, const Step& step) {
  const auto entered = TRY(EnterSealed(node, step));
  if (!entered) return tl::unexpected(AsError(entered.error()));
  const Delivery::Told told = TellOthers(node, step);
  const auto lock = node.ledger().Share();
  const auto now = node.ledger().Now();
  const Standing* standing = node.agreements().FindDocument(step.agreement, step.id);
  if (standing == nullptr) return Fail(ErrorCode::kInternal, "the agreement is gone after its own step");
  const agreement::State state = standing->At(now);
  std::string text = StateText(node, *standing, now);
  if (state == agreement::State::kProposed && !standing->seals.contains(node.member()))
    text += fmt::format("\nnext: concordat agreement approve {}", step.agreement);
  if (standing->document->Signers().size() > 1) text += OthersText(*standing, step, told);
  return Reply{text + "\n", Data(StandingJson(*standing, now))};
}

template <agreement::Verb verb>
Result<Reply> PutForward(Node& node, const Json& arguments, const Progress&) {
  const auto document = TRY(ReadOwnDocument(node, arguments.at("text").get<std::string>()));
  Step step = StepFor(node, verb, arguments, *document);
  step.document = document;
  auto reply = TRY(Entered(node, step));
  if (!arguments.value("approve", false)) return reply;
  return Entered(node, StepFor(node, agreement::Verb::kApprove, arguments, *document));
}

// The document that a step is about: one named by its id, else the amendment that waits for approval, else
// the one in force.
Result<std::shared_ptr<const Agreement>> DocumentFor(Node& node, agreement::Verb verb,
                                                     const Json& arguments) {
  const std::string name = arguments.at("agreement");
  const auto lock = node.ledger().Share();
  const Time now = node.ledger().Now();
  const Standing* standing = nullptr;
  if (arguments.contains("document")) {
    standing = node.agreements().FindDocument(name, arguments["document"].get<std::string>());
  } else {
    if (verb == agreement::Verb::kApprove) standing = node.agreements().FindAmendment(name, now);
    if (standing == nullptr) standing = node.agreements().Find(name, now);
  }
  if (standing == nullptr) return NoAgreement(name);
  return standing->document;
}

template <agreement::Verb verb>
Result<Reply> TakeAgreementStep(Node& node, const Json& arguments, const Progress&) {
  const auto document = TRY(DocumentFor(node, verb, arguments));
  return Entered(node, StepFor(node, verb, arguments, *document));
}

std::string ProtectionText(const agreement::Protection& protection) {
  if (protection.mode == agreement::Mode::kThreshold) {
    const agreement::Disclosure& rules = protection.disclosure;
    return fmt::format(
        "exact fits on at least {} rows, nothing shown of fewer than {}, at most {} parameters a row",
        rules.minimum_rows, rules.minimum_cell, rules.parameters_share);
  }
  return fmt::format("epsilon {} at delta {}, at most {} a question, groups of at least {} people",
                     protection.epsilon.value, protection.delta.value, protection.per_query.value,
                     protection.minimum_people);
}

std::string ShowText(const Standing& standing, Time now) {
  const Agreement& a = *standing.document;
  std::string text = fmt::format("{}: {}\n{}\n\n", a.name, agreement::Name(standing.At(now)), a.question);
  text += fmt::format("  purpose      {}\n  legal basis  {}\n  valid        {} until {}\n", a.purpose,
                      a.legal_basis, FormatDay(a.from), FormatDay(a.until));
  for (const auto& [party, key] : a.parties)
    text += fmt::format("  party        {}{}\n", party, standing.seals.contains(party) ? ", signed" : "");
  for (const auto& [name, overseer] : a.oversight) {
    constexpr const char* kSays[] = {"approves", "objects", "watches"};
    text += fmt::format("  overseer     {} {}{}\n", name, kSays[static_cast<int>(overseer.say)],
                        standing.seals.contains(name) ? ", signed" : "");
  }
  for (const auto& [table, products] : a.tables) {
    for (const auto& reference : products)
      text += fmt::format("  table        {}: {}\n", table, reference.Name());
  }
  for (const std::string& analyst : a.analysts) text += fmt::format("  analyst      {}\n", analyst);
  text += fmt::format("  protection   {}\n", ProtectionText(a.protection));
  if (a.programme) {
    text += fmt::format("  programme    {}: {}; told by: {}\n", a.programme->stage, a.programme->benefit,
                        a.programme->measure);
  }
  text += fmt::format("  document     SHA-256 {}\n", a.id);
  if (!a.supersedes.empty()) text += fmt::format("  supersedes   {}\n", a.supersedes);
  if (!standing.held_by.empty())
    text += fmt::format("  held up by   {}\n", fmt::join(standing.held_by, ", "));
  text += "\n";
  for (const Step& step : standing.steps) {
    text += fmt::format("  {}  {} by {}{}{}\n", FormatTime(step.when), agreement::Name(step.verb),
                        step.by.empty() || step.verb == agreement::Verb::kSign ? "" : step.by + " of ",
                        step.party, step.reason.empty() ? "" : ": " + step.reason);
  }
  return text;
}

Result<Reply> ShowAgreement(Node& node, const Json& arguments, const Progress&) {
  const std::string name = arguments.at("agreement");
  const auto lock = node.ledger().Share();
  const auto now = node.ledger().Now();
  const Standing* standing = node.agreements().Find(name, now);
  if (standing == nullptr) return NoAgreement(name);
  std::string text = ShowText(*standing, now);
  Json data = StandingJson(*standing, now);
  if (arguments.value("document", false))
    return Reply{agreement::DocumentText(*standing->document), Data(data["document"])};
  if (const Standing* amendment = node.agreements().FindAmendment(name, now)) {
    text += "\nAn amendment waits to supersede it:\n\n" + ShowText(*amendment, now);
    data["amendment"] = StandingJson(*amendment, now);
  }
  return Reply{std::move(text), Data(std::move(data))};
}

Result<Reply> ListAgreements(Node& node, const Json&, const Progress&) {
  const auto lock = node.ledger().Share();
  const auto now = node.ledger().Now();
  std::vector<std::vector<std::string>> rows = {{"agreement", "state", "until", "epsilon", "question"}};
  Json data = Json::array();
  for (const auto& [name, standing] : node.agreements().agreements()) {
    const Agreement& a = *standing.document;
    rows.push_back({name, agreement::Name(standing.At(now)), FormatDay(a.until),
                    ToText(a.protection.epsilon.value), Shortened(a.question, kQuestionCharacters)});
    data.push_back(StandingJson(standing, now));
  }
  return Reply{
      data.empty() ? "no agreements yet: concordat agreement propose AGREEMENT.yaml\n" : FormatTable(rows),
      Data(std::move(data))};
}

}  // namespace

std::vector<Verb> AgreementVerbs() {
  using enum agreement::Verb;
  return {{"agreement draft", PutForward<kDraft>},
          {"agreement propose", PutForward<kPropose>},
          {"agreement approve", TakeAgreementStep<kApprove>},
          {"agreement suspend", TakeAgreementStep<kSuspend>},
          {"agreement resume", TakeAgreementStep<kResume>},
          {"agreement revoke", TakeAgreementStep<kRevoke>},
          {"agreement object", TakeAgreementStep<kObject>},
          {"agreement show", ShowAgreement},
          {"agreement list", ListAgreements}};
}

}  // namespace concordat::node
