#include "learning/unit_means.h"

#include "base/mutation.h"

namespace concordat::learning {

std::vector<Int128> SumUnitMeans(const UnitRows& rows, const Frame& frame, Eigen::Index length,
                                 const Clip& clip, const AddRow& add) {
  ClippedSum sum(static_cast<std::size_t>(length), clip);
  Eigen::VectorXd numbers(length);
  ForEachUnit(rows.starts, frame.places, [&](std::size_t first, std::size_t last) {
    numbers.setZero();
    const double weight = 1 / static_cast<double>(last - first);
    for (std::size_t row = first; row < last; ++row) {
      add(static_cast<Eigen::Index>(row), weight, numbers);
      if (!Mutated("fit_unit_lost")) continue;
      sum.Add(numbers / weight);
      numbers.setZero();
    }
    sum.Add(numbers);
  });
  return sum.Take();
}

}  // namespace concordat::learning
