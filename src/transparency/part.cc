#include "transparency/part.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "ledger/body.h"

namespace concordat::transparency {

std::vector<std::string> OwnersIn(const Json& body) {
  std::vector<std::string> owners;
  const Json listed = body.value("owners", Json());
  if (!listed.is_array()) return owners;
  for (const Json& owner : listed) {
    if (owner.is_string()) owners.push_back(owner);
  }
  return owners;
}

bool IsOfAsker(const Json& body) { return body.contains("owners") && !body.contains("product"); }

bool IsToldByAnotherRound(const Json& body) {
  const std::string outcome = ledger::TextIn(body, "outcome");
  return outcome == "opened" || outcome == "begun";
}

bool IsToldByOwnPart(const Json& body, const std::string& member) {
  if (!IsOfAsker(body) || ledger::TextIn(body, "outcome") == "repeated") return false;
  const auto owners = OwnersIn(body);
  return std::find(owners.begin(), owners.end(), member) != owners.end();
}

}  // namespace concordat::transparency
