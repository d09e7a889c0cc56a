#include "agreement/role.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "base/file.h"

namespace concordat::agreement {
namespace {

// The table in the documents is the table in force.
TEST(Rights, AreThoseOfTheDocuments) {
  const auto page = ReadFile(CONCORDAT_SOURCE_DIR "/docs/people.md");
  ASSERT_TRUE(page);
  std::string rows;
  for (const Right& right : Rights()) {
    std::string roles;
    for (const Role role : right.roles) roles += (roles.empty() ? "" : ", ") + std::string(Name(role));
    rows += fmt::format("| `{}` | {} |\n", right.verb, roles);
  }
  EXPECT_NE(page->find("| verb | who |\n|---|---|\n" + rows), std::string::npos) << rows;
}

TEST(May, HoldsToTheTable) {
  EXPECT_TRUE(May({Role::kApprover}, "agreement approve"));
  EXPECT_FALSE(May({Role::kSteward, Role::kOperator}, "agreement approve"));
  EXPECT_TRUE(May({Role::kAnalyst, Role::kOfficer}, "agreement revoke"));
  EXPECT_FALSE(May({}, "agreement revoke"));
  EXPECT_TRUE(May({}, "agreement show"));
  for (const char* name : {"steward", "approver", "officer", "analyst", "auditor", "operator"})
    EXPECT_STREQ(Name(*RoleNamed(name)), name);
  EXPECT_FALSE(RoleNamed("king"));
}

}  // namespace
}  // namespace concordat::agreement
