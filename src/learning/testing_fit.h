// A made-up table dealt out among members, and rounds of fits: for tests and fuzzers.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "learning/method.h"

namespace concordat::learning {

// age, cost, visits, weight, change, same, twice (twice the age), outlier, zero, none (0 but in the north),
// empty; sex, region, ill, rare, split (yes where age is above 50).
Schema PeopleSchema();
// So many rows dealt to members in turn; one member more has none. The same for every call.
std::vector<Rows> People(std::size_t rows, std::size_t members);

// Sums over members by the integers that members share.
Result<std::vector<double>> TotalOf(const ExactMethod& method, const std::vector<Rows>& members,
                                    const Json& state);
// The state after so many rounds. Precondition: there are so many.
Json StateAfter(const ExactMethod& method, const std::vector<Rows>& members, int rounds);

}  // namespace concordat::learning
