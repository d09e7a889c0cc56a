// Everything before the charge of a joint question: at an owner by its own product, at the node that asks by
// what it knows of others'. No row is looked at.
#pragma once

#include <string>

#include "release/joint.h"
#include "release/prepare.h"

namespace concordat::release {

// Where a question is planned: at an owner, or (`abroad`) at the node that asks.
struct Planner {
  const Parts& parts;
  const catalogue::Abroad* abroad = nullptr;
};

// Tables of the agreement, each with a product behind it: this member's part of it, another's public one, or
// at the node that asks what is known of another's. What is not known here is left out. The caller holds
// Share.
sql::Scope KnownTables(const Planner& planner, const agreement::Agreement& document);
// Is the table one that no other member has to be asked for: this one's alone, or public? The caller holds
// Share.
bool IsAnsweredHere(const Planner& planner, const agreement::Agreement& document, const std::string& table);

// Known tables as questions of several members are bound to them. Refusals: Granted's, of this member's own.
// The caller holds Share.
Outcome<sql::Scope> JointScope(const Planner& planner, const agreement::Agreement& document);
// An analyst of this very member is known by its own record, whatever is said of them.
Caller CallerOf(const Parts& parts, const Visitor& visitor, const std::string& agreement);
// The one that rows are read from; at a node that only asks, nothing but what it says. The caller holds
// Share.
catalogue::PublishedPtr PublishedHere(const Parts& parts, const catalogue::Product& product);
// With the tables that nothing is known of here.
Refusal WithUnknownTables(Refusal refusal, const sql::Scope& scope, const agreement::Permit& permit);

// Names what was prepared by its plan, whose hash `plan` is, and by the rows here without those who objected.
// Returns the rows' revision, objections counted; "" at a node that only asks.
std::string TakeRevision(const Planner& planner, const std::string& plan, Prepared& prepared);

struct JointBound {
  Bound bound;
  Sharing sharing;
};
Outcome<JointBound> BindJoint(const Planner& planner, const Caller& caller, const Question& question);
Outcome<JointPlan> PrepareJoint(const Planner& planner, const Caller& caller, const Question& question);

}  // namespace concordat::release
