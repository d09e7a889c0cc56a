// The JSON interface: each operation of the table runs its verb, as the token's holder, if their role may.
#include <fmt/format.h>

#include <memory>
#include <nlohmann/json.hpp>
#include <semaphore>

#include "agreement/names.h"
#include "node/access.h"
#include "node/interface.h"
#include "node/log.h"
#include "node/web.h"

namespace concordat::node {
namespace {

// Verbs that run at once, fewer than the web's workers: the log and the witness's door stay open to all.
constexpr int kAtOnce = 24;
using Turns = std::counting_semaphore<kAtOnce>;

// An analyst's token speaks for that analyst alone.
Result<void> SpeakForOneself(const Operation& operation, const agreement::Token& token, Json& arguments) {
  const std::string_view verb = operation.verb;
  if (verb.starts_with("job ") || verb.starts_with("model ")) {
    if (token.role == agreement::Role::kAnalyst) arguments["analyst"] = token.name;
    return {};
  }
  if (verb != "ask" && verb != "fit" && verb != "agreement explain" && verb != "request") return {};
  if (token.role == agreement::Role::kAnalyst && arguments.value("analyst", token.name) != token.name) {
    return Fail(ErrorCode::kPermissionDenied,
                fmt::format("refused (role_missing): the analyst '{}' may not speak for others", token.name),
                "leave 'analyst' away, or use a token of another role");
  }
  if (token.role == agreement::Role::kAnalyst) arguments["analyst"] = token.name;
  if (arguments.contains("analyst")) return {};
  return Fail(ErrorCode::kInvalidArgument, "'analyst' is missing", "say for whom this is");
}

// Over HTTP a backup has a name, not a path: HOME/backups/NAME.backup.
Result<void> PlaceBackup(const Node& node, Json& arguments) {
  const std::string name = arguments.at("name");
  if (!agreement::IsName(name))
    return Fail(ErrorCode::kInvalidArgument, "that cannot name a backup", "write it as monday-7");
  const auto folder = node.home().root / "backups";
  std::error_code error;
  std::filesystem::create_directory(folder, error);
  if (!error) std::filesystem::permissions(folder, std::filesystem::perms::owner_all, error);
  if (error) return Fail(ErrorCode::kResourceExhausted, "there is no folder for backups", error.message());
  arguments = {{"file", (folder / (name + ".backup")).string()}};
  return {};
}

// One request reads so many entries; the log's files have them all.
Result<void> BoundEntries(Json& arguments) {
  constexpr double kMost = 1000;
  if (arguments.contains("first")) arguments.emplace("last", kMost);
  if (arguments.value("last", 0.0) <= kMost) return {};
  return Fail(ErrorCode::kInvalidArgument, "one request reads at most 1000 entries",
              "ask for them in parts, or read /ledger/tile/entries");
}

Result<Reply> RunOperation(Node& node, const Operation& operation, const agreement::Token& token,
                           const web::Request& request) {
  Json arguments = TRY(ArgumentsFrom(operation, request));
  TRY(SpeakForOneself(operation, token, arguments));
  const std::string_view verb = operation.verb;
  if (verb == "backup") TRY(PlaceBackup(node, arguments));
  if (verb == "ledger show") TRY(BoundEntries(arguments));
  if (verb == "product publish") arguments["path"] = "";
  arguments["by"] = token.name;
  arguments["way"] = "HTTP";
  return RunVerb(node, verb, arguments, [](std::string_view) {});
}

bool IsJson(const std::string& type) { return type.substr(0, type.find(';')) == "application/json"; }

web::Response Answer(Node& node, Access& access, Turns& turns, const Operation& operation,
                     const web::Request& request) {
  const auto token = access.Admit(request, operation.verb);
  if (!token) return token.error();
  if (!request.body.empty() && !IsJson(request.content_type))
    return web::Problem(415, "the body is not declared as JSON", "send Content-Type: application/json");
  if (!turns.try_acquire()) {
    web::Response busy = web::Problem(503, "the node is busy", "try again in a second");
    busy.headers.emplace_back("Retry-After", "1");
    return busy;
  }
  const auto reply = RunOperation(node, operation, *token, request);
  turns.release();
  // Who holds a token may know what an entry or a file is wrong in; libraries' words stay in the log.
  if (!reply && reply.error().code == ErrorCode::kCorrupt)
    return web::Problem(500, reply.error().message, reply.error().remedy);
  if (!reply && reply.error().code == ErrorCode::kInternal) Log(Severity::kError, reply.error().message);
  if (!reply) return AsProblem(reply.error());
  const Json nothing;
  const Json& data = reply->data ? *reply->data : nothing;
  return {.type = "application/json",
          .body = data.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n",
          .cache = request.method == "POST" ? "no-store" : "private, no-cache",
          .headers = {{"Vary", "Authorization"}}};
}

}  // namespace

std::vector<web::Route> VerbRoutes(Node& node) {
  const auto access = std::make_shared<Access>(node);
  const auto turns = std::make_shared<Turns>(kAtOnce);
  std::vector<web::Route> routes;
  for (const Operation& operation : Operations()) {
    routes.push_back({operation.method, operation.pattern, [&, access, turns](const web::Request& request) {
                        return Answer(node, *access, *turns, operation, request);
                      }});
  }
  return routes;
}

}  // namespace concordat::node
