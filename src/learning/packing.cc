#include "learning/packing.h"

#include "base/check.h"

namespace concordat::learning {

Eigen::Index TriangleSize(Eigen::Index columns) { return columns * (columns + 1) / 2; }

Eigen::VectorXd Triangle(const Eigen::MatrixXd& symmetric) {
  Eigen::VectorXd triangle(TriangleSize(symmetric.cols()));
  Eigen::Index place = 0;
  for (Eigen::Index i = 0; i < symmetric.cols(); ++i) {
    for (Eigen::Index j = i; j < symmetric.cols(); ++j) triangle[place++] = symmetric(i, j);
  }
  return triangle;
}

Eigen::MatrixXd FromTriangle(const Eigen::VectorXd& triangle, Eigen::Index columns) {
  CHECK(triangle.size() == TriangleSize(columns));
  Eigen::MatrixXd symmetric(columns, columns);
  Eigen::Index place = 0;
  for (Eigen::Index i = 0; i < columns; ++i) {
    for (Eigen::Index j = i; j < columns; ++j) symmetric(i, j) = symmetric(j, i) = triangle[place++];
  }
  return symmetric;
}

void Put(std::vector<double>& numbers, const Eigen::VectorXd& vector) {
  numbers.insert(numbers.end(), vector.begin(), vector.end());
}

double Taker::Number() { return Part(1).front(); }

std::span<const double> Taker::Part(std::size_t size) {
  CHECK(size <= numbers_.size());
  const auto part = numbers_.first(size);
  numbers_ = numbers_.subspan(size);
  return part;
}

Eigen::VectorXd Taker::Vector(Eigen::Index size) {
  const auto part = Part(static_cast<std::size_t>(size));
  return Eigen::Map<const Eigen::VectorXd>(part.data(), size);
}

}  // namespace concordat::learning
