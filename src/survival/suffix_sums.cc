#include "survival/suffix_sums.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "base/check.h"

namespace concordat::survival {

// Coefficients of (1 - z)^(-1/2) and of (1 - z)^(1/2).
SuffixSums::SuffixSums(Eigen::Index size)
    : root_(Eigen::VectorXd::Ones(size)), inverse_(Eigen::VectorXd::Ones(size)) {
  for (Eigen::Index k = 1; k < size; ++k) {
    const auto twice = static_cast<double>(2 * k);
    root_[k] = root_[k - 1] * (twice - 1) / twice;
    inverse_[k] = inverse_[k - 1] * (twice - 3) / twice;
  }
}

void SuffixSums::Add(Eigen::Index place, double weight, Eigen::Ref<Eigen::VectorXd> numbers) const {
  CHECK(place >= 0 && place < size() && numbers.size() == size());
  numbers.head(place + 1) += weight * root_.head(place + 1).reverse();
}

Eigen::VectorXd SuffixSums::SumsOf(const Eigen::VectorXd& measured) const {
  CHECK(measured.size() == size());
  Eigen::VectorXd sums(size());
  for (Eigen::Index i = 0; i < size(); ++i) sums[i] = root_.head(size() - i).dot(measured.tail(size() - i));
  return sums;
}

Eigen::VectorXd SuffixSums::Weigh(const Eigen::VectorXd& g) const {
  CHECK(g.size() == size());
  Eigen::VectorXd weights(size());
  for (Eigen::Index i = 0; i < size(); ++i) weights[i] = inverse_.head(i + 1).reverse().dot(g.head(i + 1));
  return weights;
}

Eigen::VectorXd NeverRising(const Eigen::VectorXd& sequence) {
  std::vector<std::pair<double, Eigen::Index>> blocks;  // mean, length
  for (const double next : sequence) {
    blocks.emplace_back(next, 1);
    while (blocks.size() > 1 && blocks[blocks.size() - 2].first < blocks.back().first) {
      const auto [mean, length] = blocks.back();
      blocks.pop_back();
      auto& [before, count] = blocks.back();
      before += (mean - before) * static_cast<double>(length) / static_cast<double>(count + length);
      count += length;
    }
  }
  Eigen::VectorXd falling(sequence.size());
  Eigen::Index place = 0;
  for (const auto& [mean, length] : blocks) {
    falling.segment(place, length).setConstant(std::max(mean, 0.0));
    place += length;
  }
  return falling;
}

}  // namespace concordat::survival
