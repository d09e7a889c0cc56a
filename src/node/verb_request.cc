// A request for access that is not granted yet: it becomes a draft agreement for the product's owner.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "agreement/names.h"
#include "agreement/outline.h"
#include "node/exchange.h"
#include "node/node.h"
#include "node/table.h"
#include "node/verb.h"

namespace concordat::node {
namespace {

using agreement::Outline;

// Of what a product's people were promised, and of that one question's.
constexpr double kShare = 0.1;
constexpr PrivacyBudget kLargest{{1}, {1e-6}};  // of public data too: a document has a budget

// "lewisham/benefit-claims" is table benefit_claims.
std::string TableOf(const catalogue::Product& product) {
  std::string table = product.name;
  std::replace_if(
      table.begin(), table.end(), [](char c) { return c == '-' || c == '.'; }, '_');
  return table;
}

// The newest versions of the products asked for. The caller holds Share.
Result<void> AddTables(Node& node, const std::vector<std::string>& products, Outline& outline) {
  outline.budget = kLargest;
  for (const std::string& name : products) {
    const auto published = node.catalogue().Find(name);
    if (!published) {
      return Fail(ErrorCode::kNotFound, "there is no product " + name,
                  "concordat product search finds those there are");
    }
    const catalogue::Product& product = published->product;
    const auto stage = node.catalogue().LifeOf(product.id).At(node.ledger().Now());
    if (stage == catalogue::Stage::kRetired) {
      return Fail(ErrorCode::kFailedPrecondition, fmt::format("{} is retired", product.id),
                  "concordat product search finds those that are not");
    }
    outline.tables[TableOf(product)] = {product.id, product.version};
    if (product.is_public) continue;
    outline.budget.epsilon = std::min(outline.budget.epsilon, Epsilon{product.budget.epsilon.value * kShare});
    outline.budget.delta = std::min(outline.budget.delta, product.budget.delta);
  }
  return {};
}

Result<Outline> OutlineFrom(Node& node, const Json& arguments) {
  const auto products = arguments.value("products", std::vector<std::string>{});
  if (products.empty())
    return Fail(ErrorCode::kInvalidArgument, "no product is asked for",
                "concordat product search finds them");
  const std::string analyst = arguments.at("analyst");
  Outline outline{.member = node.member(),
                  .tables = {},
                  .analyst = fmt::format("{}@{}", analyst, node.member()),
                  .purpose = arguments.at("purpose"),
                  .legal_basis = arguments.value("legal_basis", agreement::kBasisOpen),
                  .question = arguments.at("question"),
                  .training = {"data-ethics"},
                  .from = node.ledger().Now(),
                  .days = static_cast<int>(arguments.value("days", 365.0))};
  const auto lock = node.ledger().Share();
  TRY(AddTables(node, products, outline));
  if (arguments.contains("epsilon")) outline.budget.epsilon = {arguments["epsilon"].get<double>()};
  outline.per_query = {outline.budget.epsilon.value * kShare};
  outline.name = arguments.value(
      "name",
      fmt::format("{}-{}", analyst, outline.tables.begin()->second.product.substr(node.member().size() + 1)));
  if (node.agreements().Find(outline.name, outline.from) == nullptr) return outline;
  return Fail(
      ErrorCode::kFailedPrecondition, fmt::format("there is an agreement {} already", outline.name),
      fmt::format("concordat agreement show {} prints it; --name calls this one otherwise", outline.name));
}

Result<Reply> RequestAgreement(Node& node, const Json& arguments, const Progress&) {
  const Outline outline = TRY(OutlineFrom(node, arguments));
  const auto document = TRY(ReadOwnDocument(node, agreement::DocumentOf(outline).dump()));
  Json who = arguments;
  who["reason"] = "requested";
  agreement::Step step = StepFor(node, agreement::Verb::kDraft, who, *document);
  step.document = document;
  const auto entered = TRY(EnterSealed(node, step));
  if (!entered) return tl::unexpected(AsError(entered.error()));
  std::string text = fmt::format(
      "{0} is a draft: nothing is granted before the steward of {1} proposes it and an approver approves.\n"
      "It asks for epsilon {2:.3g}, {3:.3g} a question, for {4} days.\n"
      "next, for the steward: concordat agreement show {0} --document > {0}.yaml, look it over,\n"
      "  and concordat agreement propose {0}.yaml\n",
      outline.name, node.member(), outline.budget.epsilon.value, outline.per_query.value, outline.days);
  if (outline.legal_basis == agreement::kBasisOpen)
    text += "  The legal basis is open: they name one, such as dpv-gdpr:A6-1-e, before it is proposed.\n";
  const std::string analyst = arguments.at("analyst");
  const auto lock = node.ledger().Share();
  if (node.agreements().FindAnalyst(analyst) == nullptr)
    text += fmt::format("  {0} is no analyst here yet: concordat analyst add {0}\n", analyst);
  return Reply{std::move(text), Data(Json{{"agreement", outline.name},
                                          {"state", "draft"},
                                          {"id", document->id},
                                          {"document", Json::parse(document->canonical)}})};
}

}  // namespace

std::vector<Verb> RequestVerbs() { return {{"request", RequestAgreement}}; }

}  // namespace concordat::node
