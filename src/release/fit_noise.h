// What protects a fit under `mode: dp`: what the whole may cost, and what of it each round is charged and may
// let one unit move. Pure.
//
// A round's numbers are integers on the grid of dp/scale.h: a unit moves one owner's by at most `steps` in
// L2, each owner adds one draw to each. Argument: dp/shares.proof.md, learning/clip.proof.md.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "agreement/decision.h"
#include "base/refusal.h"
#include "catalogue/product.h"
#include "dp/accounting.h"
#include "dp/shares.h"
#include "learning/method.h"
#include "release/answer.h"
#include "release/sharing.h"

namespace concordat::release {

class States;
struct FitRound;

struct FitNoise {
  std::shared_ptr<const learning::NoisyMethod> method;
  PrivacyBudget budget;   // that was asked for
  dp::Measurement whole;  // what it pays for, at each owner; rounds together cost no more
  // Where rounds look at a sample of the units (NoisyRound::sampled): as many alike as `whole` has. Each of
  // them lets one unit move one owner's integers by `steps`.
  dp::SampledRounds sampled;
  std::uint64_t steps = 0;
  Epsilon epsilon;  // of the whole alone, at the budget's delta
  dp::NoiseShare share;
};

// One round of it.
struct RoundNoise {
  double bound = 1;                    // of a unit's numbers, in the method's own
  std::uint64_t rate = dp::kEveryone;  // chance of each unit to be in the round, in parts of kEveryone
  std::uint64_t steps = 0;             // that a unit may move one owner's integers by, in L2
  dp::Measurement measurement;         // what the round costs

  // A grid step in the method's numbers, and sigma of a total in which so many owners' draws are.
  double Step() const { return bound / static_cast<double>(steps); }
  double Sigma(std::size_t owners) const;
};

// Refusals: no_unit; setting_not_for_fits for pure epsilon and an accuracy; budget_too_small.
Outcome<FitNoise> FitNoiseFor(std::shared_ptr<const learning::NoisyMethod> method,
                              const catalogue::Product& product, const Sharing& sharing,
                              const agreement::Permit& permit, const Settings& settings);
// What EXPLAIN says of it, in lines.
std::vector<std::string> LinesOf(const FitNoise& noise, const Sharing& sharing);
// Refusals: state_invalid; budget_too_small.
Outcome<RoundNoise> NoiseOf(const FitNoise& noise, States& states, const FitRound& round);

}  // namespace concordat::release
