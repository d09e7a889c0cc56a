// Cards of fitted models. Format: docs/formats/model-card.md.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <nlohmann/json.hpp>

#include "node/fits.h"
#include "node/model_export.h"

namespace concordat::node {
namespace {

// What else a model says of itself, of rows and of how well it fits: short values alone.
constexpr std::size_t kLongestDiagnostic = 200;  // bytes of its JSON
constexpr const char* kNoDiagnostics[] = {"kind",    "method",  "call",   "columns",      "formula",
                                          "layers",  "terms",   "inputs", "factors",      "response",
                                          "weights", "centres", "start",  "coefficients", "covariance"};

Json DiagnosticsOf(const Json& model) {
  Json diagnostics = Json::object();
  for (const auto& [name, value] : model.items()) {
    const bool other =
        std::find(std::begin(kNoDiagnostics), std::end(kNoDiagnostics), name) != std::end(kNoDiagnostics);
    if (!other && value.dump().size() <= kLongestDiagnostic) diagnostics[name] = value;
  }
  return diagnostics;
}

Json FilledOf(const quality::Measured& measured) {
  Json columns = Json::object();
  for (const quality::Filled& filled : measured.columns)
    columns[filled.column] = {{"share", filled.share}, {"margin", filled.margin}};
  return {{"revision", measured.revision},
          {"measured", FormatTime(measured.when)},
          {"filled", std::move(columns)}};
}

// The products that the table was made of; quality where it was measured here.
Json DataOf(Node& node, const release::FittedModel& model, const agreement::Agreement& document) {
  Json data = Json::array();
  const auto table = document.tables.find(model.table);
  if (table == document.tables.end()) return data;
  for (const agreement::ProductVersion& held : table->second) {
    const std::string id = held.product, member(held.Member());
    Json product = {
        {"product", held.Name()}, {"member", member}, {"revision", model.revisions.value(member, "")}};
    const quality::Measured* measured = node.quality().Find(id);
    if (measured != nullptr) product["quality"] = FilledOf(*measured);
    data.push_back(std::move(product));
  }
  return data;
}

Json ProtectionOf(const release::FittedModel& model, const Json& document) {
  Json protection = document.value("protection", Json::object());
  protection["rules"] = model.description.value("rules", Json::object());
  protection["sharing"] = model.description.value("sharing", Json::object());
  if (model.description.contains("noise")) protection["noise"] = model.description["noise"];
  return protection;
}

Json ReceiptsOf(const release::FittedModel& model) {
  Json receipts = Json::object();
  for (const auto& [owner, of_owner] : model.receipts.items()) receipts[owner] = of_owner.size();
  return receipts;
}

// With what every option came to; of models that were fitted before these were kept, with what was written.
Json CallOf(const release::FittedModel& model) {
  const Json written = model.description.value("call", Json::object());
  return model.model.is_object() ? model.model.value("call", written) : written;
}

void AddAgreement(Node& node, const release::FittedModel& model, Json& card) {
  Json& about = card["agreement"];
  about = {{"name", model.agreement}, {"document", model.document}};
  const auto lock = node.ledger().Share();
  const auto* standing = node.agreements().FindDocument(model.agreement, model.document);
  card["protection"] = ProtectionOf(model, Json::object());
  if (standing == nullptr) return;
  const agreement::Agreement& document = *standing->document;
  about["purpose"] = document.purpose;
  about["legal_basis"] = document.legal_basis;
  about["question"] = document.question;
  card["data"] = DataOf(node, model, document);
  card["protection"] = ProtectionOf(model, Json::parse(document.canonical));
}

// "a: 1, b: 2"; of what is nested its JSON.
std::string Flat(const Json& value) {
  if (value.is_string()) return value.get<std::string>();
  if (!value.is_object()) return value.dump();
  std::string text;
  for (const auto& [name, item] : value.items()) {
    text += text.empty() ? "" : ", ";
    text += name + ": " + (item.is_object() ? item.dump() : Flat(item));
  }
  return text;
}

void AddLine(std::string& text, const char* name, const std::string& value) {
  if (!value.empty()) text += fmt::format("{:<12}{}\n", name, value);
}

}  // namespace

Json CardOf(Node& node, const release::FittedModel& model) {
  Json card = {{"concordat", "model-card/1"},
               {"id", model.id},
               {"answer", model.answer},
               {"fit", model.fit},
               {"job", model.job},
               {"method", model.method},
               {"call", CallOf(model)},
               {"table", model.table},
               {"analyst", model.analyst},
               {"asked_at", node.member()},
               {"members", model.owners},
               {"columns", model.description.value("columns", Json::object())},
               {"data", Json::array()},
               {"rounds", model.rounds},
               {"fitted", FormatTime(model.when)},
               {"epsilon", model.epsilon},
               {"diagnostics", DiagnosticsOf(model.model)},
               {"exports", FormsOf(model.model)},
               {"receipts", ReceiptsOf(model)},
               {"notice", model.notice}};
  AddAgreement(node, model, card);
  return card;
}

std::string CardText(const Json& card) {
  const Json& agreement = card.at("agreement");
  std::string text;
  AddLine(text, "model", card.at("id"));
  AddLine(text, "fitted",
          fmt::format("{} in {} rounds by {} at {}", card.at("fitted").get<std::string>(),
                      card.at("rounds").get<std::uint64_t>(), card.at("analyst").get<std::string>(),
                      card.at("asked_at").get<std::string>()));
  AddLine(text, "method", card.at("method"));
  AddLine(text, "formula", card.at("call").value("formula", ""));
  AddLine(text, "options", Flat(card.at("call").value("options", Json::object())));
  AddLine(text, "table", card.at("table"));
  AddLine(text, "agreement", agreement.at("name"));
  AddLine(text, "purpose", agreement.value("purpose", ""));
  AddLine(text, "question", agreement.value("question", ""));
  for (const Json& product : card.at("data")) {
    AddLine(text, "data",
            fmt::format("{} at {}", product.at("product").get<std::string>(),
                        product.at("revision").get<std::string>().substr(0, 16)));
    if (product.contains("quality")) AddLine(text, "  filled", Flat(product["quality"]["filled"]));
  }
  AddLine(text, "protection", Flat(card.at("protection")));
  AddLine(text, "budget",
          fmt::format("epsilon {:.3g} spent at each member", card.at("epsilon").get<double>()));
  AddLine(text, "diagnostics", Flat(card.at("diagnostics")));
  AddLine(text, "exports",
          fmt::format("{}", fmt::join(card.at("exports").get<std::vector<std::string>>(), ", ")));
  AddLine(text, "receipts", Flat(card.at("receipts")));
  AddLine(text, "answer", card.at("answer"));
  return text;
}

}  // namespace concordat::node
