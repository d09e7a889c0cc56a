// Losses, with the last sigmoid or softmax within: neither overflows, and the gradient is what is told less
// what is wanted.
#include <cmath>

#include "network/network.h"

namespace concordat::network {
namespace {

// log(1 + exp(x)).
double Softplus(double x) { return x > 0 ? x + std::log1p(std::exp(-x)) : std::log1p(std::exp(x)); }

void LoseNumber(double out, double wanted, Index i, Loss& loss) {
  const double off = out - wanted;
  loss.lost[i] = off * off / 2;
  loss.right[i] = off * off;
  loss.gradient(0, i) = off;
}

void LoseTwo(double out, double wanted, Index i, Loss& loss) {
  loss.lost[i] = Softplus(out) - wanted * out;
  loss.right[i] = (out > 0) == (wanted > 0.5) ? 1 : 0;
  loss.gradient(0, i) = 1 / (1 + std::exp(-out)) - wanted;
}

void LoseClass(const Lanes& out, Index wanted, Index i, Loss& loss) {
  Index largest = 0;
  for (Index k = 1; k < out.rows(); ++k)
    if (out(k, i) > out(largest, i)) largest = k;
  const double top = out(largest, i);
  double sum = 0;
  for (Index k = 0; k < out.rows(); ++k) sum += loss.gradient(k, i) = std::exp(out(k, i) - top);
  for (Index k = 0; k < out.rows(); ++k) loss.gradient(k, i) /= sum;
  loss.gradient(wanted, i) -= 1;
  loss.lost[i] = std::log(sum) + top - out(wanted, i);
  loss.right[i] = largest == wanted ? 1 : 0;
}

}  // namespace

Loss LossOf(const Outputs& outputs, const Lanes& out, const Eigen::VectorXd& wanted) {
  Loss loss{.lost = Eigen::VectorXd(out.cols()),
            .right = Eigen::VectorXd(out.cols()),
            .gradient = Lanes(out.rows(), out.cols())};
  for (Index i = 0; i < out.cols(); ++i) {
    if (outputs.target == Target::kNumber) LoseNumber(out(0, i), wanted[i], i, loss);
    if (outputs.target == Target::kTwo) LoseTwo(out(0, i), wanted[i], i, loss);
    if (outputs.target == Target::kClasses) LoseClass(out, static_cast<Index>(wanted[i]), i, loss);
  }
  return loss;
}

}  // namespace concordat::network
