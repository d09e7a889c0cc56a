// Fits as several members would, for tests: sums through the integers that members share, states through
// their text.
#pragma once

#include <nlohmann/json.hpp>
#include <vector>

#include "learning/method.h"

namespace concordat::learning {

// Rows dealt to members in turn.
std::vector<Rows> Deal(const Rows& rows, std::size_t members);
// To the end; `states` receives every round's state where it is not null.
Outcome<Fitted> FitOver(const ExactMethod& method, const std::vector<Rows>& members,
                        std::vector<Json>* states = nullptr);
// The same of a call of this module's methods, over People.
Outcome<Fitted> FitAmong(const Call& call, const std::vector<Rows>& members, const Rules& rules = {});

}  // namespace concordat::learning
