// The first two rounds of linear and generalised linear models under noise: where columns (and a response
// that has no bound of its own) lie within their declared ranges and how far they spread, by counts in cells
// (noisy_cells.h): coarse ones, then fine ones where the first found most rows.
//
// Argument: lm_noisy.proof.md. Pure.
#pragma once

#include <span>
#include <vector>

#include "learning/noisy_cells.h"
#include "learning/noisy_regression.h"

namespace concordat::learning {

// Where each number's cells are fine, the response's last if it is one of them. In the first round it is the
// whole range.
using Windows = std::vector<Window>;
// In a state. Errors: kInvalidArgument: not of so many.
void Put(Json& state, const Windows& windows);
Result<Windows> ReadWindows(const Json& state, std::size_t size);

// All of scaled columns and the scaled response.
struct Places {
  double rows = 0;
  Eigen::VectorXd centre, spread;  // a number a term; 0 and 1 of an intercept
  // Of a response that is counted: about which it lies (its median, or 0 without an intercept), and how far.
  double start = 0, deviation = 1;
  Sizes sizes;
};

class PlaceRounds {
 public:
  // `response`: is it counted too?
  PlaceRounds(const NoisyRegression& regression, bool response);

  Windows Whole() const { return Windows(numbers_.size() + (response_ ? 1 : 0)); }
  static std::vector<Cells> CellsOf(const Windows& windows);
  Eigen::Index SizeOf(const std::vector<Cells>& cells) const;
  // Most that a row adds.
  double Length() const;
  // Adds what a row of scaled columns and a scaled response adds.
  void AddRow(const std::vector<Cells>& cells, const Eigen::VectorXd& x, double y,
              Eigen::VectorXd& numbers) const;
  // What the first round's totals lead to, and the second's, of SizeOf numbers: declared ranges where there
  // are no more rows than noise makes of none. Refusals: too_few_rows.
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
  bool centred_, response_;
  std::vector<Scale> scales_;
  std::vector<Eigen::Index> numbers_, indicators_;  // columns; an intercept is neither
  double factors_ = 0;                              // terms that indicators are of: of each one is 1 at most
};

}  // namespace concordat::learning
