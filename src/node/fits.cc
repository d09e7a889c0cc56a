#include "node/fits.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "node/exchange.h"
#include "node/table.h"

namespace concordat::node {

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

namespace {

// Eight digits, where there are more: --csv and --json have all of them.
std::string Readable(const Value& value) {
  constexpr std::size_t kLong = 12;
  const auto* number = std::get_if<double>(&value);
  std::string text = ToText(value);
  return number != nullptr && text.size() > kLong ? fmt::format("{:.8g}", *number) : text;
}

}  // namespace

std::string AnswerText(const release::Answer& answer) {
  std::vector<std::vector<std::string>> rows(1);
  for (const auto& column : answer.columns) rows[0].push_back(column.name);
  for (const Row& row : answer.rows) {
    rows.emplace_back();
    for (const Value& value : row) rows.back().push_back(Readable(value));
  }
  return FormatTable(rows) + "\n" + answer.notice + "\n";
}

Result<std::vector<release::Job>> JobsFor(Node& node, const std::string& agreement,
                                          const std::string& analyst) {
  auto jobs = agreement.empty() ? TRY(release::AllJobs(node.ledger()))
                                : TRY(release::JobsOf(node.ledger(), agreement, analyst));
  return node.jobs().Now(std::move(jobs), [&](const release::Job& job) {
    return agreement.empty() || (job.agreement == agreement && job.analyst == analyst);
  });
}

Result<release::Job> FindJob(std::vector<release::Job> jobs, const std::string& beginning) {
  release::Job* found = nullptr;
  bool several = false;
  for (release::Job& job : jobs) {
    if (beginning.empty() || !job.id.starts_with(beginning)) continue;
    several = several || (found != nullptr && found->id != job.id);
    if (found == nullptr) found = &job;
  }
  if (found != nullptr && !several) return std::move(*found);
  return Fail(ErrorCode::kNotFound, fmt::format("no job, or several, whose id begins with '{}'", beginning),
              "concordat.jobs lists yours, as 'concordat job list' does");
}

Result<std::vector<release::FittedModel>> ModelsFor(Node& node, const std::string& agreement,
                                                    const std::string& analyst) {
  return agreement.empty() ? release::AllModels(node.ledger())
                           : release::ModelsOf(node.ledger(), agreement, analyst);
}

bool IsOfAnother(const Json& arguments, const std::string& agreement, const std::string& analyst) {
  return arguments.value("agreement", agreement) != agreement ||
         arguments.value("analyst", analyst) != analyst;
}

Value RowsOf(const release::FittedModel& model) {
  const auto rows = model.model.find("rows");
  return rows != model.model.end() && rows->is_number() ? Value(rows->get<double>()) : Value();
}

std::string PurposeOf(Node& node, const release::FittedModel& model) {
  const auto lock = node.ledger().Share();
  const auto* standing = node.agreements().FindDocument(model.agreement, model.document);
  return standing == nullptr ? std::string() : standing->document->purpose;
}

}  // namespace concordat::node
