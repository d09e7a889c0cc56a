#include "training/scales.h"

#include <algorithm>
#include <cmath>

#include "learning/unit_means.h"

namespace concordat::training {
namespace {

using Eigen::Index;
using Eigen::VectorXd;

constexpr double kFewUnits = 3;           // of the noise of their number: fewer are not told from none
constexpr double kLeastDeviation = 1e-6;  // in halves of a declared range
constexpr double kRoundedTo = 1e-6;       // states hold float32

}  // namespace

NetworkScales::NetworkScales(const NetworkDesign& design)
    : declared_(design.scales()),
      columns_(design.NumberColumns()),
      response_(design.network().outputs().target == network::Target::kNumber) {}

double NetworkScales::bound() const { return std::sqrt(1 + static_cast<double>(size())); }

std::vector<Int128> NetworkScales::Add(const learning::UnitRows& rows, const learning::Frame& frame,
                                       std::uint64_t steps) const {
  const auto within = [](double x, double centre, double half) {
    return std::clamp((x - centre) / half, -1.0, 1.0);
  };
  const auto add = [&](Index row, double weight, VectorXd& numbers) {
    numbers[0] += weight;
    Index place = 1;
    const auto put = [&](double x) {
      numbers[place++] += weight * x;
      numbers[place++] += weight * (x * x - 1);
    };
    for (const Index j : columns_) put(within(frame.x(row, j + 1), declared_.centre[j], declared_.half[j]));
    if (response_) put(within(frame.y[row], declared_.response_centre, declared_.response_half));
  };
  return learning::SumUnitMeans(rows, frame, length(), {.bound = bound(), .steps = steps}, add);
}

VectorXd NetworkScales::Measured(const VectorXd& sums, double sigma) const {
  VectorXd measured(length());
  const double units = measured[0] = std::max(0.0, sums[0]);
  const bool told = units > std::max(1.0, kFewUnits * sigma);
  for (Index place = 1; place < length(); place += 2) {
    const double mean = told ? std::clamp(sums[place] / units, -1.0, 1.0) : 0;
    const double variance = told ? sums[place + 1] / units + 1 - mean * mean : 1;
    // Of the mean and of the mean square, as they come together.
    const double noise = sigma / std::max(1.0, units) * std::sqrt(1 + 4 * mean * mean);
    measured[place] = mean;
    measured[place + 1] = std::clamp(std::sqrt(std::max(variance, noise)), kLeastDeviation, 1.0);
  }
  return measured;
}

bool NetworkScales::Holds(const VectorXd& measured) const {
  for (Index place = 1; place < length(); place += 2) {
    const bool fits = std::abs(measured[place]) <= 1 + kRoundedTo &&
                      measured[place + 1] >= kLeastDeviation * (1 - kRoundedTo) &&
                      measured[place + 1] <= 1 + kRoundedTo;
    if (!fits) return false;
  }
  return true;
}

InputScales NetworkScales::Of(const VectorXd& measured) const {
  InputScales scales = declared_;
  Index place = 1;
  const auto take = [&](double& centre, double& half) {
    centre += half * measured[place++];
    half *= measured[place++];
  };
  for (const Index j : columns_) take(scales.centre[j], scales.half[j]);
  if (response_) take(scales.response_centre, scales.response_half);
  return scales;
}

}  // namespace concordat::training
