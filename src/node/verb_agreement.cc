#include <fmt/format.h>

#include "agreement/agreement.h"
#include "node/node.h"
#include "node/table.h"
#include "node/verb.h"

namespace concordat::node {
namespace {

using agreement::Agreement;
using agreement::Standing;
using agreement::Step;

constexpr std::size_t kShownCharacters = 60;  // of a question, in a list

Step StepFor(Node& node, agreement::Verb verb, const Json& arguments, const std::string& name,
             const std::string& id) {
  return {.verb = verb,
          .agreement = name,
          .id = id,
          .party = node.member(),
          .by = arguments.value("by", "operator"),
          .reason = arguments.value("reason", ""),
          .when = node.ledger().Now(),
          .document = {}};
}

Json StandingJson(const Standing& standing, Time now) {
  Json steps = Json::array();
  for (const Step& step : standing.steps) {
    steps.push_back({{"step", agreement::Name(step.verb)},
                     {"by", step.by},
                     {"when", FormatTime(step.when)},
                     {"reason", step.reason}});
  }
  return {{"name", standing.document->name},
          {"state", agreement::Name(standing.At(now))},
          {"id", standing.document->id},
          {"document", Json::parse(standing.document->canonical)},
          {"steps", std::move(steps)}};
}

Result<std::shared_ptr<const Agreement>> ReadDocument(Node& node, const Json& arguments) {
  auto document =
      std::make_shared<Agreement>(TRY(agreement::ParseAgreement(arguments.at("text").get<std::string>())));
  if (!document->parties.contains(node.member())) {
    return Fail(ErrorCode::kInvalidArgument,
                fmt::format("{} is not a party of {}", node.member(), document->name),
                fmt::format("write 'parties: {{{}: self}}'", node.member()));
  }
  const auto lock = node.ledger().Share();
  for (const auto& [table, reference] : document->tables) {
    if (node.catalogue().Find(fmt::format("{}@{}", reference.product, reference.version))) continue;
    return Fail(
        ErrorCode::kInvalidArgument,
        fmt::format("table {}: {}@{} is not published here", table, reference.product, reference.version),
        "concordat product list shows what is");
  }
  return std::shared_ptr<const Agreement>(std::move(document));
}

Result<Reply> Entered(Node& node, const Step& step) {
  const auto entered = TRY(agreement::Enter(node.ledger(), node.agreements(), step));
  if (!entered) return tl::unexpected(AsError(entered.error()));
  const auto lock = node.ledger().Share();
  const Standing* standing = node.agreements().Find(step.agreement);
  if (standing == nullptr) return Fail(ErrorCode::kInternal, "the agreement is gone after its own step");
  const auto now = node.ledger().Now();
  std::string text = fmt::format("{} is {}", step.agreement, agreement::Name(standing->At(now)));
  const auto needed = standing->document->needs.approvals.find(node.member());
  if (standing->state == agreement::State::kProposed && needed != standing->document->needs.approvals.end()) {
    text += fmt::format(": {} of {} approvals; next: concordat agreement approve {}",
                        standing->Approvals(node.member()), needed->second, step.agreement);
  } else if (standing->state == agreement::State::kActive) {
    text += fmt::format(": analysts connect with dbname={}", step.agreement);
  }
  return Reply{text + "\n", std::make_shared<const Json>(StandingJson(*standing, now))};
}

template <agreement::Verb verb>
Result<Reply> PutForward(Node& node, const Json& arguments, const Progress&) {
  const auto document = TRY(ReadDocument(node, arguments));
  Step step = StepFor(node, verb, arguments, document->name, document->id);
  step.document = document;
  auto reply = TRY(Entered(node, step));
  if (!arguments.value("approve", false)) return reply;
  return Entered(node, StepFor(node, agreement::Verb::kApprove, arguments, document->name, document->id));
}

template <agreement::Verb verb>
Result<Reply> TakeStep(Node& node, const Json& arguments, const Progress&) {
  const std::string name = arguments.at("agreement");
  std::string id;
  {
    const auto lock = node.ledger().Share();
    const Standing* standing = node.agreements().Find(name);
    if (standing == nullptr)
      return Fail(ErrorCode::kNotFound, "there is no agreement " + name,
                  "concordat agreement list shows those there are");
    id = standing->document->id;
  }
  return Entered(node, StepFor(node, verb, arguments, name, id));
}

std::string ShowText(const Standing& standing, Time now) {
  const Agreement& a = *standing.document;
  std::string text = fmt::format("{}: {}\n{}\n\n", a.name, agreement::Name(standing.At(now)), a.question);
  text += fmt::format("  purpose      {}\n  legal basis  {}\n  valid        {} until {}\n", a.purpose,
                      a.legal_basis, FormatTime(a.from).substr(0, 10), FormatTime(a.until).substr(0, 10));
  for (const auto& [table, reference] : a.tables)
    text += fmt::format("  table        {}: {}@{}\n", table, reference.product, reference.version);
  for (const std::string& analyst : a.analysts) text += fmt::format("  analyst      {}\n", analyst);
  text += fmt::format(
      "  protection   epsilon {} at delta {}, at most {} a question, groups of at least {} people\n",
      a.protection.epsilon.value, a.protection.delta.value, a.protection.per_query.value,
      a.protection.minimum_people);
  text += fmt::format("  document     SHA-256 {}\n\n", a.id);
  for (const Step& step : standing.steps) {
    text += fmt::format("  {}  {} by {}{}\n", FormatTime(step.when), agreement::Name(step.verb), step.by,
                        step.reason.empty() ? "" : ": " + step.reason);
  }
  return text;
}

Result<Reply> Show(Node& node, const Json& arguments, const Progress&) {
  const std::string name = arguments.at("agreement");
  const auto lock = node.ledger().Share();
  const Standing* standing = node.agreements().Find(name);
  if (standing == nullptr)
    return Fail(ErrorCode::kNotFound, "there is no agreement " + name,
                "concordat agreement list shows those there are");
  const auto now = node.ledger().Now();
  return Reply{ShowText(*standing, now), std::make_shared<const Json>(StandingJson(*standing, now))};
}

Result<Reply> List(Node& node, const Json&, const Progress&) {
  const auto lock = node.ledger().Share();
  const auto now = node.ledger().Now();
  std::vector<std::vector<std::string>> rows = {{"agreement", "state", "until", "epsilon", "question"}};
  Json data = Json::array();
  for (const auto& [name, standing] : node.agreements().agreements()) {
    const Agreement& a = *standing.document;
    rows.push_back({name, agreement::Name(standing.At(now)), FormatTime(a.until).substr(0, 10),
                    ToText(a.protection.epsilon.value), Shortened(a.question, kShownCharacters)});
    data.push_back(StandingJson(standing, now));
  }
  return Reply{
      data.empty() ? "no agreements yet: concordat agreement propose AGREEMENT.yaml\n" : FormatTable(rows),
      std::make_shared<const Json>(std::move(data))};
}

}  // namespace

std::vector<Verb> AgreementVerbs() {
  using enum agreement::Verb;
  return {{"agreement draft", PutForward<kDraft>},
          {"agreement propose", PutForward<kPropose>},
          {"agreement approve", TakeStep<kApprove>},
          {"agreement suspend", TakeStep<kSuspend>},
          {"agreement resume", TakeStep<kResume>},
          {"agreement revoke", TakeStep<kRevoke>},
          {"agreement show", Show},
          {"agreement list", List}};
}

}  // namespace concordat::node
