// One seed, one world: members, an agreement, weather, perhaps a traitor, some questions; and what went
// wrong.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "federation/seam.h"

namespace concordat::federation {

// The same key for the same name.
const crypto::SigningKey& KeyOf(const std::string& name);
// The agreement "study" of these parties; `version` makes its id.
std::shared_ptr<const agreement::Agreement> DocumentOf(const std::vector<std::string>& parties,
                                                       const char* version);

struct Run {
  std::vector<std::string> faults;      // what must never happen, and did
  std::map<std::string, int> outcomes;  // "answered", or the reason of a refusal; of honest coordinators
  int answered = 0;
  int struck = 0;             // rounds of fits in which a third of the owners died
  std::uint64_t resumed = 0;  // fits that went on after the node that asks had died
};

// Threading: one at a time.
Run Simulate(std::uint64_t seed, const Summing& summing, bool traces = false);
// The same with fits in place of questions, exact or under noise.
Run SimulateFits(std::uint64_t seed, bool noisy, bool traces = false);

}  // namespace concordat::federation
