// Sums over units under noise in which a unit weighs as one row, however many it has.
//
// A unit's numbers are the means of its rows'. A mean of vectors is no longer than the longest of them, so a
// bound of what a row adds is one of what a unit adds, and nothing is clipped where rows keep it.
#pragma once

#include <Eigen/Core>
#include <functional>
#include <vector>

#include "learning/clip.h"
#include "learning/design.h"

namespace concordat::learning {

// Rows whose number is below so many deviations of its noise are not told from none.
inline constexpr double kFewRows = 3;

// Adds what a row of a frame comes to, times `weight`, to its unit's numbers. It reads that row alone.
using AddRow = std::function<void(Eigen::Index row, double weight, Eigen::VectorXd& numbers)>;

// `frame` is of `rows`; a unit of which no row was kept adds nothing. What a unit adds: clip.proof.md.
std::vector<Int128> SumUnitMeans(const UnitRows& rows, const Frame& frame, Eigen::Index length,
                                 const Clip& clip, const AddRow& add);

}  // namespace concordat::learning
