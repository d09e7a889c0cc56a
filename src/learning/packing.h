// Numbers of a round, laid one after another and taken off in the same order.
#pragma once

#include <Eigen/Core>
#include <span>
#include <vector>

namespace concordat::learning {

// Numbers that the upper triangle of a symmetric matrix takes, and the triangle row by row.
Eigen::Index TriangleSize(Eigen::Index columns);
Eigen::VectorXd Triangle(const Eigen::MatrixXd& symmetric);
// Precondition: `triangle` has TriangleSize(columns).
Eigen::MatrixXd FromTriangle(const Eigen::VectorXd& triangle, Eigen::Index columns);

void Put(std::vector<double>& numbers, const Eigen::VectorXd& vector);

// Precondition of all: so many are left.
class Taker {
 public:
  explicit Taker(std::span<const double> numbers) : numbers_(numbers) {}

  double Number();
  std::span<const double> Part(std::size_t size);
  Eigen::VectorXd Vector(Eigen::Index size);

 private:
  std::span<const double> numbers_;
};

}  // namespace concordat::learning
