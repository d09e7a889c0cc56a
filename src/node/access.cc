#include "node/access.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "base/name.h"

namespace concordat::node {
namespace {

constexpr double kPerSecond = 50;  // of one token
constexpr double kBurstSeconds = 5;

// RFC 6750 section 3.
web::Response NotKnown(const Refusal& refusal) {
  web::Response response = web::Problem(401, refusal.message, refusal.hint, refusal.reason);
  response.headers.emplace_back("WWW-Authenticate",
                                refusal.reason == "token_missing"
                                    ? "Bearer realm=\"concordat\""
                                    : "Bearer realm=\"concordat\", error=\"invalid_token\"");
  return response;
}

Outcome<std::string_view> BearerOf(const web::Request& request) {
  constexpr std::string_view kScheme = "bearer ";
  const std::string_view text = request.authorization;
  const bool bearer =
      text.size() > kScheme.size() && Lower(std::string(text.substr(0, kScheme.size()))) == kScheme;
  if (bearer) return text.substr(kScheme.size());
  return Refuse("token_missing", "the request shows no token",
                "send Authorization: Bearer TOKEN; concordat token create gives one", "42501");
}

// Reasons that are no refusal of what was asked, and what HTTP calls them.
struct StatusOfReason {
  const char* reason;
  unsigned status;
};
constexpr StatusOfReason kStatuses[] = {
    {"failed", 500},   {"node_failed", 500},         {"node_full", 503},    {"cancelled", 503},
    {"too_slow", 504}, {"product_unavailable", 503}, {"rate_exceeded", 429}};

}  // namespace

Access::Access(Node& node) : node_(node), rate_(node.clock(), kPerSecond, kBurstSeconds) {}

tl::expected<agreement::Token, web::Response> Access::Admit(const web::Request& request,
                                                            std::string_view verb) {
  const auto bearer = BearerOf(request);
  if (!bearer) return tl::unexpected(NotKnown(bearer.error()));
  const auto token = [&] {
    const auto lock = node_.ledger().Share();
    return node_.tokens().Open(*bearer, node_.ledger().Now());
  }();
  if (!token) return tl::unexpected(NotKnown(token.error()));
  if (const int wait = rate_.Wait(token->name); wait > 0) {
    web::Response often = web::Problem(429, fmt::format("the token '{}' asks too often", token->name),
                                       fmt::format("try again in {} s", wait), "rate_exceeded");
    often.headers.emplace_back("Retry-After", std::to_string(wait));
    return tl::unexpected(std::move(often));
  }
  if (agreement::May({token->role}, verb)) return *token;
  return tl::unexpected(
      web::Problem(403, fmt::format("{} '{}' may not '{}'", agreement::Name(token->role), token->name, verb),
                   "use a token of another role; docs/people.md says who may do what", "role_missing"));
}

web::Response AsProblem(const Error& error) {
  constexpr std::string_view kRefused = "refused (";
  const std::string_view message = error.message;
  const auto end = message.find("): ");
  if (!message.starts_with(kRefused) || end == message.npos) return web::Problem(error);
  const std::string_view reason = message.substr(kRefused.size(), end - kRefused.size());
  const auto* const found = std::find_if(std::begin(kStatuses), std::end(kStatuses),
                                         [&](const StatusOfReason& row) { return reason == row.reason; });
  const unsigned status = found == std::end(kStatuses) ? 403 : found->status;
  return web::Problem(status, message.substr(end + 3), error.remedy, reason);
}

}  // namespace concordat::node
