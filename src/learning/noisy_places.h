// The first two rounds of a linear model under noise: where columns and the response lie within their
// declared ranges and how far they spread, by counts in cells (noisy_cells.h): coarse ones, then fine ones
// where the first found most rows.
//
// Argument: lm_noisy.proof.md. Pure.
#pragma once

#include <span>
#include <vector>

#include "learning/noisy_cells.h"
#include "learning/noisy_regression.h"

namespace concordat::learning {

// Where each number's cells are fine, the response's last. In the first round it is the whole range.
using Windows = std::vector<Window>;

// All of scaled columns and the scaled response.
struct Places {
  double rows = 0;
  Eigen::VectorXd centre, spread;  // a number a term; 0 and 1 of an intercept
  double start = 0;                // about which the response lies: its median, or 0 without an intercept
  double deviation = 1;            // of the response about it
  Sizes sizes;                     // of the response about it
};

class PlaceRounds {
 public:
  explicit PlaceRounds(const NoisyRegression& regression);

  // Of the fit's cost.
  static constexpr double kCoarse = 0.06, kFine = 0.09;

  Windows Whole() const { return Windows(numbers_.size() + 1); }
  static std::vector<Cells> CellsOf(const Windows& windows);
  Eigen::Index SizeOf(const std::vector<Cells>& cells) const;
  // Most that a unit adds.
  double Bound() const;
  // Adds what a row of scaled columns and a scaled response adds.
  void AddRow(const std::vector<Cells>& cells, const Eigen::VectorXd& x, double y,
              Eigen::VectorXd& numbers) const;
  // What the first round's totals lead to, and the second's. Refusals: too_few_rows.
  Outcome<Windows> Narrow(std::span<const double> totals, double sigma) const;
  Outcome<Places> Find(const std::vector<Cells>& cells, std::span<const double> totals, double sigma) const;

 private:
  struct Totals {
    double rows = 0;
    Eigen::VectorXd ones;          // of each indicator
    std::vector<Counted> numbers;  // the response last
  };
  Outcome<Totals> Read(const std::vector<Cells>& cells, std::span<const double> totals, double sigma) const;
  double CentreOf(const Counted& counted) const { return centred_ ? MedianOf(counted) : 0; }
  void FindIndicator(Places& places, Eigen::Index column, double share, double noise) const;

  Rules rules_;
  bool centred_;
  std::vector<Scale> scales_;
  std::vector<Eigen::Index> numbers_, indicators_;  // columns; an intercept is neither
  double factors_ = 0;                              // terms that indicators are of: of each one is 1 at most
  double rows_of_a_unit_;
};

}  // namespace concordat::learning
