// A fitted network as its model keeps it (docs/formats/network.md): all that predicting and exporting need.
#pragma once

#include <string>
#include <vector>

#include "base/json.h"
#include "network/network.h"

namespace concordat::network {

inline constexpr double kLargestWeight = 1e6;

struct Saved {
  Network network;
  Eigen::VectorXd weights;
  std::vector<std::string>
      terms;                     // columns of the model matrix without the intercept, as the formula has them
  Eigen::VectorXd centre, half;  // what goes in is (x - centre) / half
  std::vector<std::string> levels;  // of a response that is a factor; else empty
  double response_centre = 0,
         response_half = 1;  // of one that is a number: what is told is centre + half * out
};

Json ToJson(const Saved& saved);
// Other parts of the object are not looked at. Errors: kInvalidArgument.
Result<Saved> ReadSaved(const Json& model);
// What is told of rows of the model matrix, a column a row of the table: a number, the chance of the second
// level, or of each level.
Lanes Predict(const Saved& saved, const Lanes& matrix);

}  // namespace concordat::network
