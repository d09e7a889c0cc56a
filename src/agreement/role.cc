#include "agreement/role.h"

#include <algorithm>
#include <iterator>

namespace concordat::agreement {
namespace {

constexpr const char* kNames[] = {"steward", "approver", "officer", "analyst", "auditor", "operator"};

}  // namespace

const char* Name(Role role) { return kNames[static_cast<std::size_t>(role)]; }

std::optional<Role> RoleNamed(std::string_view name) {
  const auto* const found = std::find(std::begin(kNames), std::end(kNames), name);
  if (found == std::end(kNames)) return std::nullopt;
  return static_cast<Role>(found - std::begin(kNames));
}

namespace {

std::vector<Right> RightsOverMembers() {
  using enum Role;
  return {
      {"member invite", {kOfficer, kOperator}},
      {"member join", {kOfficer, kOperator}},
      {"member accept", {kOfficer, kOperator}},
      {"member remove", {kOfficer, kOperator}},
      {"member rotate", {kOperator}},
      {"member address", {kOperator}},
      {"member pause", {kOfficer, kOperator}},
      {"member resume", {kOfficer, kOperator}},
      {"member list", {kSteward, kApprover, kOfficer, kAuditor, kOperator}},
      {"member show", {kSteward, kApprover, kOfficer, kAuditor, kOperator}},
  };
}

std::vector<Right> RightsOverUse() {
  using enum Role;
  return {
      {"product publish", {kSteward}},
      {"product measure", {kSteward}},
      {"product fetch", {kSteward, kOperator}},
      {"model publish", {kSteward}},
      {"product deprecate", {kSteward}},
      {"product activate", {kSteward}},
      {"product retire", {kSteward}},
      {"analyst add", {kSteward}},
      {"analyst password", {kSteward, kOperator}},
      {"analyst training", {kSteward, kOfficer}},
      {"analyst remove", {kSteward, kOfficer}},
      {"agreement draft", {kSteward, kOfficer}},
      {"request", {kAnalyst, kSteward, kOfficer}},
      {"agreement propose", {kSteward}},
      {"agreement import", {kSteward, kApprover, kOfficer, kOperator}},
      {"agreement approve", {kApprover}},
      {"agreement suspend", {kSteward, kApprover, kOfficer}},
      {"agreement resume", {kApprover, kOfficer}},
      {"agreement revoke", {kApprover, kOfficer}},
      {"agreement object", {kApprover, kOfficer}},
      {"agreement assess", {kSteward, kOfficer}},
  };
}

std::vector<Right> RightsOverNode() {
  using enum Role;
  return {
      {"person add", {kOfficer, kOperator}},
      {"person key", {kOfficer, kOperator}},
      {"person remove", {kOfficer, kOperator}},
      {"subject token", {kOfficer, kOperator}},
      {"subject end", {kOfficer, kOperator}},
      {"subject object", {kOfficer, kOperator}},
      {"subject withdraw", {kOfficer, kOperator}},
      {"subject list", {kOfficer, kOperator, kAuditor}},
      {"ledger erase", {kOfficer, kOperator}},
      {"ledger verify", {kAuditor, kOfficer, kOperator}},
      {"witness follow", {kOfficer, kOperator}},
      {"witness ask", {kOfficer, kOperator}},
      {"witness stop", {kOfficer, kOperator}},
      {"backup", {kOperator}},
      {"token create", {kOfficer, kOperator}},
      {"token revoke", {kOfficer, kOperator}},
      {"token list", {kOfficer, kAuditor, kOperator}},
      {"person list", {kSteward, kApprover, kOfficer, kAuditor, kOperator}},
      {"analyst list", {kSteward, kApprover, kOfficer, kAuditor, kOperator}},
      {"ask", {kAnalyst}},
      {"fit", {kAnalyst}},
      {"job cancel", {kAnalyst, kOperator}},
      {"job resume", {kAnalyst}},
      {"model list", {kAnalyst, kOfficer, kAuditor}},
      {"model show", {kAnalyst}},
      {"model card", {kAnalyst, kOfficer, kAuditor}},
      {"model export", {kAnalyst}},
      {"doctor", {kOperator}},
      {"witness cosign", {kOfficer, kOperator}},
      {"witness accept", {kOfficer, kOperator}},
      {"witness update", {kOfficer, kOperator}},
      {"ledger export", {kOperator}},
  };
}

}  // namespace

const std::vector<Right>& Rights() {
  static const std::vector<Right> rights = [] {
    std::vector<Right> all = RightsOverUse();
    for (const auto& more : {RightsOverNode(), RightsOverMembers()})
      all.insert(all.end(), more.begin(), more.end());
    return all;
  }();
  return rights;
}

bool May(const std::set<Role>& roles, std::string_view verb) {
  const auto right = std::find_if(Rights().begin(), Rights().end(),
                                  [verb](const Right& candidate) { return verb == candidate.verb; });
  return right == Rights().end() || std::any_of(right->roles.begin(), right->roles.end(),
                                                [&](Role role) { return roles.contains(role); });
}

}  // namespace concordat::agreement
