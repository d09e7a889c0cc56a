#include "learning/state.h"

#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>

namespace concordat::learning {
namespace {

tl::unexpected<Error> Wrong(const std::string& key, const std::string& what) {
  return WrongState(fmt::format("{} of the state {}", key, what));
}

Result<const Json*> Part(const Json& state, const std::string& key) {
  if (!state.is_object()) return Wrong(key, "is missing: it is no object");
  const auto found = state.find(key);
  if (found == state.end()) return Wrong(key, "is missing");
  return &*found;
}

Result<const Json*> ArrayOf(const Json& state, const std::string& key, std::size_t size) {
  const Json* part = TRY(Part(state, key));
  if (!part->is_array() || part->size() != size) return Wrong(key, fmt::format("is not a list of {}", size));
  return part;
}

Result<double> Read(const Json& value, const std::string& key, Bounds bounds) {
  if (!value.is_number()) return Wrong(key, "is not a number");
  const double number = value.get<double>();
  if (!(number >= bounds.low && number <= bounds.high)) return Wrong(key, "is out of its bounds");
  return number;
}

Result<std::int64_t> ReadWhole(const Json& value, const std::string& key, Bounds bounds) {
  const double number = TRY(Read(value, key, bounds));
  if (number != std::floor(number)) return Wrong(key, "is not a whole number");
  return static_cast<std::int64_t>(number);
}

}  // namespace

tl::unexpected<Error> WrongState(const std::string& what) {
  return Fail(ErrorCode::kInvalidArgument, what,
              "the node that asks must send a state that this method made");
}

Result<double> NumberOf(const Json& state, const std::string& key, Bounds bounds) {
  const Json* part = TRY(Part(state, key));
  return Read(*part, key, bounds);
}

Result<std::int64_t> WholeOf(const Json& state, const std::string& key, Bounds bounds) {
  const Json* part = TRY(Part(state, key));
  return ReadWhole(*part, key, bounds);
}

Result<Eigen::VectorXd> VectorOf(const Json& state, const std::string& key, Eigen::Index size,
                                 Bounds bounds) {
  const Json* part = TRY(ArrayOf(state, key, static_cast<std::size_t>(size)));
  Eigen::VectorXd vector(size);
  for (Eigen::Index i = 0; i < size; ++i)
    vector[i] = TRY(Read((*part)[static_cast<std::size_t>(i)], key, bounds));
  return vector;
}

Result<Eigen::MatrixXd> MatrixOf(const Json& state, const std::string& key, Eigen::Index rows,
                                 Eigen::Index columns, Bounds bounds) {
  const Json* part = TRY(ArrayOf(state, key, static_cast<std::size_t>(rows)));
  Eigen::MatrixXd matrix(rows, columns);
  for (Eigen::Index i = 0; i < rows; ++i) {
    const Json& row = (*part)[static_cast<std::size_t>(i)];
    if (!row.is_array() || row.size() != static_cast<std::size_t>(columns))
      return Wrong(key, fmt::format("has a row that is not a list of {}", columns));
    for (Eigen::Index j = 0; j < columns; ++j)
      matrix(i, j) = TRY(Read(row[static_cast<std::size_t>(j)], key, bounds));
  }
  return matrix;
}

Result<std::vector<std::vector<std::int64_t>>> ListsOf(const Json& state, const std::string& key,
                                                       std::size_t size, std::size_t longest, Bounds bounds) {
  const Json* part = TRY(ArrayOf(state, key, size));
  std::vector<std::vector<std::int64_t>> lists;
  for (const Json& list : *part) {
    if (!list.is_array() || list.size() > longest)
      return Wrong(key, fmt::format("has more than {}", longest));
    lists.emplace_back();
    for (const Json& value : list) lists.back().push_back(TRY(ReadWhole(value, key, bounds)));
  }
  return lists;
}

Json ToJson(const Eigen::VectorXd& vector) {
  Json list = Json::array();
  for (const double value : vector) list.push_back(value);
  return list;
}

Json ToJson(const Eigen::MatrixXd& matrix) {
  Json list = Json::array();
  for (Eigen::Index i = 0; i < matrix.rows(); ++i) list.push_back(ToJson(Eigen::VectorXd(matrix.row(i))));
  return list;
}

}  // namespace concordat::learning
