#include "learning/clusters.h"

#include <fmt/format.h>

#include <cmath>

namespace concordat::learning {
namespace {

// Centres start within declared ranges: there must be some.
Outcome<void> CheckRanges(const Design& design, const Schema& schema) {
  for (const std::string& name : design.Columns()) {
    const Field* field = Find(schema, name);
    if (field == nullptr || !field->range)
      return Refuse("range_needed",
                    fmt::format("clusters start within declared ranges, and {} has none", name),
                    "ask the steward to declare the column's least and greatest value");
  }
  return {};
}

}  // namespace

Outcome<ClustersCall> BindClusters(const Call& call, const Schema& schema, Options& options) {
  const int clusters = TRY(options.Whole("k", 2, 1, 1000));
  const int seed = TRY(options.Whole("seed", 1, 0, 2147483647));
  const bool scale = TRY(options.Flag("scale", false));
  Design design = TRY(BindNumericColumns(call.formula, schema));
  TRY(CheckRanges(design, schema));
  ClustersCall asked{.design = design,
                     .scales = ScalesOf(design),
                     .terms = NumericTerms(design),
                     .weights = {},
                     .clusters = clusters,
                     .seed = static_cast<std::uint64_t>(seed)};
  asked.weights =
      scale ? Eigen::VectorXd::Ones(asked.columns()) : Eigen::VectorXd(asked.scales.half.cwiseAbs2());
  return asked;
}

double Draws::Next() {
  std::uint64_t z = (state_ += 0x9e3779b97f4a7c15);
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
  z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
  return std::ldexp(static_cast<double>((z ^ (z >> 31)) >> 11), -52) - 1;
}

Eigen::MatrixXd StartOf(const ClustersCall& asked) {
  Draws draws(asked.seed);
  Eigen::MatrixXd centres(asked.clusters, asked.columns());
  for (Eigen::Index k = 0; k < centres.rows(); ++k)
    for (Eigen::Index j = 0; j < centres.cols(); ++j) centres(k, j) = draws.Next();
  return centres;
}

Eigen::Index Nearest(const ClustersCall& asked, const Eigen::MatrixXd& centres,
                     const Eigen::RowVectorXd& row) {
  Eigen::Index nearest = 0;
  ((centres.rowwise() - row).cwiseAbs2() * asked.weights).minCoeff(&nearest);
  return nearest;
}

Eigen::MatrixXd Unscaled(const ClustersCall& asked, const Eigen::MatrixXd& centres) {
  return (centres * asked.scales.half.asDiagonal()).rowwise() + asked.scales.centre.transpose();
}

std::vector<Output> ClusterColumns() {
  return {{"cluster", Type::kInteger},
          {"size", Type::kInteger},
          {"within_sum_of_squares", Type::kNumber},
          {"column", Type::kText},
          {"centre", Type::kNumber}};
}

Eigen::VectorXd ShownWeights(const ClustersCall& asked) {
  return asked.weights.cwiseQuotient(asked.scales.half.cwiseAbs2());
}

}  // namespace concordat::learning
