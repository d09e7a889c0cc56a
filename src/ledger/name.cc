#include "ledger/name.h"

#include "ledger/body.h"

namespace concordat::ledger {

std::string QuestionName(const std::string& question) { return "question/" + question; }
std::string RepeatName(const std::string& question) { return "repeat/" + question; }
std::string IdentityName(const std::string& identity) { return "identity/" + identity; }
std::string AskerName(const std::string& agreement, const std::string& analyst) {
  return "asker/" + agreement + "/" + analyst;
}
std::string JobName(const std::string& agreement, const std::string& analyst, const std::string& job) {
  return kJobNames + agreement + "/" + analyst + "/" + job;
}
std::string FittedName(const std::string& agreement, const std::string& analyst) {
  return kFittedNames + agreement + "/" + analyst;
}

// A release names its analyst where others were charged: at the node that asked.
std::vector<std::string> NamesOf(const std::string& kind, const Json& body) {
  const std::string question = TextIn(body, "question");
  if (kind != kind::kCharge && kind != kind::kRelease) return {};
  const std::string outcome = TextIn(body, "outcome");
  if (outcome == "repeated") return {RepeatName(question)};
  const std::string analyst = TextIn(body, "analyst");
  const std::string agreement = TextIn(body, "agreement");
  const std::string job = JobOf(body);
  if (outcome == "begun") return {JobName(agreement, analyst, job)};
  std::vector<std::string> names = {QuestionName(question)};
  if (outcome == "answered") names.push_back(IdentityName(TextIn(body, "identity")));
  if (kind == kind::kCharge || !analyst.empty()) names.push_back(AskerName(agreement, analyst));
  if (job.empty()) return names;
  names.push_back(JobName(agreement, analyst, job));
  if (outcome == "answered") names.push_back(FittedName(agreement, analyst));
  return names;
}

}  // namespace concordat::ledger
