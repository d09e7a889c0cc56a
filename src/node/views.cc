#include "node/views.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cmath>

#include "node/federated.h"
#include "node/fits.h"
#include "release/fitted.h"
#include "release/record.h"

namespace concordat::node {
namespace {

using pgcatalog::View;

constexpr double kShownParts = 1e4;  // of an epsilon, rounded against the spender

Timestamp AsTimestamp(Time time) { return {std::chrono::microseconds(time.time_since_epoch()).count()}; }

Value OrNone(const std::string& text) { return text.empty() ? Value() : Value(text); }

View BudgetView(Node& node, const release::Caller& caller) {
  return {
      "budget",
      "What is spent and left of each budget that questions under this agreement draw on here; EXPLAIN says "
      "what is left at other members",
      {{"product", Type::kText, "the product"},
       {"level", Type::kText, "product, agreement or analyst"},
       {"epsilon", Type::kNumber, "the limit"},
       {"delta", Type::kNumber, "the limit"},
       {"spent", Type::kNumber, "epsilon spent"},
       {"remaining", Type::kNumber, "epsilon left"}},
      [&node, caller]() -> Result<std::vector<Row>> {
        std::vector<Row> rows;
        const auto lock = node.ledger().Share();
        for (const auto& state : node.budgets().Report()) {
          const ledger::Level& level = state.level;
          if (!level.product.starts_with(node.member() + "/") || level.agreement != caller.agreement ||
              (!level.analyst.empty() && level.analyst != caller.analyst))
            continue;
          rows.push_back({level.product, std::string(level.analyst.empty() ? "agreement" : "analyst"),
                          state.limit.epsilon.value, state.limit.delta.value,
                          std::ceil(state.spent.value * kShownParts) / kShownParts,
                          std::floor(state.left().value * kShownParts) / kShownParts});
        }
        return rows;
      }};
}

Row ProductRow(const std::string& table, const std::string& name, const catalogue::Product& product,
               const std::string& stage) {
  const std::string unit = product.unit_is_row         ? "each row"
                           : product.unit() != nullptr ? product.unit()->name
                                                       : "none";
  return {table, name, product.title, product.description, stage, unit, product.bounds.rows_per_unit};
}

// "budapest/heart@1, cleveland/heart@1"
std::string HeldBy(const std::vector<agreement::ProductVersion>& products) {
  std::string text;
  for (const agreement::ProductVersion& held : products) text += (text.empty() ? "" : ", ") + held.Name();
  return text;
}

View ProductsView(Node& node, const release::Caller& caller) {
  return {"products",
          "The tables of this agreement and the products behind them",
          {{"table_name", Type::kText, "as it is called here"},
           {"product", Type::kText, "member/name@version"},
           {"title", Type::kText, ""},
           {"description", Type::kText, ""},
           {"stage", Type::kText,
            "draft, active, deprecated with its day, or retired; shared: its owners say when they answer"},
           {"unit", Type::kText, "the privacy unit"},
           {"rows_per_unit", Type::kInteger, "at most"}},
          [&node, caller]() -> Result<std::vector<Row>> {
            std::vector<Row> rows;
            const sql::Scope known = node.federated().Tables(caller.agreement);
            const auto lock = node.ledger().Share();
            const auto* standing = node.agreements().Find(caller.agreement, node.ledger().Now());
            if (standing == nullptr) return rows;
            for (const auto& [table, product] : known) {
              const auto held = standing->document->tables.find(table);
              if (held == standing->document->tables.end()) continue;  // it was amended meanwhile
              const bool shared = held->second.size() > 1 || !node.catalogue().Find(product->Reference());
              rows.push_back(ProductRow(
                  table, HeldBy(held->second), *product,
                  shared ? "shared"
                         : catalogue::Describe(node.catalogue().LifeOf(product->id), node.ledger().Now())));
            }
            return rows;
          }};
}

View AgreementsView(Node& node, const release::Caller& caller) {
  return {"agreements",
          "The agreements that name you",
          {{"name", Type::kText, "the database to connect to"},
           {"state", Type::kText, ""},
           {"purpose", Type::kText, ""},
           {"question", Type::kText, ""},
           {"valid_from", Type::kTimestamp, ""},
           {"valid_until", Type::kTimestamp, ""},
           {"epsilon", Type::kNumber, ""},
           {"per_query", Type::kNumber, ""}},
          [&node, caller]() -> Result<std::vector<Row>> {
            std::vector<Row> rows;
            const auto lock = node.ledger().Share();
            for (const auto& [name, standing] : node.agreements().agreements()) {
              const agreement::Agreement& document = *standing.document;
              if (!document.Names(caller.analyst + "@" + node.member())) continue;
              rows.push_back({name, std::string(agreement::Name(standing.At(node.ledger().Now()))),
                              document.purpose, document.question, AsTimestamp(document.from),
                              AsTimestamp(document.until), document.protection.epsilon.value,
                              document.protection.per_query.value});
            }
            return rows;
          }};
}

View ReleasesView(Node& node, const release::Caller& caller) {
  return {"releases",
          "Your questions under this agreement that were charged, here or at other members",
          {{"answer", Type::kText, "the receipt's id"},
           {"time", Type::kTimestamp, ""},
           {"product", Type::kText, "the product that was charged here, or the table of others"},
           {"outcome", Type::kText, "answered, failed or charged"},
           {"repeats", Type::kInteger, "how often the stored answer was given again"},
           {"owners", Type::kText, "members whose table it is; empty where it is this one's alone"},
           {"notice", Type::kText, "what was charged, as the notice said; empty once the answer is erased"},
           {"receipts", Type::kInteger, "owners whose receipts are kept with the answer"}},
          [&node, caller]() -> Result<std::vector<Row>> {
            std::vector<Row> rows;
            for (const release::Record& record :
                 TRY(release::RecordsOf(node.ledger(), caller.agreement, caller.analyst))) {
              rows.push_back({record.id, AsTimestamp(record.time), record.product, record.outcome,
                              static_cast<std::int64_t>(record.repeats),
                              OrNone(fmt::format("{}", fmt::join(record.owners, ", "))),
                              OrNone(record.notice), static_cast<std::int64_t>(record.receipts)});
            }
            return rows;
          }};
}

View JobsView(Node& node, const release::Caller& caller) {
  return {"jobs",
          "Your fits under this agreement: those that run, and how others ended",
          {{"id", Type::kText, "SELECT concordat.cancel('id') ends it"},
           {"method", Type::kText, ""},
           {"formula", Type::kText, ""},
           {"table_name", Type::kText, ""},
           {"agreement", Type::kText, ""},
           {"analyst", Type::kText, ""},
           {"state", Type::kText,
            "running, finished, cancelled, failed, or interrupted: asked again, it goes on where it was"},
           {"round", Type::kInteger, "the newest on record"},
           {"said", Type::kText, "what that came to, or why the fit ended"},
           {"epsilon", Type::kNumber, "spent so far at each member"},
           {"started", Type::kTimestamp, ""},
           {"updated", Type::kTimestamp, ""}},
          [&node, caller]() -> Result<std::vector<Row>> {
            std::vector<Row> rows;
            for (const release::Job& job : TRY(JobsFor(node, caller.agreement, caller.analyst))) {
              rows.push_back({job.id, job.method, OrNone(job.formula), job.table, job.agreement, job.analyst,
                              job.state, static_cast<std::int64_t>(job.round), OrNone(job.said), job.epsilon,
                              AsTimestamp(job.started), AsTimestamp(job.updated)});
            }
            return rows;
          }};
}

View ModelsView(Node& node, const release::Caller& caller) {
  return {
      "models",
      "Models that you fitted under this agreement; SELECT concordat.model_card('id') tells all of one",
      {{"id", Type::kText, "SHA-256 of what was asked and what was fitted; its beginning will do"},
       {"method", Type::kText, ""},
       {"formula", Type::kText, ""},
       {"table_name", Type::kText, ""},
       {"agreement", Type::kText, ""},
       {"analyst", Type::kText, ""},
       {"purpose", Type::kText, "the agreement's"},
       {"members", Type::kText, "whose rows it was fitted to"},
       {"rows", Type::kNumber, "how many, where the method shows it"},
       {"rounds", Type::kInteger, ""},
       {"fitted", Type::kTimestamp, ""},
       {"epsilon", Type::kNumber, "charged at each member"},
       {"answer", Type::kText, "the receipt's id"},
       {"receipts", Type::kInteger, "members whose receipts are kept with it"}},
      [&node, caller]() -> Result<std::vector<Row>> {
        std::vector<Row> rows;
        for (const release::FittedModel& model :
             TRY(release::ModelsOf(node.ledger(), caller.agreement, caller.analyst))) {
          rows.push_back({model.id, model.method, model.formula, model.table, model.agreement, model.analyst,
                          OrNone(PurposeOf(node, model)), fmt::format("{}", fmt::join(model.owners, ", ")),
                          RowsOf(model), static_cast<std::int64_t>(model.rounds), AsTimestamp(model.when),
                          model.epsilon, model.answer, static_cast<std::int64_t>(model.receipts.size())});
        }
        return rows;
      }};
}

}  // namespace

std::vector<View> ViewsFor(Node& node, const release::Caller& caller) {
  return {BudgetView(node, caller),   ProductsView(node, caller), AgreementsView(node, caller),
          ReleasesView(node, caller), JobsView(node, caller),     ModelsView(node, caller)};
}

}  // namespace concordat::node
