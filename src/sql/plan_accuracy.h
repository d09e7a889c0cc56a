// concordat.accuracy: how close an answer must be, instead of what it may cost.
#pragma once

#include <optional>
#include <string_view>

#include "base/refusal.h"
#include "sql/plan.h"

namespace concordat::sql {

// Half-width of the 95% interval of a measured column, in its natural units. Of a joint question: when all
// owners contribute, which is the most that it comes to.
double HalfWidthOf(const Measured& measured);
// The scale of the one draw whose interval is as wide.
double SpreadOf(const Measured& measured);

// "±50": half-width of counts' 95% intervals. "±2%": of counts in per cent of the product's people, of
// averages over as many people in per cent of their range.
struct Accuracy {
  double half_width = 0;  // a fraction when relative
  bool relative = false;
};

// Reads "±50", "+-50", "50", each with or without "%". Refusals: bad_accuracy.
Outcome<Accuracy> ParseAccuracy(std::string_view text);

// Can the accuracy be told for this plan at all, before any noise is chosen? Refusals: bad_accuracy,
// accuracy_needs_people.
Outcome<void> CheckAccuracy(const Accuracy& accuracy, const Plan& plan);

// Does the plan's noise meet it?
bool Meets(const Plan& plan, const Accuracy& accuracy);

}  // namespace concordat::sql
