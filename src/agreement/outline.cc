#include "agreement/outline.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

namespace concordat::agreement {
namespace {

constexpr int kMinimumPeople = 10;
constexpr int kRetentionDays = 90;

constexpr std::array kOrder = {"concordat",  "name",     "supersedes",  "parties",       "oversight",
                               "tables",     "purpose",  "legal_basis", "question",      "programme",
                               "five_safes", "analysts", "allows",      "protection",    "federation",
                               "conditions", "needs",    "valid",       "retention_days"};

}  // namespace

Json DocumentOf(const Outline& outline) {
  Json tables = Json::object();
  for (const auto& [table, reference] : outline.tables) tables[table] = {reference.Name()};
  Json needs = {{"approvals", {{outline.member, 1}}}};
  if (!outline.training.empty()) needs["training"] = outline.training;
  Json document = {{"concordat", "agreement/1"},
                   {"name", outline.name},
                   {"parties", {{outline.member, kSelf}}},
                   {"tables", std::move(tables)},
                   {"purpose", outline.purpose},
                   {"legal_basis", outline.legal_basis},
                   {"question", outline.question},
                   {"analysts", {outline.analyst}},
                   {"allows", {"sql"}},
                   {"protection",
                    {{"mode", "dp"},
                     {"epsilon", outline.budget.epsilon.value},
                     {"delta", outline.budget.delta.value},
                     {"per_query", outline.per_query.value},
                     {"minimum_people", kMinimumPeople}}},
                   {"needs", std::move(needs)},
                   {"valid",
                    {{"from", FormatDay(outline.from)},
                     {"until", FormatDay(outline.from + std::chrono::days(outline.days))}}},
                   {"retention_days", kRetentionDays}};
  if (!outline.supersedes.empty()) document["supersedes"] = outline.supersedes;
  return document;
}

std::string DocumentText(const Agreement& agreement) {
  const Json document = Json::parse(agreement.canonical);
  std::string text;
  for (const char* key : kOrder) {
    if (document.contains(key)) text += fmt::format("{}: {}\n", key, document[key].dump());
  }
  return text;
}

}  // namespace concordat::agreement
