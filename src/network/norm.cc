#include "network/norm.h"

#include <cmath>

namespace concordat::network {
namespace {

using Lane = Eigen::Array<double, 1, Eigen::Dynamic>;

// Sums down the rows, one after the other: a lane's sum has the same order wherever it stands.
Lane SumOf(const Eigen::Ref<const Lanes>& rows) {
  Lane sum = Lane::Zero(rows.cols());
  for (Index j = 0; j < rows.rows(); ++j) sum += rows.row(j).array();
  return sum;
}

}  // namespace

Index GroupsOf(const Layer& layer) {
  return layer.text.kind == Kind::kLayerNorm ? 1 : static_cast<Index>(layer.text.numbers.front());
}

Lanes Normalise(const Layer& layer, const Eigen::Ref<const Lanes>& weights, const Lanes& in, Trace& trace) {
  const Index groups = GroupsOf(layer), rows = in.rows() / groups;
  const Index area = in.rows() / layer.in.channels;
  trace.out = in;
  trace.factor.resize(groups, in.cols());
  for (Index g = 0; g < groups; ++g) {
    auto part = trace.out.middleRows(g * rows, rows);
    const Lane mean = SumOf(part) / static_cast<double>(rows);
    part.array().rowwise() -= mean;
    const Lane variance = SumOf(part.cwiseProduct(part)) / static_cast<double>(rows);
    trace.factor.row(g) = (variance + kNormFloor).unaryExpr([](double v) { return 1 / std::sqrt(v); });
    part.array().rowwise() *= Lane(trace.factor.row(g));
  }
  Lanes out(in.rows(), in.cols());
  for (Index j = 0; j < in.rows(); ++j)
    out.row(j).array() =
        trace.out.row(j).array() * weights(j / area, 0) + weights(layer.in.channels + j / area, 0);
  return out;
}

Lanes BackFromNorm(const Layer& layer, const Eigen::Ref<const Lanes>& weights, const Trace& trace,
                   const Lanes& gradient, Factors& factors) {
  const Index groups = GroupsOf(layer), rows = gradient.rows() / groups, channels = layer.in.channels;
  const Index area = gradient.rows() / channels;
  factors = {.left = Lanes::Ones(1, gradient.cols()),
             .right = Lanes::Zero(2 * channels, gradient.cols()),
             .places = 1};
  Lanes back(gradient.rows(), gradient.cols());
  for (Index j = 0; j < gradient.rows(); ++j) {
    factors.right.row(j / area) += gradient.row(j).cwiseProduct(trace.out.row(j));
    factors.right.row(channels + j / area) += gradient.row(j);
    back.row(j) = gradient.row(j) * weights(j / area, 0);
  }
  for (Index g = 0; g < groups; ++g) {
    auto part = back.middleRows(g * rows, rows);
    const auto normal = trace.out.middleRows(g * rows, rows);
    const Lane mean = SumOf(part) / static_cast<double>(rows);
    const Lane along = SumOf(part.cwiseProduct(normal)) / static_cast<double>(rows);
    for (Index j = 0; j < rows; ++j)
      part.row(j).array() =
          (part.row(j).array() - mean - normal.row(j).array() * along) * trace.factor.row(g).array();
  }
  return back;
}

}  // namespace concordat::network
