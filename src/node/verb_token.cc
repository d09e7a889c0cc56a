// Tokens for programs: docs/http.md.
#include <fmt/format.h>

#include <cmath>

#include "node/node.h"
#include "node/table.h"
#include "node/verb.h"

namespace concordat::node {
namespace {

constexpr double kDays = 90;  // unless asked otherwise

Result<std::chrono::days> DaysFrom(const Json& arguments) {
  const double days = arguments.value("days", kDays);
  if (days >= 1 && days <= agreement::kLongestTokenDays && days == std::floor(days))
    return std::chrono::days(static_cast<int>(days));
  return Fail(ErrorCode::kInvalidArgument,
              fmt::format("a token lasts from 1 to {} days", agreement::kLongestTokenDays), "say --days 90");
}

// The text of the token is in this reply and nowhere else.
Result<Reply> Create(Node& node, const Json& arguments, const Progress&) {
  const std::string name = arguments.at("name");
  const auto role = agreement::RoleNamed(arguments.at("role").get<std::string>());
  if (!role) {
    return Fail(ErrorCode::kInvalidArgument, "that is not a role",
                "the roles are steward, approver, officer, analyst, auditor and operator");
  }
  const Time now = node.ledger().Now();
  const auto valid = TRY(DaysFrom(arguments));
  const std::string text = agreement::NewTokenText(name, node.random());
  const agreement::Token token{.name = name,
                               .role = *role,
                               .by = arguments.value("by", "operator"),
                               .created = now,
                               .until = now + valid,
                               .hash = agreement::HashOfToken(text)};
  const auto entered = TRY(agreement::Enter(node.ledger(), node.tokens(), token));
  if (!entered) return tl::unexpected(AsError(entered.error()));
  return Reply{
      fmt::format("{}\n\nShown this once: keep it as you keep a password. It acts as {} '{}' until {}.\n",
                  text, agreement::Name(*role), name, FormatDay(token.until)),
      Data(Json{{"token", text},
                {"name", name},
                {"role", agreement::Name(*role)},
                {"until", FormatTime(token.until)},
                {"entry", entered->index}})};
}

Result<Reply> ListTokens(Node& node, const Json&, const Progress&) {
  const auto lock = node.ledger().Share();
  const Time now = node.ledger().Now();
  std::vector<std::vector<std::string>> rows = {{"token", "role", "by", "created", "until"}};
  Json data = Json::array();
  for (const auto& [name, token] : node.tokens().tokens()) {
    const std::string until = FormatTime(token.until);
    rows.push_back({name, agreement::Name(token.role), token.by, FormatDay(token.created),
                    until.substr(0, 10) + (token.until <= now ? ", ended" : "")});
    data.push_back({{"name", name},
                    {"role", agreement::Name(token.role)},
                    {"by", token.by},
                    {"created", FormatTime(token.created)},
                    {"until", until},
                    {"ended", token.until <= now}});
  }
  return Reply{data.empty() ? "no tokens: concordat token create --role auditor --name dashboard\n"
                            : FormatTable(rows),
               Data(std::move(data))};
}

Result<Reply> Revoke(Node& node, const Json& arguments, const Progress&) {
  const std::string name = arguments.at("name");
  const auto entered =
      TRY(agreement::Revoke(node.ledger(), node.tokens(), name, arguments.value("by", "operator")));
  if (!entered) return tl::unexpected(AsError(entered.error()));
  return Reply{fmt::format("revoked {}: its next request is refused\n", name),
               Data(Json{{"name", name}, {"entry", entered->index}})};
}

}  // namespace

std::vector<Verb> TokenVerbs() {
  return {{"token create", Create}, {"token list", ListTokens}, {"token revoke", Revoke}};
}

}  // namespace concordat::node
