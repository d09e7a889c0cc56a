// What clusters are asked of, where their centres start and which is nearest, whatever protects the sums.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "learning/numeric_columns.h"
#include "learning/options.h"

namespace concordat::learning {

// ~ a + b + c, with options k, seed and scale.
struct ClustersCall {
  Design design;
  NumericScales scales;
  std::vector<std::string> terms;
  Eigen::VectorXd weights;  // of a column's squared distance, in squares of its half range
  int clusters = 2;
  std::uint64_t seed = 1;

  Eigen::Index columns() const { return scales.half.size(); }
};

// Refusals: those of BindNumericColumns and of the options; range_needed.
Outcome<ClustersCall> BindClusters(const Call& call, const Schema& schema, Options& options);

// Numbers from -1 to 1, of a seed alone. Source: Steele, Lea, Flood, "Fast Splittable Pseudorandom Number
// Generators" (2014).
class Draws {
 public:
  explicit Draws(std::uint64_t seed) : state_(seed) {}
  double Next();

 private:
  std::uint64_t state_;
};

// A row a cluster, scaled: of the call alone.
Eigen::MatrixXd StartOf(const ClustersCall& asked);
// The nearest centre, and of equals the first.
Eigen::Index Nearest(const ClustersCall& asked, const Eigen::MatrixXd& centres,
                     const Eigen::RowVectorXd& row);
Eigen::MatrixXd Unscaled(const ClustersCall& asked, const Eigen::MatrixXd& centres);

std::vector<Output> ClusterColumns();
// Weights as people see them: of squares of units, or with scale => true of half ranges.
Eigen::VectorXd ShownWeights(const ClustersCall& asked);

}  // namespace concordat::learning
