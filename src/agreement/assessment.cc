#include "agreement/assessment.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cmath>

namespace concordat::agreement {
namespace {

// Text that a person wrote, so that it cannot make headings, tables or links of the draft.
std::string Plain(const std::string& text) {
  std::string plain;
  for (const char c : text) {
    if (std::string_view("\\`*_[]<>#|").find(c) != std::string_view::npos) plain += '\\';
    plain += c;
  }
  return plain;
}

std::string Parties(const Agreement& document) {
  std::string text;
  for (const auto& [party, key] : document.parties) text += fmt::format("- {}, a party\n", party);
  for (const auto& [name, overseer] : document.oversight) {
    text += fmt::format("- {}, {}\n", name,
                        overseer.say == Say::kApproves ? "who must approve"
                        : overseer.say == Say::kObjects
                            ? fmt::format("who may object within {} days", overseer.days)
                            : std::string("who watches"));
  }
  return text;
}

std::string Table(const AssessedTable& table) {
  std::string text =
      fmt::format("\n### {} ({})\n\n{}\n\nOne unit of privacy is {}, with at most {} rows.\n\n", table.name,
                  table.product, table.description.empty() ? "____" : Plain(table.description),
                  Plain(table.unit), table.rows_per_unit);
  for (const std::string& column : table.columns) text += fmt::format("- {}\n", Plain(column));
  text += fmt::format(
      "\nPersonal or special categories among them (Article 9): {}\n",
      table.restricted.empty() ? "____" : Plain(fmt::format("{}", fmt::join(table.restricted, ", "))));
  return text;
}

// What epsilon means to one person: by how much anybody's odds about them can change.
std::string PrivacyText(const Protection& p) {
  return fmt::format(
      "- Answers are totals of groups, never rows. Noise from differential privacy is added to each; over "
      "the whole\n"
      "  agreement at most epsilon {} at delta {} is spent: whatever anybody believed about one person, the "
      "answers\n"
      "  multiply the odds by at most {:.3g} (e to the power of epsilon), but for a chance of {}.\n"
      "- Groups of fewer than {} people are not shown. One question spends at most epsilon {}.\n",
      p.epsilon.value, p.delta.value, std::exp(p.epsilon.value), p.delta.value, p.minimum_people,
      p.per_query.value);
}

std::string DisclosureText(const Disclosure& rules) {
  return fmt::format(
      "- Only statistics and models are fitted, from exact totals over all members together; nothing is "
      "fitted on fewer\n"
      "  than {} rows, nor with more than {} parameters a row, and nothing is shown that rests on fewer than "
      "{}.\n"
      "- No differential privacy: what a model says of people like one person is not bounded by an "
      "epsilon.\n",
      rules.minimum_rows, rules.parameters_share, rules.minimum_cell);
}

std::string Measures(const Agreement& document) {
  const Protection& p = document.protection;
  return (p.mode == Mode::kThreshold ? DisclosureText(p.disclosure) : PrivacyText(p)) +
         fmt::format(
             "- The data stay with their owner. Questions are checked, rebuilt and run there; nobody's "
             "program is.\n"
             "- Every question is recorded before it is answered, on a ledger that cannot be rewritten "
             "unnoticed.\n"
             "- Analysts: {}. Training attested within a year: {}.\n"
             "- Results are kept for {} days.\n",
             fmt::join(document.analysts, ", "),
             document.needs.training.empty() ? "none"
                                             : fmt::format("{}", fmt::join(document.needs.training, ", ")),
             document.retention_days);
}

}  // namespace

std::string DraftAssessment(const Agreement& document, const std::vector<AssessedTable>& tables,
                            const std::string& member) {
  std::string text = fmt::format(
      "# Data protection impact assessment: {}\n\n"
      "*A draft, filled with what the agreement and the contracts of {} say. Lines with ____ are for people "
      "to\n"
      "complete; so is the judgement.*\n\n"
      "Reference: {}. Document: SHA-256 {}.\n\n"
      "## 1. What is done, and what for\n\n{}\n\n"
      "Purpose: {}. Legal basis: {}. From {} until {}.\n\n{}",
      document.name, member, document.needs.assessment.empty() ? "____" : Plain(document.needs.assessment),
      document.id, Plain(document.question), document.purpose, document.legal_basis, FormatDay(document.from),
      FormatDay(document.until), Parties(document));
  for (const AssessedTable& table : tables) text += Table(table);
  text += fmt::format(
      "\n## 2. Necessity and proportion\n\n"
      "Benefit expected: {}\nTold by: {}\n\n"
      "Why the purpose cannot be met with less data, or without: ____\n"
      "Whom was asked among the people concerned: ____\n\n",
      document.programme ? Plain(document.programme->benefit) : "____",
      document.programme ? Plain(document.programme->measure) : "____");
  text +=
      "## 3. Risks to people\n\nBeing found in an answer; being judged by a group's answer; the question "
      "being asked for another\npurpose; a breach at the owner. For each: likelihood, harm, who would "
      "notice: ____\n\n";
  text += "## 4. Measures\n\n" + Measures(document);
  for (const auto& [name, words] : document.safes) text += fmt::format("- Safe {}: {}\n", name, Plain(words));
  text += "\nWhat remains, and why it is acceptable: ____\n\nOfficer: ____  Date: ____\n";
  return text;
}

}  // namespace concordat::agreement
