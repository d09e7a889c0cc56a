// Reading a round's state. It comes from another member: every part of it is looked at before it is used.
#pragma once

#include <Eigen/Core>
#include <cstdint>
#include <string>
#include <vector>

#include "base/json.h"
#include "base/result.h"

namespace concordat::learning {

struct Bounds {
  double low = 0;
  double high = 0;
};

// What every reader of states says of one that is none, or that was changed.
tl::unexpected<Error> WrongState(const std::string& what);

// The part of a state under a key. Errors of all: kInvalidArgument: it is not there, of another size, not a
// finite number, or out of its bounds.
Result<double> NumberOf(const Json& state, const std::string& key, Bounds bounds);
Result<std::int64_t> WholeOf(const Json& state, const std::string& key, Bounds bounds);
Result<Eigen::VectorXd> VectorOf(const Json& state, const std::string& key, Eigen::Index size, Bounds bounds);
// Rows of equal length.
Result<Eigen::MatrixXd> MatrixOf(const Json& state, const std::string& key, Eigen::Index rows,
                                 Eigen::Index columns, Bounds bounds);
// As many lists as `size`, each of at most `longest` whole numbers.
Result<std::vector<std::vector<std::int64_t>>> ListsOf(const Json& state, const std::string& key,
                                                       std::size_t size, std::size_t longest, Bounds bounds);

Json ToJson(const Eigen::VectorXd& vector);
Json ToJson(const Eigen::MatrixXd& matrix);

}  // namespace concordat::learning
