#include "node/verb.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

namespace concordat::node {
namespace {

std::vector<Verb> AllVerbs() {
  std::vector<Verb> all;
  for (auto verbs :
       {ProductVerbs(), AnalystVerbs(), AgreementVerbs(), LedgerVerbs(), AskVerbs(), CareVerbs()}) {
    std::move(verbs.begin(), verbs.end(), std::back_inserter(all));
  }
  return all;
}

}  // namespace

Result<Reply> RunVerb(Node& node, std::string_view name, const Json& arguments, const Progress& progress) {
  static const std::vector<Verb> verbs = AllVerbs();
  const auto verb =
      std::find_if(verbs.begin(), verbs.end(), [&](const Verb& candidate) { return name == candidate.name; });
  if (verb == verbs.end()) {
    return Fail(ErrorCode::kNotFound, fmt::format("this node does not know '{}'", name),
                "node and command line are of different versions: restart the node");
  }
  try {
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
