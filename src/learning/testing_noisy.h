// Fits under noise as several members would, for tests: units' integers are added up, each member's draw is
// added, states go through their text.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <vector>

#include "learning/method.h"

namespace concordat::learning {

// Sanitizers look at what each run does, and take ten times as long: under them simulations run a twentieth
// as often, too seldom to judge shares by.
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
inline constexpr bool kJudged = false;
#else
inline constexpr bool kJudged = true;
#endif
constexpr int Runs(int judged) { return kJudged ? judged : judged / 20; }

// Each row a unit of its own, or `rows_a_unit` rows one after another.
UnitRows ByUnit(const Rows& rows, std::size_t rows_a_unit = 1);
// Without the rows of one unit: the neighbour.
UnitRows Without(const UnitRows& units, std::size_t unit);

// The noise of a fit, by what a node does: sigma is 2^20 steps a member, and a unit moves as many as rho pays
// for. Draws are rounded normal ones, of a seed.
struct TestNoise {
  double rho = 1;      // of the whole fit
  bool exact = false;  // no draws, and so many steps that rounding does not show; methods are told sigma 0
  std::uint64_t seed = 1;
  std::uint64_t steps = 0;  // of a unit in each round, for who has an account of his own; 0: by rho
};

// Steps of a unit in a round.
std::uint64_t StepsOf(const NoisyRound& round, const TestNoise& noise);
// A member's integers without noise. Precondition: the state is one of the method's.
std::vector<Int128> IntegersOf(const NoisyMethod& method, const UnitRows& units, const Json& state,
                               std::uint64_t steps);
// To the end; `states` receives every round's state where it is not null. Rounds that sample draw units by
// the same seed.
Outcome<Fitted> FitNoisily(const NoisyMethod& method, const std::vector<UnitRows>& members,
                           const TestNoise& noise, std::vector<Json>* states = nullptr);

}  // namespace concordat::learning
