// What an agreement means: each condition of a decision, the difference between two documents, a draft
// assessment.
#include <fmt/format.h>

#include "agreement/assessment.h"
#include "agreement/differences.h"
#include "catalogue/show.h"
#include "node/exchange.h"
#include "node/node.h"
#include "node/table.h"
#include "node/verb.h"

namespace concordat::node {
namespace {

using agreement::Agreement;
using agreement::Finding;
using agreement::Standing;

const char* NameOf(Finding::Outcome outcome) {
  constexpr const char* kNames[] = {"holds", "FAILS", "not reached"};
  return kNames[static_cast<int>(outcome)];
}

// The statement's own conditions, as psql's EXPLAIN has them: what is refused, or what would be done.
std::vector<std::string> ExamineStatement(Node& node, const release::Caller& caller, const std::string& sql) {
  const auto lines = node.Explain(caller, {sql, {}, {}});
  if (lines) return *lines;
  const Refusal& refusal = lines.error();
  return {fmt::format("refused ({}): {}", refusal.reason, refusal.message), refusal.hint};
}

Result<Reply> ExplainDecision(Node& node, const Json& arguments, const Progress&) {
  const agreement::Request request{.analyst = arguments.at("analyst"),
                                   .agreement = arguments.at("agreement"),
                                   .analysis = arguments.value("analysis", "sql"),
                                   .purpose = {},
                                   .epsilon = {}};
  std::vector<Finding> findings;
  {
    const auto lock = node.ledger().Share();
    const Time now = node.ledger().Now();
    const int asked = node.pace().AskedInTheHourBefore(now, request.agreement, request.analyst);
    findings = agreement::Examine(request, node.agreements().EvidenceFor(request, now, asked));
  }
  std::vector<std::vector<std::string>> rows = {{"condition", "outcome", "evidence"}};
  Json data = Json::array();
  for (const Finding& finding : findings) {
    rows.push_back({finding.condition, NameOf(finding.outcome), finding.evidence});
    data.push_back({{"condition", finding.condition},
                    {"outcome", NameOf(finding.outcome)},
                    {"evidence", finding.evidence}});
  }
  std::string text = FormatTable(rows);
  Json statement = Json::array();
  if (arguments.contains("sql") && findings.back().outcome == Finding::Outcome::kHolds) {
    text += "\nThe statement:\n";
    const release::Caller caller{request.analyst, request.agreement, "command line"};
    for (const std::string& line : ExamineStatement(node, caller, arguments["sql"])) {
      text += "  " + line + "\n";
      statement.push_back(line);
    }
  }
  return Reply{std::move(text),
               Data(Json{{"conditions", std::move(data)}, {"statement", std::move(statement)}})};
}

// A document by its text, or by the name of an agreement; "NAME+" is the amendment that waits.
Result<std::shared_ptr<const Agreement>> DocumentOf(Node& node, const Json& arguments, const char* side) {
  const std::string text = arguments.value(side + std::string("_text"), "");
  if (!text.empty()) return std::make_shared<const Agreement>(TRY(agreement::ParseAgreement(text)));
  std::string name = arguments.at(side);
  const bool amendment = name.ends_with('+');
  if (amendment) name.pop_back();
  const auto lock = node.ledger().Share();
  const Time now = node.ledger().Now();
  const Standing* standing =
      amendment ? node.agreements().FindAmendment(name, now) : node.agreements().Find(name, now);
  if (standing != nullptr) return standing->document;
  return Fail(ErrorCode::kNotFound,
              amendment ? "no amendment of " + name + " waits" : name + " is neither a file nor an agreement",
              "give a document's file, an agreement's name, or NAME+ for the amendment that waits");
}

Result<Reply> Diff(Node& node, const Json& arguments, const Progress&) {
  const auto before = TRY(DocumentOf(node, arguments, "before"));
  const auto after = TRY(DocumentOf(node, arguments, "after"));
  const std::vector<std::string> lines = agreement::Differences(*before, *after);
  std::string text = lines.empty() ? "nothing changes\n" : "";
  for (const std::string& line : lines) text += line + "\n";
  return Reply{std::move(text), Data(Json{{"before", before->id}, {"after", after->id}, {"changes", lines}})};
}

agreement::AssessedTable Assessed(const std::string& table, const catalogue::Product& product) {
  const catalogue::Column* unit = product.unit();
  agreement::AssessedTable assessed{.name = table,
                                    .product = product.Reference(),
                                    .description = product.description,
                                    .unit = product.unit_is_row ? "one row"
                                            : unit != nullptr   ? "whoever '" + unit->name + "' identifies"
                                                                : "nobody: the data are public",
                                    .rows_per_unit = product.bounds.rows_per_unit,
                                    .columns = {},
                                    .restricted = {}};
  for (const catalogue::Column& column : product.columns)
    assessed.columns.push_back(
        fmt::format("{} ({}) {}", column.name, Name(column.type), catalogue::DescribeColumn(column)));
  return assessed;
}

Result<Reply> Assess(Node& node, const Json& arguments, const Progress&) {
  const std::string name = arguments.at("agreement");
  const auto lock = node.ledger().Share();
  const Time now = node.ledger().Now();
  const Standing* standing = node.agreements().FindAmendment(name, now);
  if (standing == nullptr) standing = node.agreements().Find(name, now);
  if (standing == nullptr) return NoAgreement(name);
  std::vector<agreement::AssessedTable> tables;
  for (const auto& [table, products] : standing->document->tables) {
    for (const auto& reference : products) {
      const auto published = node.catalogue().Find(reference.Name());
      if (published && reference.Member() == node.member())
        tables.push_back(Assessed(table, published->product));
    }
  }
  std::string text = agreement::DraftAssessment(*standing->document, tables, node.member());
  return Reply{text, Data(Json{{"markdown", text}})};
}

}  // namespace

std::vector<Verb> ExplainVerbs() {
  return {{"agreement explain", ExplainDecision}, {"agreement diff", Diff}, {"agreement assess", Assess}};
}

}  // namespace concordat::node
