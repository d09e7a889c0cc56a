// Weights as text: base64 of float32, little-endian. Numbers go through float32 before they are used, so that
// what is stored and exported is what was fitted.
#pragma once

#include <Eigen/Core>
#include <string>
#include <string_view>

#include "base/result.h"

namespace concordat::network {

std::string ToFloats(const Eigen::VectorXd& numbers);
// Errors: kInvalidArgument: not so many, or one that is not finite or larger than `most`.
Result<Eigen::VectorXd> FromFloats(std::string_view text, Eigen::Index size, double most);

// Numbers as float32 holds them.
Eigen::VectorXd Rounded(const Eigen::VectorXd& numbers);
// Appends them, little-endian.
void PutFloats(const Eigen::VectorXd& numbers, std::string& bytes);

}  // namespace concordat::network
