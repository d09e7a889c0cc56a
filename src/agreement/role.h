// Who may do what: one table, the same in docs/people.md (a test compares them).
#pragma once

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace concordat::agreement {

enum class Role { kSteward, kApprover, kOfficer, kAnalyst, kAuditor, kOperator };
const char* Name(Role role);  // "steward", "approver", …
std::optional<Role> RoleNamed(std::string_view name);

// A verb as the command line has it ("agreement revoke") and the roles that may do it.
struct Right {
  const char* verb;
  std::vector<Role> roles;
};
const std::vector<Right>& Rights();

// Verbs that the table does not name are everybody's.
bool May(const std::set<Role>& roles, std::string_view verb);

}  // namespace concordat::agreement
