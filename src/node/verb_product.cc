#include <fmt/format.h>
#include <fmt/ranges.h>

#include "catalogue/show.h"
#include "node/exchange.h"
#include "node/node.h"
#include "node/table.h"
#include "node/verb.h"

namespace concordat::node {
namespace {

Result<Reply> PublishProduct(Node& node, const Json& arguments, const Progress& progress) {
  const catalogue::PublishRequest request{arguments.at("text"), arguments.at("path").get<std::string>(),
                                          arguments.value("data", ""), node.member()};
  const auto done = TRY(catalogue::Publish(request, node.ledger(), node.catalogue(), progress));
  const catalogue::Product& product = done.published->product;
  std::string text =
      done.is_new
          ? fmt::format("published {}, revision {}{}\n", product.Reference(), product.revision,
                        done.changed.empty() ? "" : " (" + done.changed + " changed)")
          : product.Reference() + " was published before, with this contract and these rows: nothing to do\n";
  text +=
      fmt::format("  {} rows, {} units, at most {} {} a unit\n", done.profile.rows, done.profile.units,
                  done.profile.most_rows_of_a_unit, done.profile.most_rows_of_a_unit == 1 ? "row" : "rows");
  for (const std::string& finding : done.profile.findings) text += "  note: " + finding + "\n";
  const auto lock = node.ledger().Share();
  const catalogue::Life life = node.catalogue().LifeOf(product.id);
  const Time now = node.ledger().Now();
  text += "\nWhat analysts will see:\n\n" + catalogue::Show(product, life, now);
  Json data = catalogue::ShowJson(product, life, now);
  data["new"] = done.is_new;
  data["findings"] = done.profile.findings;
  data["rows"] = done.profile.rows;
  data["units"] = done.profile.units;
  return Reply{std::move(text), Data(std::move(data))};
}

Result<Reply> ShowProduct(Node& node, const Json& arguments, const Progress&) {
  const std::string name = arguments.at("product");
  const auto lock = node.ledger().Share();
  const auto published = node.catalogue().Find(name);
  if (!published) return NoProduct(name);
  const catalogue::Product& product = published->product;
  const catalogue::Life life = node.catalogue().LifeOf(product.id);
  const Time now = node.ledger().Now();
  return Reply{catalogue::Show(product, life, now), Data(catalogue::ShowJson(product, life, now))};
}

constexpr std::size_t kMostHits = 20;

Result<Reply> Search(Node& node, const Json& arguments, const Progress&) {
  const std::string words = arguments.at("words");
  const auto lock = node.ledger().Share();
  const catalogue::Found found = node.catalogue().Search(words, kMostHits, node.ledger().Now());
  std::vector<std::vector<std::string>> rows = {{"product", "found in", "title"}};
  Json hits = Json::array();
  for (const catalogue::Hit& hit : found.hits) {
    const catalogue::Product& product = node.catalogue().Find(hit.product)->product;
    rows.push_back({product.Reference(), fmt::format("{}", fmt::join(hit.fields, ", ")),
                    Shortened(product.title, kTitleCharacters)});
    hits.push_back({{"product", product.id},
                    {"version", product.version},
                    {"title", product.title},
                    {"found_in", hit.fields},
                    {"score", hit.score}});
  }
  std::string text = hits.empty() ? "" : FormatTable(rows);
  if (!found.unknown.empty()) {
    text += fmt::format("no product says '{}'{}\n", fmt::join(found.unknown, "', '"),
                        found.meant.empty() ? "" : fmt::format(": did you mean '{}'?", found.meant));
  }
  if (!hits.empty())
    text += fmt::format("concordat request {} asks its owner for it\n", found.hits.front().product);
  if (text.empty()) text = "nothing to look for: give words, such as a subject, a column or a title\n";
  return Reply{std::move(text), Data({{"hits", std::move(hits)}, {"unknown", found.unknown}})};
}

template <catalogue::LifeVerb verb>
Result<Reply> TakeProductStep(Node& node, const Json& arguments, const Progress&) {
  const std::string name = arguments.at("product");
  catalogue::LifeStep step{.verb = verb,
                           .product = {},
                           .by = arguments.value("by", "operator"),
                           .reason = arguments.value("reason", ""),
                           .until = {},
                           .when = {}};
  if (arguments.contains("until")) step.until = TRY(ParseTime(arguments["until"].get<std::string>()));
  {
    const auto lock = node.ledger().Share();
    const auto published = node.catalogue().Find(name);
    if (!published) return NoProduct(name);
    step.product = published->product.id;
  }
  const auto entered = TRY(catalogue::Enter(node.ledger(), node.catalogue(), step));
  if (!entered) return tl::unexpected(AsError(entered.error()));
  const auto lock = node.ledger().Share();
  const catalogue::Life life = node.catalogue().LifeOf(step.product);
  const Time now = node.ledger().Now();
  return Reply{
      fmt::format("{} is {}\n", step.product, catalogue::Describe(life, now)),
      Data({{"product", step.product}, {"stage", catalogue::Name(life.At(now))}, {"entry", entered->index}})};
}

Result<Reply> ListProducts(Node& node, const Json&, const Progress&) {
  const auto lock = node.ledger().Share();
  const Time now = node.ledger().Now();
  std::vector<std::vector<std::string>> rows = {{"product", "stage", "revision", "unit", "epsilon", "title"}};
  Json data = Json::array();
  for (const auto& published : node.catalogue().List()) {
    const catalogue::Product& product = published->product;
    const catalogue::Life life = node.catalogue().LifeOf(product.id);
    rows.push_back({product.Reference(), catalogue::Name(life.At(now)), std::to_string(product.revision),
                    product.model               ? "model"
                    : product.unit_is_row       ? "each row"
                    : product.unit() != nullptr ? product.unit()->name
                                                : "none",
                    ToText(product.budget.epsilon.value), Shortened(product.title, kTitleCharacters)});
    data.push_back(catalogue::ShowJson(product, life, now));
  }
  const std::string text =
      data.empty() ? "no products yet: concordat product publish CONTRACT.odcs.yaml\n" : FormatTable(rows);
  return Reply{text, Data(std::move(data))};
}

}  // namespace

std::vector<Verb> ProductVerbs() {
  using enum catalogue::LifeVerb;
  return {{"product publish", PublishProduct},
          {"product show", ShowProduct},
          {"product list", ListProducts},
          {"product search", Search},
          {"product deprecate", TakeProductStep<kDeprecate>},
          {"product activate", TakeProductStep<kActivate>},
          {"product retire", TakeProductStep<kRetire>}};
}

}  // namespace concordat::node
