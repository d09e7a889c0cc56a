// Agreements by file: notes out, notes in.
#include <algorithm>
#include <nlohmann/json.hpp>

#include "node/exchange.h"
#include "node/import.h"
#include "node/node.h"
#include "node/offers.h"
#include "node/verb.h"

namespace concordat::node {
namespace {

using agreement::Standing;
using agreement::Step;

Result<std::string> LastStepNote(const Node& node, const Standing& standing) {
  const auto last = std::find_if(standing.steps.rbegin(), standing.steps.rend(), [&](const Step& step) {
    return step.party == node.member() && step.number > 0;
  });
  if (last == standing.steps.rend()) {
    return Fail(ErrorCode::kNotFound, "this member has suspended, resumed or revoked nothing here",
                "leave --step away for the document itself");
  }
  return StepNote(standing, *last);
}

Result<Reply> ExportAgreement(Node& node, const Json& arguments, const Progress&) {
  const std::string name = arguments.at("agreement");
  const auto lock = node.ledger().Share();
  const Time now = node.ledger().Now();
  const Standing* standing = node.agreements().FindAmendment(name, now);
  const bool step = arguments.value("step", false);
  if (standing == nullptr || step || arguments.value("current", false))
    standing = node.agreements().Find(name, now);
  if (standing == nullptr) return NoAgreement(name);
  std::string note = step ? TRY(LastStepNote(node, *standing)) : DocumentNote(node, *standing);
  return Reply{note, Data(Json{{"note", note}, {"document", standing->document->id}})};
}

Result<Reply> ImportAgreement(Node& node, const Json& arguments, const Progress&) {
  return ImportNote(node, arguments);
}

}  // namespace

std::vector<Verb> ExchangeVerbs() {
  return {{"agreement export", ExportAgreement}, {"agreement import", ImportAgreement}};
}

}  // namespace concordat::node
