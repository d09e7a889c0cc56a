// Fits from the shell, and the jobs that they are.
#include <fmt/format.h>

#include "node/fit_call.h"
#include "node/fits.h"
#include "node/table.h"
#include "node/verb.h"
#include "release/answer_json.h"

namespace concordat::node {
namespace {

Json JobJson(const release::Job& job) {
  return {{"id", job.id},
          {"method", job.method},
          {"formula", job.formula},
          {"table", job.table},
          {"agreement", job.agreement},
          {"analyst", job.analyst},
          {"state", job.state},
          {"round", job.round},
          {"said", job.said},
          {"epsilon", job.epsilon},
          {"started", FormatTime(job.started)},
          {"updated", FormatTime(job.updated)},
          {"sql", job.text}};
}

Result<release::Job> JobFrom(Node& node, const Json& arguments) {
  auto jobs = TRY(JobsFor(node));
  std::erase_if(jobs,
                [&](const release::Job& job) { return IsOfAnother(arguments, job.agreement, job.analyst); });
  return FindJob(std::move(jobs), arguments.at("id"));
}

Result<Reply> Run(Node& node, const release::Caller& caller, const release::Question& question,
                  const Progress& progress) {
  progress("asking");
  const auto answer = node.Ask(caller, question, node.stopping(), progress);
  if (!answer) return tl::unexpected(AsError(answer.error()));
  return Reply{AnswerText(*answer), Data(release::ToJson(*answer))};
}

// Arguments: agreement, analyst, epsilon; those of FitStatement.
Result<Reply> Fit(Node& node, const Json& arguments, const Progress& progress) {
  const std::string agreement = arguments.at("agreement");
  const release::Caller caller{TRY(AnalystFor(node, arguments, agreement)), agreement,
                               arguments.value("way", "command line")};
  release::Settings settings;
  if (arguments.contains("epsilon")) settings.epsilon = arguments["epsilon"].get<double>();
  return Run(node, caller, {TRY(FitStatement(arguments)), {}, std::move(settings)}, progress);
}

Result<Reply> ListJobs(Node& node, const Json& arguments, const Progress&) {
  std::vector<std::vector<std::string>> rows = {
      {"id", "state", "round", "method", "formula", "table", "agreement", "analyst", "updated", "said"}};
  Json data = Json::array();
  for (const release::Job& job : TRY(JobsFor(node))) {
    if (IsOfAnother(arguments, job.agreement, job.analyst)) continue;
    constexpr std::size_t kShown = 40;
    rows.push_back({job.id, job.state, std::to_string(job.round), job.method, Shortened(job.formula, kShown),
                    job.table, job.agreement, job.analyst, FormatTime(job.updated),
                    Shortened(job.said, kShown)});
    data.push_back(JobJson(job));
  }
  return Reply{rows.size() == 1 ? "no fits yet\n" : FormatTable(rows), Data(std::move(data))};
}

Result<Reply> ShowJob(Node& node, const Json& arguments, const Progress&) {
  const release::Job job = TRY(JobFrom(node, arguments));
  std::vector<std::vector<std::string>> rows;
  const Json json = JobJson(job);
  for (const char* name : {"id", "state", "round", "said", "method", "formula", "table", "agreement",
                           "analyst", "epsilon", "started", "updated", "sql"}) {
    const Json& value = json.at(name);
    rows.push_back({name, value.is_string() ? value.get<std::string>() : value.dump()});
  }
  std::string text;
  for (const auto& row : rows) text += fmt::format("{:<10}{}\n", row[0], row[1]);
  return Reply{std::move(text), Data(json)};
}

Result<Reply> Cancel(Node& node, const Json& arguments, const Progress&) {
  const release::Job job = TRY(JobFrom(node, arguments));
  if (!node.jobs().Cancel(job))
    return Fail(ErrorCode::kFailedPrecondition,
                fmt::format("job {} does not run: it is {}", job.id, job.state),
                "concordat job list says which do");
  return Reply{fmt::format("job {} ends; asked again, it goes on where it was: concordat job resume {}\n",
                           job.id, job.id),
               Data({{"id", job.id}, {"cancelled", true}})};
}

// Asks the same statement again: it goes on with the newest round on record.
Result<Reply> ResumeJob(Node& node, const Json& arguments, const Progress& progress) {
  const release::Job job = TRY(JobFrom(node, arguments));
  if (job.state == "running")
    return Fail(ErrorCode::kFailedPrecondition, fmt::format("job {} runs", job.id),
                "concordat job show says how far it is");
  if (job.text.empty())
    return Fail(ErrorCode::kFailedPrecondition, fmt::format("what job {} asked is not kept any more", job.id),
                "ask it anew");
  release::Question question{job.text, {}, {.epsilon = job.asked}};
  for (const std::string& parameter : job.parameters) question.parameters.emplace_back(parameter);
  return Run(node, {job.analyst, job.agreement, arguments.value("way", "command line")}, question, progress);
}

}  // namespace

std::vector<Verb> FitVerbs() {
  return {{"fit", Fit},
          {"job list", ListJobs},
          {"job show", ShowJob},
          {"job cancel", Cancel},
          {"job resume", ResumeJob}};
}

}  // namespace concordat::node
