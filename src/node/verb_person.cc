#include <fmt/format.h>
#include <fmt/ranges.h>

#include "node/node.h"
#include "node/table.h"
#include "node/verb.h"

namespace concordat::node {
namespace {

using agreement::PersonStep;
using agreement::PersonVerb;

PersonStep StepFor(Node& node, PersonVerb verb, const Json& arguments) {
  return {.verb = verb,
          .person = arguments.at("person"),
          .member = node.member(),
          .by = arguments.value("by", "operator"),
          .reason = arguments.value("reason", ""),
          .when = node.ledger().Now(),
          .roles = {},
          .key = arguments.value("key", "")};
}

Result<Reply> Take(Node& node, const PersonStep& step, const std::string& done) {
  const auto entered = TRY(agreement::Enter(node.ledger(), node.agreements(), step));
  if (!entered) return tl::unexpected(AsError(entered.error()));
  return Reply{done + "\n", Data(Json{{"person", step.person}, {"entry", entered->index}})};
}

Result<Reply> AddPerson(Node& node, const Json& arguments, const Progress&) {
  PersonStep step = StepFor(node, PersonVerb::kAdd, arguments);
  for (const std::string& name : arguments.value("roles", std::vector<std::string>{})) {
    const auto role = agreement::RoleNamed(name);
    if (!role) {
      return Fail(ErrorCode::kInvalidArgument, "'" + name + "' is not a role",
                  "the roles are steward, approver, officer, analyst, auditor and operator");
    }
    step.roles.insert(*role);
  }
  if (step.roles.empty())
    return Fail(ErrorCode::kInvalidArgument, "a person has at least one role", "say --role steward");
  return Take(node, step, fmt::format("added {}", step.person));
}

Result<Reply> Key(Node& node, const Json& arguments, const Progress&) {
  const PersonStep step = StepFor(node, PersonVerb::kKey, arguments);
  return Take(node, step,
              step.key.empty()
                  ? fmt::format("{} has no key now, and approves nothing", step.person)
                  : fmt::format("{} signs with the new key; what the old one signed stands", step.person));
}

Result<Reply> RemovePerson(Node& node, const Json& arguments, const Progress&) {
  const PersonStep step = StepFor(node, PersonVerb::kRemove, arguments);
  return Take(node, step, fmt::format("removed {}; what they signed stands", step.person));
}

Result<Reply> ListPeople(Node& node, const Json&, const Progress&) {
  const auto lock = node.ledger().Share();
  std::vector<std::vector<std::string>> rows = {{"person", "roles", "since", "key"}};
  Json data = Json::array();
  for (const auto& [name, person] : node.agreements().people()) {
    std::vector<std::string> roles;
    for (const agreement::Role role : person.roles) roles.emplace_back(agreement::Name(role));
    rows.push_back({name, fmt::format("{}", fmt::join(roles, ", ")), FormatDay(person.added),
                    person.key.empty() ? "none" : person.key});
    data.push_back({{"person", name}, {"roles", roles}, {"key", person.key}});
  }
  return Reply{
      data.empty() ? "nobody yet: concordat person add NAME --role approver --key VKEY\n" : FormatTable(rows),
      Data(std::move(data))};
}

Result<Reply> Roles(Node&, const Json&, const Progress&) {
  std::vector<std::vector<std::string>> rows = {{"verb", "who"}};
  Json data = Json::object();
  for (const agreement::Right& right : agreement::Rights()) {
    std::vector<std::string> roles;
    for (const agreement::Role role : right.roles) roles.emplace_back(agreement::Name(role));
    rows.push_back({right.verb, fmt::format("{}", fmt::join(roles, ", "))});
    data[right.verb] = roles;
  }
  return Reply{FormatTable(rows), Data(std::move(data))};
}

}  // namespace

std::vector<Verb> PersonVerbs() {
  return {{"person add", AddPerson},
          {"person key", Key},
          {"person remove", RemovePerson},
          {"person list", ListPeople},
          {"person roles", Roles}};
}

}  // namespace concordat::node
