#include "node/verb.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <nlohmann/json.hpp>

#include "node/node.h"

namespace concordat::node {
namespace {

std::vector<Verb> AllVerbs() {
  std::vector<Verb> all;
  for (auto verbs : {ProductVerbs(),  AnalystVerbs(), PersonVerbs(),  TokenVerbs(),        AgreementVerbs(),
                     ExchangeVerbs(), ExportVerbs(),  CopyVerbs(),    ModelPublishVerbs(), QualityVerbs(),
                     RequestVerbs(),  ExplainVerbs(), SubjectVerbs(), LedgerVerbs(),       WitnessVerbs(),
                     MemberVerbs(),   AskVerbs(),     FitVerbs(),     ModelVerbs(),        CareVerbs()}) {
    std::move(verbs.begin(), verbs.end(), std::back_inserter(all));
  }
  return all;
}

// Once a member has people, those named must have the role. Nobody is kept out by it who has the member's
// home: it keeps honest people within their say, and the record right.
Result<void> CheckRole(Node& node, std::string_view verb, const Json& arguments) {
  const std::string by = arguments.value("by", "");
  const auto lock = node.ledger().Share();
  const agreement::Person* person = node.agreements().FindPerson(by);
  if (person == nullptr || agreement::May(person->roles, verb)) return {};
  return Fail(ErrorCode::kPermissionDenied, fmt::format("refused (role_missing): {} may not '{}'", by, verb),
              "concordat person roles says who may do what");
}

}  // namespace

std::shared_ptr<const Json> Data(Json json) { return std::make_shared<const Json>(std::move(json)); }

const std::vector<Verb>& Verbs() {
  static const std::vector<Verb> verbs = AllVerbs();
  return verbs;
}

Result<Reply> RunVerb(Node& node, std::string_view name, const Json& arguments, const Progress& progress) {
  const std::vector<Verb>& verbs = Verbs();
  const auto verb =
      std::find_if(verbs.begin(), verbs.end(), [&](const Verb& candidate) { return name == candidate.name; });
  if (verb == verbs.end()) {
    return Fail(ErrorCode::kNotFound, fmt::format("this node does not know '{}'", name),
                "node and command line are of different versions: restart the node");
  }
  try {
    TRY(CheckRole(node, name, arguments));
    return verb->run(node, arguments, progress);
  } catch (const Json::exception& error) {
    return Fail(ErrorCode::kInvalidArgument,
                fmt::format("'{}' was given arguments it does not understand: {}", name, error.what()),
                "node and command line are of different versions: restart the node");
  } catch (const std::exception& error) {
    // Of a library, where nobody expected one: the verb fails, and not the node that others use.
    return Fail(ErrorCode::kInternal, fmt::format("'{}' failed: {}", name, error.what()),
                "this is a fault of the program: please report it");
  }
}

}  // namespace concordat::node
