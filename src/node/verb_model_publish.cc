// Models as products: published from what a fit left, or from a document.
#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "catalogue/show.h"
#include "crypto/canonical_json.h"
#include "model/document.h"
#include "model/fitted.h"
#include "node/exchange.h"
#include "node/fits.h"
#include "node/node.h"
#include "node/table.h"
#include "node/verb.h"

namespace concordat::node {
namespace {

Result<model::Publishing> PublishingOf(const Json& arguments) {
  model::Publishing publishing;
  if (arguments.contains("lambda")) publishing.lambda = arguments["lambda"].get<double>();
  if (arguments.contains("low") != arguments.contains("high"))
    return Fail(ErrorCode::kInvalidArgument, "a range has two ends", "say both --low and --high");
  if (arguments.contains("low")) {
    publishing.range = catalogue::Range{arguments["low"].get<double>(), arguments["high"].get<double>()};
    if (publishing.range->low > publishing.range->high)
      return Fail(ErrorCode::kInvalidArgument, "the range's low end is above its high end", "exchange them");
  }
  return publishing;
}

struct Given {
  Json model;
  Json about = Json::object();  // how it came about, where that is on record here
};

// Of a fit's card what others than its analyst may know: its id and that of its answer stay here.
Json AboutOf(Node& node, const release::FittedModel& model) {
  const Json card = CardOf(node, model);
  Json about = {{"protection", card.at("protection").value("mode", "")},
                {"purpose", card.at("agreement").value("purpose", "")}};
  for (const char* part : {"members", "fitted", "epsilon", "receipts"}) about[part] = card.at(part);
  return about;
}

// A text, or the file or the fitted model that `model` names.
Result<Given> GivenModel(Node& node, const Json& arguments) {
  for (const char* key : {"text", "model_text"})
    if (arguments.contains(key)) return Given{TRY(crypto::ParseJson(arguments[key].get<std::string>()))};
  auto models = TRY(ModelsFor(node));
  const auto model = TRY(release::FindModel(std::move(models), arguments.at("model")));
  return Given{model.model, AboutOf(node, model)};
}

// A document as it stands; else what a fit left, made into one.
Result<Json> DocumentFrom(const Given& given, const Json& arguments) {
  if (given.model.is_object() && given.model.contains("concordat")) return given.model;
  auto document = model::DocumentOf(given.model, TRY(PublishingOf(arguments)));
  if (!document) return tl::unexpected(AsError(document.error()));
  (*document)["card"].update(given.about);
  return *std::move(document);
}

Result<catalogue::Product> ProductOf(const std::string& member, const Json& document, const Json& arguments) {
  const model::Document read = TRY(model::ReadModel(document));
  catalogue::Product product;
  product.name = arguments.at("name");
  if (!catalogue::IsProductName(product.name))
    return Fail(
        ErrorCode::kInvalidArgument,
        fmt::format("'{}' is not a name in lower-case letters, digits, hyphens and dots", product.name),
        "such as heart-risk");
  product.id = member + "/" + product.name;
  product.title = arguments.value("title", product.name);
  product.about.purpose = arguments.value("purpose", "");
  product.about.usage = arguments.value("usage", "");
  product.about.limitations = arguments.value("limitations", "");
  product.about.licence = arguments.value("licence", "");
  for (const std::string& text : {product.about.purpose, product.about.usage, product.about.limitations})
    if (!text.empty()) product.description += (product.description.empty() ? "" : ". ") + text;
  product.is_public = true;
  product.columns = model::ColumnsOf(read);
  product.model = TRY(catalogue::DocumentOf(document));
  return product;
}

std::string AnalystsText(const catalogue::Product& product) {
  std::string table = product.name;
  std::replace_if(
      table.begin(), table.end(), [](char c) { return c == '-' || c == '.'; }, '_');
  return fmt::format(
      "\nAn agreement that lists it among its tables lets it be applied:\n"
      "  tables: {{…, {0}: [{1}]}}\n"
      "  SELECT avg(concordat.predict('{0}')) FROM …\n",
      table, product.Reference());
}

Result<Reply> PublishModel(Node& node, const Json& arguments, const Progress&) {
  const Given given = TRY(GivenModel(node, arguments));
  const Json document = TRY(DocumentFrom(given, arguments));
  const catalogue::ModelRequest request{TRY(ProductOf(node.member(), document, arguments)), node.member()};
  const auto done = TRY(catalogue::PublishModel(request, node.ledger(), node.catalogue()));
  const catalogue::Product& product = done.published->product;
  std::string text = done.is_new ? fmt::format("published {}{}\n", product.Reference(),
                                               done.changed.empty() ? "" : " (" + done.changed + " changed)")
                                 : product.Reference() + " was published before: nothing to do\n";
  const auto lock = node.ledger().Share();
  const catalogue::Life life = node.catalogue().LifeOf(product.id);
  const Time now = node.ledger().Now();
  text += "\nWhat others will see:\n\n" + catalogue::Show(product, life, now) + AnalystsText(product);
  Json data = catalogue::ShowJson(product, life, now);
  data["new"] = done.is_new;
  return Reply{std::move(text), Data(std::move(data))};
}

}  // namespace

std::vector<Verb> ModelPublishVerbs() { return {{"model publish", PublishModel}}; }

}  // namespace concordat::node
