#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "node/node.h"
#include "node/table.h"
#include "node/verb.h"
#include "release/answer_json.h"

namespace concordat::node {
namespace {

constexpr int kTokenDays = 30;
constexpr int kMostTokenDays = 366;

struct Unit {
  std::string product, unit;
};

// The unit in the product's own spelling. Nobody looks whether it has rows: that would tell.
Result<Unit> UnitOf(Node& node, const std::string& reference, const std::string& text) {
  const auto lock = node.ledger().Share();
  const auto published = node.catalogue().Find(reference);
  if (!published) {
    return Fail(ErrorCode::kNotFound, fmt::format("there is no product '{}'", reference),
                "concordat product list names them");
  }
  const catalogue::Product& product = published->product;
  if (product.unit() == nullptr) {
    return Fail(
        ErrorCode::kInvalidArgument,
        fmt::format("refused (product_names_nobody): no column of {} says whose a row is", product.id),
        "its rows cannot be told apart by person; republish it with a unit if there is one");
  }
  const auto value = release::ValueFromText(product.unit()->type, text);
  if (!value) {
    return Fail(ErrorCode::kInvalidArgument,
                fmt::format("'{}' is no unit of {}: its column {} is a {}", text, product.id,
                            product.unit()->name, concordat::Name(product.unit()->type)),
                "write it as the data have it");
  }
  return Unit{product.id, ToText(*value)};
}

Result<Reply> Token(Node& node, const Json& arguments, const Progress&) {
  subject::Units units;
  for (const std::string& pair : arguments.value("units", std::vector<std::string>{})) {
    const auto equals = pair.find('=');
    if (equals == std::string::npos) {
      return Fail(ErrorCode::kInvalidArgument, fmt::format("'{}' is not PRODUCT=UNIT", pair),
                  "say --unit adult=1234");
    }
    auto unit = TRY(UnitOf(node, pair.substr(0, equals), pair.substr(equals + 1)));
    units[unit.product] = std::move(unit.unit);
  }
  if (units.empty())
    return Fail(ErrorCode::kInvalidArgument, "a token is about somebody's units", "say --unit adult=1234");
  const double days = arguments.value("days", static_cast<double>(kTokenDays));
  if (!(days >= 1 && days <= kMostTokenDays)) {
    return Fail(ErrorCode::kInvalidArgument, fmt::format("a token lasts from 1 to {} days", kMostTokenDays),
                "say --days 30");
  }
  const auto granted = TRY(subject::GrantToken(node.ledger(), node.random(), units, static_cast<int>(days),
                                               arguments.value("by", "operator")));
  return Reply{
      fmt::format("{}\ntoken {}, good until {}: give it to the person, it is shown only now\n", granted.token,
                  granted.id, FormatTime(granted.until)),
      Data(Json{{"token", granted.token}, {"id", granted.id}, {"until", FormatTime(granted.until)}})};
}

Result<Reply> End(Node& node, const Json& arguments, const Progress&) {
  const std::string id = arguments.at("id");
  const auto ended =
      TRY(subject::EndToken(node.ledger(), node.subjects(), id, arguments.value("by", "operator")));
  if (!ended) return tl::unexpected(AsError(ended.error()));
  return Reply{fmt::format("ended token {}\n", id), Data(Json{{"id", id}, {"entry", ended->index}})};
}

Result<Reply> Take(Node& node, const Json& arguments, subject::Stand stand) {
  const Unit unit = TRY(UnitOf(node, arguments.at("product"), arguments.at("unit")));
  const auto entered = TRY(subject::Enter(node.ledger(), node.subjects(), stand, unit.product, unit.unit,
                                          arguments.value("by", "operator")));
  if (!entered) return tl::unexpected(AsError(entered.error()));
  const bool objects = stand == subject::Stand::kObject;
  return Reply{
      objects ? fmt::format("no answer over {} that is charged from now on counts this unit\n", unit.product)
              : fmt::format("answers over {} count this unit again\n", unit.product),
      Data(Json{{"product", unit.product}, {"entry", entered->index}})};
}

Result<Reply> Object(Node& node, const Json& arguments, const Progress&) {
  return Take(node, arguments, subject::Stand::kObject);
}

Result<Reply> Withdraw(Node& node, const Json& arguments, const Progress&) {
  return Take(node, arguments, subject::Stand::kWithdraw);
}

// Units stay out of it: whoever may count objections need not know whose they are.
Result<Reply> ListSubjects(Node& node, const Json&, const Progress&) {
  const auto lock = node.ledger().Share();
  std::vector<std::vector<std::string>> rows = {{"token", "products", "since", "until"}};
  Json tokens = Json::array();
  for (const auto& [id, grant] : node.subjects().grants()) {
    std::string products;
    for (const auto& [product, unit] : grant.units) products += (products.empty() ? "" : ", ") + product;
    const std::string until = FormatTime(grant.until);
    rows.push_back({id, products, FormatDay(grant.since), until.substr(0, 10)});
    tokens.push_back({{"id", id}, {"products", products}, {"until", until}});
  }
  std::string text =
      tokens.empty() ? "no tokens: concordat subject token --unit PRODUCT=UNIT\n" : FormatTable(rows);
  Json objections = Json::object();
  for (const auto& [product, all] : node.subjects().objections()) {
    objections[product] = all->units.size();
    text +=
        fmt::format("{}: {} objection{}\n", product, all->units.size(), all->units.size() == 1 ? "" : "s");
  }
  return Reply{std::move(text),
               Data(Json{{"tokens", std::move(tokens)}, {"objections", std::move(objections)}})};
}

}  // namespace

std::vector<Verb> SubjectVerbs() {
  return {{"subject token", Token},
          {"subject end", End},
          {"subject object", Object},
          {"subject withdraw", Withdraw},
          {"subject list", ListSubjects}};
}

}  // namespace concordat::node
