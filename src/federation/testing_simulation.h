// One seed, one world: members, an agreement, weather, perhaps a traitor, some questions; and what went
// wrong.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "federation/seam.h"

namespace concordat::federation {

struct Run {
  std::vector<std::string> faults;      // what must never happen, and did
  std::map<std::string, int> outcomes;  // "answered", or the reason of a refusal; of honest coordinators
  int answered = 0;
};

// Threading: one at a time.
Run Simulate(std::uint64_t seed, const Summing& summing, bool traces = false);

}  // namespace concordat::federation
