// Everything before a round of a fit: may this be asked, what does it mean. No row is looked at.
#pragma once

#include <string>
#include <vector>

#include "release/fit.h"
#include "release/joint_prepare.h"
#include "sql/fit.h"

namespace concordat::release {

// All but the values of parameters.
struct FitBound {
  sql::FitQuestion question;
  agreement::Permit permit;
  catalogue::PublishedPtr published;
  Sharing sharing;
  std::string analysis;
  learning::Rules rules;
  std::shared_ptr<const learning::Method> method;
  std::shared_ptr<const learning::ExactMethod> exact;  // as FitPlan's
  std::optional<FitNoise> noise;
  sql::Plan rest;
};

// Refusals: the agreement's; unknown_table; the method's; those of FitNoiseFor and of binding the rest.
Outcome<FitBound> BindFit(const Planner& planner, const MethodMaker& make, const Caller& caller,
                          const Question& question);
Outcome<FitPlan> PrepareFit(const Planner& planner, const MethodMaker& make, const Caller& caller,
                            const Question& question);
// Of an entry of one round.
Json FitJson(const FitPlan& plan, const FitRound& round);

}  // namespace concordat::release
