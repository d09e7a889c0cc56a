// Solving A b = c, where A = X'WX is a sum over all members' rows.
#pragma once

#include <Eigen/Core>
#include <optional>
#include <string>
#include <vector>

#include "base/refusal.h"

namespace concordat::learning {

struct Solved {
  Eigen::VectorXd solution;
  Eigen::MatrixXd inverse;
};

// The first column that is a sum of those before it, and those.
struct Dependent {
  Eigen::Index column = 0;
  std::vector<Eigen::Index> of;
};

// By Cholesky's factors in the order of the columns, each first scaled to a unit diagonal. A column of which
// the earlier ones leave less than 1e-11 of its square is dependent: the later of two alike, as in R.
struct NormalEquations {
  std::optional<Solved> solved;
  Dependent dependent;  // where there is no solution
};
NormalEquations Solve(const Eigen::MatrixXd& a, const Eigen::VectorXd& c);

// Refusal: collinear, naming the columns.
tl::unexpected<Refusal> RefuseCollinear(const Dependent& dependent, const std::vector<std::string>& terms);

}  // namespace concordat::learning
