#include "ledger/name.h"

#include "ledger/body.h"

namespace concordat::ledger {

std::string QuestionName(const std::string& question) { return "question/" + question; }
std::string RepeatName(const std::string& question) { return "repeat/" + question; }
std::string IdentityName(const std::string& identity) { return "identity/" + identity; }
std::string AskerName(const std::string& agreement, const std::string& analyst) {
  return "asker/" + agreement + "/" + analyst;
}

std::vector<std::string> NamesOf(const std::string& kind, const Json& body) {
  const std::string question = TextIn(body, "question");
  if (kind == kind::kCharge)
    return {QuestionName(question), AskerName(TextIn(body, "agreement"), TextIn(body, "analyst"))};
  if (kind != kind::kRelease) return {};
  const std::string outcome = TextIn(body, "outcome");
  if (outcome == "repeated") return {RepeatName(question)};
  if (outcome == "answered") return {QuestionName(question), IdentityName(TextIn(body, "identity"))};
  return {QuestionName(question)};
}

}  // namespace concordat::ledger
