#include "node/interface.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <iterator>
#include <nlohmann/json.hpp>

#include "crypto/canonical_json.h"

namespace concordat::node {
namespace {

using Kind = Argument::Kind;

constexpr Argument Required(const char* name, Kind kind = Kind::kText) { return {name, kind, true}; }

std::vector<Operation> ProductOperations() {
  return {
      {"GET", "/v1/products", "product list"},
      {"POST", "/v1/products", "product publish", {Required("text"), Required("data")}},
      {"POST",
       "/v1/publications",
       "model publish",
       {Required("text"),
        Required("name"),
        {"title"},
        {"purpose"},
        {"usage"},
        {"limitations"},
        {"licence"},
        {"low", Kind::kNumber},
        {"high", Kind::kNumber},
        {"lambda", Kind::kNumber}}},
      {"POST", "/v1/deprecations", "product deprecate", {Required("product"), Required("until"), {"reason"}}},
      {"POST", "/v1/activations", "product activate", {Required("product"), {"reason"}}},
      {"POST", "/v1/retirements", "product retire", {Required("product"), {"reason"}}},
      {"POST",
       "/v1/measurements",
       "product measure",
       {Required("product"), {"legal_basis"}, {"epsilon", Kind::kNumber}, {"each", Kind::kNumber}}},
      {"GET", "/v1/quality/{product*}", "product quality"},
      {"GET", "/v1/search", "product search", {Required("words")}},
      {"GET", "/v1/products/{product*}", "product show"},
      {"GET", "/v1/copies", "product copies"},
  };
}

std::vector<Operation> AgreementOperations() {
  const std::vector<Argument> step = {{"reason"}, {"document"}};
  return {
      {"GET", "/v1/agreements", "agreement list"},
      {"POST", "/v1/agreements", "agreement propose", {Required("text"), {"approve", Kind::kFlag}}},
      {"POST", "/v1/drafts", "agreement draft", {Required("text")}},
      {"POST",
       "/v1/requests",
       "request",
       {Required("products", Kind::kTexts),
        Required("purpose"),
        Required("question"),
        {"analyst"},
        {"legal_basis"},
        {"epsilon", Kind::kNumber},
        {"days", Kind::kNumber},
        {"name"}}},
      {"GET", "/v1/agreements/{agreement}", "agreement show"},
      {"POST",
       "/v1/agreements/{agreement}/approve",
       "agreement approve",
       {{"reason"}, {"document"}, {"signature"}}},
      {"POST", "/v1/agreements/{agreement}/suspend", "agreement suspend", step},
      {"POST", "/v1/agreements/{agreement}/resume", "agreement resume", step},
      {"POST", "/v1/agreements/{agreement}/revoke", "agreement revoke", step},
      {"POST", "/v1/agreements/{agreement}/object", "agreement object", step},
      {"GET",
       "/v1/agreements/{agreement}/note",
       "agreement export",
       {{"step", Kind::kFlag}, {"current", Kind::kFlag}}},
      {"GET", "/v1/agreements/{agreement}/assessment", "agreement assess"},
      {"POST",
       "/v1/agreements/{agreement}/explain",
       "agreement explain",
       {{"analyst"}, {"sql"}, {"analysis"}}},
      {"POST", "/v1/notes", "agreement import", {Required("text")}},
      {"POST", "/v1/differences", "agreement diff", {{"before"}, {"before_text"}, {"after"}, {"after_text"}}},
  };
}

std::vector<Operation> QuestionOperations() {
  return {
      {"POST",
       "/v1/ask",
       "ask",
       {Required("agreement"),
        Required("sql"),
        {"epsilon", Kind::kNumber},
        {"accuracy"},
        {"purpose"},
        {"margins", Kind::kFlag},
        {"pure", Kind::kFlag},
        {"explain", Kind::kFlag}}},
      {"GET", "/v1/budget", "budget", {{"product"}}},
      {"GET", "/v1/receipts/{id}", "receipt", {{"proof", Kind::kFlag}}},
  };
}

std::vector<Operation> FitOperations() {
  return {
      {"POST",
       "/v1/fits",
       "fit",
       {Required("agreement"),
        Required("method"),
        {"formula"},
        {"table"},
        {"options", Kind::kTexts},
        {"epsilon", Kind::kNumber}}},
      {"GET", "/v1/jobs", "job list", {{"agreement"}}},
      {"GET", "/v1/jobs/{id}", "job show"},
      {"POST", "/v1/jobs/{id}/cancel", "job cancel"},
      {"POST", "/v1/jobs/{id}/resume", "job resume"},
      {"GET", "/v1/models", "model list", {{"agreement"}}},
      {"GET", "/v1/models/{id}", "model show"},
      {"GET", "/v1/models/{id}/card", "model card"},
      {"GET", "/v1/models/{id}/export", "model export", {{"form"}}},
  };
}

std::vector<Operation> AnalystOperations() {
  return {
      {"GET", "/v1/analysts", "analyst list"},
      {"POST",
       "/v1/analysts",
       "analyst add",
       {Required("analyst"), Required("password"), {"training", Kind::kTexts}}},
      {"POST", "/v1/analysts/{analyst}/password", "analyst password", {Required("password")}},
      {"POST", "/v1/analysts/{analyst}/training", "analyst training", {{"training", Kind::kTexts}, {"text"}}},
      {"DELETE", "/v1/analysts/{analyst}", "analyst remove"},
  };
}

std::vector<Operation> PersonOperations() {
  return {
      {"GET", "/v1/people", "person list"},
      {"POST", "/v1/people", "person add", {Required("person"), Required("roles", Kind::kTexts), {"key"}}},
      {"POST", "/v1/people/{person}/key", "person key", {{"key"}, {"reason"}}},
      {"DELETE", "/v1/people/{person}", "person remove", {{"reason"}}},
      {"GET", "/v1/roles", "person roles"},
      {"GET", "/v1/tokens", "token list"},
      {"POST", "/v1/tokens", "token create", {Required("name"), Required("role"), {"days", Kind::kNumber}}},
      {"DELETE", "/v1/tokens/{name}", "token revoke"},
  };
}

std::vector<Operation> SubjectOperations() {
  return {
      {"GET", "/v1/subjects", "subject list"},
      {"POST", "/v1/subjects", "subject token", {Required("units", Kind::kTexts), {"days", Kind::kNumber}}},
      {"DELETE", "/v1/subjects/{id}", "subject end"},
      {"POST", "/v1/objections", "subject object", {Required("product"), Required("unit")}},
      {"POST", "/v1/objections/withdraw", "subject withdraw", {Required("product"), Required("unit")}},
  };
}

std::vector<Operation> LedgerOperations() {
  return {
      {"GET", "/v1/ledger", "ledger head"},
      {"GET", "/v1/ledger/entries", "ledger show", {{"first", Kind::kNumber}, {"last", Kind::kNumber}}},
      {"POST", "/v1/ledger/verify", "ledger verify", {{"text"}}},
      {"POST",
       "/v1/ledger/erase",
       "ledger erase",
       {{"entries", Kind::kTexts}, {"reason"}, {"due", Kind::kFlag}}},
      {"GET", "/v1/witness", "witness list"},
      {"POST", "/v1/witness/follow", "witness follow", {Required("key")}},
      {"POST", "/v1/witness/ask", "witness ask", {Required("key"), {"url"}}},
      {"POST", "/v1/witness/stop", "witness stop", {Required("name")}},
      {"POST", "/v1/witness/request", "witness request", {Required("name"), {"known", Kind::kNumber}}},
      {"POST", "/v1/witness/cosign", "witness cosign", {Required("text")}},
      {"POST", "/v1/witness/accept", "witness accept", {Required("name"), Required("text"), {"request"}}},
      {"POST", "/v1/witness/update", "witness update"},
  };
}

std::vector<Operation> MemberOperations() {
  return {
      {"GET", "/v1/members", "member list"},
      {"POST",
       "/v1/invitations",
       "member invite",
       {Required("name"), {"address"}, {"days", Kind::kNumber}, {"non_disclosing", Kind::kFlag}}},
      {"POST",
       "/v1/members",
       "member join",
       {Required("text"), {"address"}, {"introductions", Kind::kFlag}, {"non_disclosing", Kind::kFlag}}},
      {"GET", "/v1/members/{name}", "member show"},
      {"DELETE", "/v1/members/{name}", "member remove", {{"reason"}}},
      {"POST", "/v1/members/{name}/accept", "member accept"},
      {"POST", "/v1/members/{name}/address", "member address", {Required("address")}},
      {"POST", "/v1/pauses", "member pause", {{"name"}, {"reason"}}},
      {"POST", "/v1/pauses/end", "member resume", {{"name"}}},
      {"POST", "/v1/rotations", "member rotate"},
  };
}

std::vector<Operation> CareOperations() {
  return {
      {"POST", "/v1/doctor", "doctor"},
      {"POST", "/v1/backups", "backup", {Required("name")}},
  };
}

std::vector<Operation> All() {
  std::vector<Operation> all;
  for (auto part : {ProductOperations(), AgreementOperations(), QuestionOperations(), FitOperations(),
                    AnalystOperations(), PersonOperations(), SubjectOperations(), LedgerOperations(),
                    MemberOperations(), CareOperations()}) {
    std::move(part.begin(), part.end(), std::back_inserter(all));
  }
  return all;
}

tl::unexpected<Error> Wrong(std::string what, const Operation& operation) {
  std::vector<std::string> names;
  for (const Argument& argument : operation.arguments) names.emplace_back(argument.name);
  return Fail(ErrorCode::kInvalidArgument, std::move(what),
              names.empty() ? "it takes nothing more"
                            : fmt::format("it takes {}; docs/openapi.yaml has each", fmt::join(names, ", ")));
}

const char* Words(Kind kind) {
  constexpr const char* kWords[] = {"a text", "a number", "true or false", "a list of texts"};
  return kWords[static_cast<int>(kind)];
}

bool Fits(const Json& value, Kind kind) {
  switch (kind) {
    case Kind::kText:
      return value.is_string();
    case Kind::kNumber:
      return value.is_number();
    case Kind::kFlag:
      return value.is_boolean();
    case Kind::kTexts:
      return value.is_array() &&
             std::all_of(value.begin(), value.end(), [](const Json& item) { return item.is_string(); });
  }
  return false;
}

// A value of the query, where all are text.
Json FromQuery(const std::string& text, Kind kind) {
  if (kind == Kind::kText) return text;
  if (kind == Kind::kTexts) return Json::array({text});
  if (kind == Kind::kFlag) return text == "true" ? Json(true) : text == "false" ? Json(false) : Json();
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc{} && end == text.data() + text.size() ? Json(number) : Json();
}

// An object; an empty body is an empty one.
Result<Json> ReadBody(const Operation& operation, const web::Request& request) {
  if (request.body.empty()) return Json::object();
  auto body = TRY(crypto::ParseJson(request.body));
  if (!body.is_object()) return Wrong("the body is not a JSON object", operation);
  return body;
}

const Argument* FindArgument(const Operation& operation, const std::string& name) {
  const auto found = std::find_if(operation.arguments.begin(), operation.arguments.end(),
                                  [&](const Argument& argument) { return name == argument.name; });
  return found == operation.arguments.end() ? nullptr : &*found;
}

Result<Json> ReadQuery(const Operation& operation, const web::Request& request) {
  Json given = Json::object();
  for (const auto& [name, text] : request.target.query) {
    const Argument* argument = FindArgument(operation, name);
    given[name] = argument == nullptr ? Json() : FromQuery(text, argument->kind);
  }
  return given;
}

}  // namespace

const std::vector<Operation>& Operations() {
  static const std::vector<Operation> operations = All();
  return operations;
}

Result<Json> ArgumentsFrom(const Operation& operation, const web::Request& request) {
  const bool posts = std::string_view(operation.method) == "POST";
  if (posts && !request.target.query.empty()) return Wrong("this address takes no query", operation);
  if (!posts && !request.body.empty()) return Wrong("this method takes no body", operation);
  Json arguments = posts ? TRY(ReadBody(operation, request)) : TRY(ReadQuery(operation, request));
  for (const auto& [name, value] : arguments.items()) {
    const Argument* argument = FindArgument(operation, name);
    if (argument == nullptr) return Wrong(fmt::format("'{}' is not taken here", name), operation);
    if (!Fits(value, argument->kind))
      return Wrong(fmt::format("'{}' must be {}", name, Words(argument->kind)), operation);
  }
  for (const Argument& argument : operation.arguments) {
    if (argument.required && !arguments.contains(argument.name))
      return Wrong(fmt::format("'{}' is missing", argument.name), operation);
  }
  for (const auto& [name, value] : request.named) arguments[name] = value;
  return arguments;
}

}  // namespace concordat::node
