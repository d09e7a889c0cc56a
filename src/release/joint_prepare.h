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

// Tables of the agreement, each with a product of its own: this member's part of it, or at the node that asks
// a copy of another's. What is not known here is left out. The caller holds Share.
Outcome<sql::Scope> JointScope(const Planner& planner, const agreement::Permit& permit);

struct JointBound {
  Bound bound;
  Sharing sharing;
};
Outcome<JointBound> BindJoint(const Planner& planner, const Caller& caller, const Question& question);
Outcome<JointPlan> PrepareJoint(const Planner& planner, const Caller& caller, const Question& question);

}  // namespace concordat::release
