// What sampled rounds cost alone, for scripts: one line of numbers in, one out.
//
//   epsilon RATE SENSITIVITY SCALE ROUNDS DELTA     prints epsilon
//   steps RATE SCALE ROUNDS EPSILON DELTA           prints steps
//   curve RATE SENSITIVITY SCALE                    prints divergences at the orders
//   orders                                          prints the orders
#include <fmt/format.h>

#include <iostream>
#include <sstream>
#include <string>

#include "dp/accounting.h"
#include "dp/sampled.h"

using namespace concordat;
using namespace concordat::dp;

namespace {

std::string EpsilonOf(std::istringstream& words) {
  Measurement rounds;
  double delta = 0;
  words >> rounds.rate >> rounds.sensitivity >> rounds.scale >> rounds.times >> delta;
  Composition alone;
  alone.Add(rounds);
  return fmt::format("{:.17g}", alone.ToEpsilon({delta}).value);
}

std::string CurveOf(std::istringstream& words) {
  Measurement round;
  words >> round.rate >> round.sensitivity >> round.scale;
  return fmt::format("{:.17g}", fmt::join(RenyiOf(round), " "));
}

std::string StepsOf(std::istringstream& words) {
  SampledRounds rounds;
  PrivacyBudget budget;
  words >> rounds.rate >> rounds.scale >> rounds.rounds >> budget.epsilon.value >> budget.delta.value;
  return fmt::format("{}", StepsForSampled(rounds, budget));
}

}  // namespace

int main() {
  for (std::string line; std::getline(std::cin, line);) {
    std::istringstream words(line);
    std::string what;
    words >> what;
    if (what == "orders") fmt::print("{}\n", fmt::join(RenyiOrders(), " "));
    if (what == "curve") fmt::print("{}\n", CurveOf(words));
    if (what == "epsilon") fmt::print("{}\n", EpsilonOf(words));
    if (what == "steps") fmt::print("{}\n", StepsOf(words));
  }
  return 0;
}
