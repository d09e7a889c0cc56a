#include <fmt/format.h>

#include "node/exchange.h"
#include "node/node.h"
#include "node/table.h"
#include "node/verb.h"
#include "release/answer_json.h"

namespace concordat::node {
namespace {

// Who asks: the one named, or the only analyst of the agreement.
Result<std::string> AnalystFor(Node& node, const Json& arguments, const std::string& agreement) {
  if (arguments.contains("analyst")) return arguments["analyst"].get<std::string>();
  const auto lock = node.ledger().Share();
  const auto* standing = node.agreements().Find(agreement, node.ledger().Now());
  if (standing == nullptr) return NoAgreement(agreement);
  if (standing->document->analysts.size() != 1) {
    return Fail(ErrorCode::kInvalidArgument, agreement + " names several analysts",
                "say who asks: --as NAME");
  }
  const std::string& only = standing->document->analysts[0];
  return only.substr(0, only.find('@'));
}

release::Settings SettingsFrom(const Json& arguments) {
  release::Settings settings;
  if (arguments.contains("epsilon")) settings.epsilon = arguments["epsilon"].get<double>();
  if (arguments.contains("accuracy")) settings.accuracy = arguments["accuracy"].get<std::string>();
  if (arguments.contains("purpose")) settings.purpose = arguments["purpose"].get<std::string>();
  settings.margins = arguments.value("margins", false);
  settings.pure = arguments.value("pure", false);
  return settings;
}

Result<Reply> Explain(Node& node, const release::Caller& caller, const release::Question& question) {
  const auto lines = node.Explain(caller, question);
  if (!lines) return tl::unexpected(AsError(lines.error()));
  std::string text;
  for (const std::string& line : *lines) text += line + "\n";
  return Reply{std::move(text), Data(Json{{"plan", *lines}})};
}

Result<Reply> Ask(Node& node, const Json& arguments, const Progress& progress) {
  const std::string agreement = arguments.at("agreement");
  const release::Caller caller{TRY(AnalystFor(node, arguments, agreement)), agreement,
                               arguments.value("way", "command line")};
  const release::Question question{arguments.at("sql"), {}, SettingsFrom(arguments)};
  if (arguments.value("explain", false)) return Explain(node, caller, question);
  progress("asking");
  const auto answer = node.Ask(caller, question, node.stopping(), progress);
  if (!answer) return tl::unexpected(AsError(answer.error()));
  std::vector<std::vector<std::string>> rows(1);
  for (const auto& column : answer->columns) rows[0].push_back(column.name);
  for (const Row& row : answer->rows) {
    rows.emplace_back();
    for (const Value& value : row) rows.back().push_back(ToText(value));
  }
  return Reply{FormatTable(rows) + "\n" + answer->notice + "\n", Data(release::ToJson(*answer))};
}

}  // namespace

std::vector<Verb> AskVerbs() { return {{"ask", Ask}}; }

}  // namespace concordat::node
