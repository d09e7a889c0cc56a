// The model matrix of a member's rows.
#include <Eigen/Core>
#include <algorithm>
#include <cmath>

#include "learning/design.h"

namespace concordat::learning {
namespace {

using Eigen::ArrayXd;
using Eigen::Index;
using Eigen::MatrixXd;

ArrayXd ColumnOf(const Rows& rows, const std::string& name) {
  return Values({.kind = Expr::Kind::kColumn, .name = name}, rows);
}

// NaN where a value is no place among so many levels.
ArrayXd PlacesOf(const ArrayXd& values, std::size_t levels) {
  return values.unaryExpr([levels](double value) {
    const bool fits = value >= 0 && value < static_cast<double>(levels) && value == std::floor(value);
    return fits ? value : NAN;
  });
}

// 0 for the first level and 1 for the others; without levels the numbers themselves.
ArrayXd Coded(const Expr& expr, const std::vector<std::string>& levels, const Rows& rows) {
  const ArrayXd values = Values(expr, rows);
  if (levels.empty()) return values;
  return PlacesOf(values, levels.size()).unaryExpr([](double place) {
    return std::fmin(place, 1) + 0 * place;
  });
}

// An indicator a level; a row of NaN where there is no place.
MatrixXd Indicators(const ArrayXd& places, std::size_t levels) {
  MatrixXd all = MatrixXd::Zero(places.size(), static_cast<Index>(levels));
  for (Index i = 0; i < places.size(); ++i) {
    if (std::isfinite(places[i])) {
      all(i, static_cast<Index>(places[i])) = 1;
    } else {
      all.row(i).setConstant(NAN);
    }
  }
  return all;
}

// As R's Surv: what is neither 0 nor 1 is missing.
ArrayXd Events(const ArrayXd& values) {
  return values.unaryExpr([](double value) { return value == 0 || value == 1 ? value : NAN; });
}

ArrayXd Unsigned(const ArrayXd& values) {
  return values.unaryExpr([](double value) { return value >= 0 ? value : NAN; });
}

// Takes rows that are kept out of what was computed for all of them.
class Keeper {
 public:
  explicit Keeper(const ArrayXd& known) {
    for (Index i = 0; i < known.size(); ++i) {
      if (std::isfinite(known[i])) rows_.push_back(i);
    }
  }

  MatrixXd Matrix(const MatrixXd& all) const { return all(rows_, Eigen::all); }
  Eigen::VectorXd Numbers(const ArrayXd& all) const { return all(rows_); }
  std::vector<std::size_t> Places(const ArrayXd& all) const {
    std::vector<std::size_t> places;
    for (const Index row : rows_) places.push_back(static_cast<std::size_t>(all[row]));
    return places;
  }
  std::vector<std::size_t> Rows() const { return {rows_.begin(), rows_.end()}; }

 private:
  std::vector<Index> rows_;
};

}  // namespace

std::vector<std::string> Design::Columns() const { return columns_; }

std::vector<MatrixXd> Design::PartsOf(const Rows& rows) const {
  std::vector<MatrixXd> all;
  for (std::size_t i = 0; i < parts_.size(); ++i) {
    const ArrayXd values = Values(formula_.variables[i].of, rows);
    const std::size_t levels = parts_[i].levels.size();
    all.push_back(levels > 0 ? Indicators(PlacesOf(values, levels), levels) : parts_[i].basis->Of(values));
  }
  return all;
}

ArrayXd Design::StrataOf(const Rows& rows) const {
  ArrayXd places = ArrayXd::Zero(static_cast<Index>(rows.size()));
  for (std::size_t i = 0; i < stratum_sizes_.size(); ++i)
    places = places * static_cast<double>(stratum_sizes_[i]) +
             PlacesOf(ColumnOf(rows, formula_.strata[i]), stratum_sizes_[i]);
  return places;
}

Design::Response Design::ResponseOf(const Rows& rows) const {
  Response response;
  if (formula_.response) response.y = Coded(formula_.response->of, response_levels_, rows);
  if (formula_.status) response.status = Events(Coded(*formula_.status, status_levels_, rows));
  if (formula_.start) {
    const ArrayXd start = Values(*formula_.start, rows);
    response.start = (start < response.y).select(start, NAN);
  }
  if (formula_.failures) {
    response.trials = Unsigned(response.y + Values(*formula_.failures, rows));
    // Of no trials the share is of no weight.
    response.y = (response.trials == 0).select(0 * response.y, response.y / response.trials);
  }
  return response;
}

Frame Design::Of(const Rows& rows) const {
  const auto size = static_cast<Index>(rows.size());
  const std::vector<MatrixXd> parts = PartsOf(rows);
  const ArrayXd strata = StrataOf(rows);
  const ArrayXd zeros = ArrayXd::Zero(size);
  const Response response = ResponseOf(rows);
  const ArrayXd group =
      formula_.grouping ? PlacesOf(ColumnOf(rows, *formula_.grouping), groups_.size()) : zeros;
  ArrayXd weights = weights_.empty() ? ArrayXd(zeros + 1) : Unsigned(ColumnOf(rows, weights_));
  if (formula_.failures) weights *= response.trials;
  ArrayXd offset = zeros;
  for (const Expr& each : formula_.offsets) offset += Values(each, rows);

  MatrixXd x = MatrixXd::Ones(size, static_cast<Index>(pieces_.size()));
  for (std::size_t i = 0; i < pieces_.size(); ++i) {
    for (const Piece& piece : pieces_[i])
      x.col(static_cast<Index>(i)).array() *= parts[piece.part].col(piece.column).array();
  }
  // A sum of zeros, but where something is missing, or a product too large.
  ArrayXd known = 0 * (group + weights + offset + strata);
  for (const ArrayXd* part : {&response.y, &response.start, &response.status, &response.trials})
    if (part->size() > 0) known += 0 * *part;
  known += (0 * x.array()).rowwise().sum();
  for (const MatrixXd& part : parts) known += (0 * part.array()).rowwise().sum();
  const Keeper keeper(known);

  Frame frame{.x = keeper.Matrix(x), .weights = keeper.Numbers(weights), .offset = keeper.Numbers(offset)};
  if (formula_.response) frame.y = keeper.Numbers(response.y);
  if (formula_.start) frame.start = keeper.Numbers(response.start);
  if (formula_.status) frame.status = keeper.Numbers(response.status);
  if (formula_.failures) frame.trials = keeper.Numbers(response.trials);
  if (!formula_.strata.empty()) frame.stratum = keeper.Places(strata);
  if (formula_.grouping) frame.group = keeper.Places(group);
  frame.places = keeper.Rows();
  return frame;
}

}  // namespace concordat::learning
