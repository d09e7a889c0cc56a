#include <fmt/format.h>

#include "node/fits.h"
#include "node/node.h"
#include "node/table.h"
#include "node/verb.h"
#include "release/answer_json.h"

namespace concordat::node {
namespace {

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
  return Reply{AnswerText(*answer), Data(release::ToJson(*answer))};
}

}  // namespace

std::vector<Verb> AskVerbs() { return {{"ask", Ask}}; }

}  // namespace concordat::node
