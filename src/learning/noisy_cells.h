// A number's values counted in cells, with noise: tells where they lie and how far they spread, however small
// a part of the declared range they fill and however long their tail is. A row adds 1 to one cell, so where
// the cells are costs nothing: those of a second round may be fine where the first found many rows.
//
// Argument: lm_noisy.proof.md. Pure.
#pragma once

#include <Eigen/Core>
#include <vector>

namespace concordat::learning {

// Part of a declared range, which is -1 to 1.
struct Window {
  double centre = 0;
  double half = 1;
};

// Cells of -1 to 1: `lines` of one width over the window, beyond it ones that reach twice as far each. What
// is outside of the range is at its ends.
class Cells {
 public:
  Cells(Window window, int lines);

  Eigen::Index size() const { return static_cast<Eigen::Index>(edges_.size()) - 1; }
  Eigen::Index Of(double x) const;
  double low(Eigen::Index cell) const { return edges_[static_cast<std::size_t>(cell)]; }
  double high(Eigen::Index cell) const { return edges_[static_cast<std::size_t>(cell) + 1]; }

 private:
  std::vector<double> edges_;
};

// Noisy counts of cells, `sigma` the noise of each. Precondition: one a cell.
struct Counted {
  Cells cells;
  Eigen::VectorXd counts;
  double sigma = 0;
};

double MedianOf(const Counted& counted);
// About the centre, with four fifths of the rows.
Window WindowAbout(double centre, const Counted& counted);
// About as a normal column's standard deviation: of all distances t from the centre the one where
// sum of min((x - centre)^2, t^2) / t is largest, by 1.23. It is what a column is divided by so that noise
// hides least of it where rows farther than that weigh less; t is in a tail where most of the squares are,
// and no cell that noise alone may have filled takes it there.
double SpreadAbout(double centre, const Counted& counted);

// Rows by size: `counts` of those as large as an edge and not as the next; ascending.
struct Sizes {
  std::vector<double> edges;
  Eigen::VectorXd counts;
  double sigma = 0;
};
// By distance from the centre, each cell at its nearer end.
Sizes SizesAbout(double centre, const Counted& counted);

// By how much numbers are clipped, and what that takes of all of them together, about.
struct Clipping {
  double most = 1;
  double beyond = 0;
};
// The bound where noise, `slope` for each 1 of it, and what it takes are together least: no less than `least`
// and no more than `most`, where nothing is taken. Rows that are too few to be told are taken to fall off as
// they last did, as a power; at least as fast as laws of finite variance do, or nearly (1.5).
Clipping ClippingFor(const Sizes& sizes, double slope, double least, double most);

}  // namespace concordat::learning
