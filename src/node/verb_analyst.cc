#include <fmt/format.h>

#include "agreement/attestation.h"
#include "node/node.h"
#include "node/table.h"
#include "node/verb.h"

namespace concordat::node {
namespace {

using agreement::AnalystStep;
using agreement::AnalystVerb;

Result<std::vector<agreement::Training>> Trainings(Node& node, const Json& arguments) {
  std::vector<agreement::Training> trainings;
  const Json given = arguments.value("training", Json::array());
  for (const Json& text : given.is_array() ? given : Json::array({given})) {
    trainings.push_back(TRY(agreement::ParseTraining(text.get<std::string>(), node.ledger().Now())));
  }
  return trainings;
}

// What the analyst's own signed note says, by the key that is recorded for them.
Result<agreement::Training> Attested(Node& node, const AnalystStep& step) {
  const auto lock = node.ledger().Share();
  const agreement::Person* person = node.agreements().FindPerson(step.analyst);
  if (person == nullptr || person->key.empty()) {
    return Fail(ErrorCode::kNotFound, "no key is recorded for " + step.analyst,
                fmt::format("concordat person add {} --role analyst --key VKEY", step.analyst));
  }
  return agreement::ReadAttestation(step.attestation, person->key, step.when);
}

Result<Reply> Take(Node& node, AnalystStep step, const std::string& done) {
  const auto entered = TRY(agreement::Enter(node.ledger(), node.agreements(), step));
  if (!entered) return tl::unexpected(AsError(entered.error()));
  return Reply{done + "\n", Data(Json{{"analyst", step.analyst}, {"entry", entered->index}})};
}

AnalystStep StepFor(Node& node, AnalystVerb verb, const Json& arguments) {
  return {.verb = verb,
          .analyst = arguments.at("analyst"),
          .by = arguments.value("by", "operator"),
          .when = node.ledger().Now(),
          .trainings = {},
          .verifier = {}};
}

Result<Reply> AddAnalyst(Node& node, const Json& arguments, const Progress&) {
  AnalystStep step = StepFor(node, AnalystVerb::kAdd, arguments);
  step.trainings = TRY(Trainings(node, arguments));
  step.verifier = TRY(crypto::MakeScramVerifier(arguments.at("password").get<std::string>(), node.random()));
  const std::string done = fmt::format("added {}: they can connect once an agreement names {}@{}",
                                       step.analyst, step.analyst, node.member());
  return Take(node, std::move(step), done);
}

Result<Reply> Password(Node& node, const Json& arguments, const Progress&) {
  AnalystStep step = StepFor(node, AnalystVerb::kPassword, arguments);
  step.verifier = TRY(crypto::MakeScramVerifier(arguments.at("password").get<std::string>(), node.random()));
  const std::string done =
      fmt::format("{} has a new password; sessions that are open stay open", step.analyst);
  return Take(node, std::move(step), done);
}

Result<Reply> Training(Node& node, const Json& arguments, const Progress&) {
  AnalystStep step = StepFor(node, AnalystVerb::kTraining, arguments);
  if (arguments.contains("text")) {
    step.attestation = arguments["text"];
    step.trainings = {TRY(Attested(node, step))};
  } else {
    step.trainings = TRY(Trainings(node, arguments));
    if (step.trainings.empty()) {
      return Fail(ErrorCode::kInvalidArgument, "no training is given",
                  "give name@date, or --attestation with the file that 'course take' wrote");
    }
  }
  const agreement::Training& newest = step.trainings.front();
  const std::string done = fmt::format("recorded: {} holds until {}", newest.name,
                                       FormatDay(agreement::ExpiryOf(newest.attested)));
  return Take(node, std::move(step), done);
}

Result<Reply> RemoveAnalyst(Node& node, const Json& arguments, const Progress&) {
  AnalystStep step = StepFor(node, AnalystVerb::kRemove, arguments);
  const std::string done =
      fmt::format("removed {}: their next question is refused, their record stands", step.analyst);
  return Take(node, std::move(step), done);
}

Result<Reply> ListAnalysts(Node& node, const Json&, const Progress&) {
  const auto lock = node.ledger().Share();
  std::vector<std::vector<std::string>> rows = {{"analyst", "training", "attested", "expires"}};
  Json data = Json::array();
  for (const auto& [name, analyst] : node.agreements().analysts()) {
    Json trainings = Json::object();
    bool first = true;
    for (const auto& [training, attested] : analyst.trainings) {
      rows.push_back(
          {first ? name : "", training, FormatDay(attested), FormatDay(agreement::ExpiryOf(attested))});
      trainings[training] = FormatTime(attested);
      first = false;
    }
    if (first) rows.push_back({name, "none", "", ""});
    data.push_back({{"analyst", name}, {"training", std::move(trainings)}});
  }
  return Reply{data.empty() ? "no analysts yet: concordat analyst add NAME\n" : FormatTable(rows),
               Data(std::move(data))};
}

}  // namespace

std::vector<Verb> AnalystVerbs() {
  return {{"analyst add", AddAnalyst},
          {"analyst password", Password},
          {"analyst training", Training},
          {"analyst remove", RemoveAnalyst},
          {"analyst list", ListAnalysts}};
}

}  // namespace concordat::node
