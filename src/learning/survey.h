// What the first round of a regression counts, so that the agreement's rules are held before anything is
// shown: rows, rows of each level and cell, and how far each column and the response spread. Argument:
// glm.proof.md.
#pragma once

#include <Eigen/Core>
#include <span>
#include <vector>

#include "base/refusal.h"
#include "learning/design.h"
#include "learning/method.h"

namespace concordat::learning {

// Threading: any thread; nothing changes.
class Survey {
 public:
  // `weights` as of Design::Bind. Refusals: those of Design::Bind.
  static Outcome<Survey> Make(const Design& design, const Schema& schema, const Rules& rules,
                              const std::string& weights);

  std::size_t length() const;
  // Lays down length() numbers over the frame's rows whose weight is above 0. `scaled` is the scaled matrix.
  void Add(const Rows& rows, const Frame& frame, const Eigen::MatrixXd& scaled,
           std::vector<double>& numbers) const;
  // Rows, and each scaled column's standard deviation (by n; 0 for the intercept). Precondition: length()
  // numbers. Refusals: too_few_rows, too_many_parameters, level_too_small, constant_column,
  // leverage_too_high.
  struct Found {
    double rows = 0;
    Eigen::VectorXd spread;
  };
  Outcome<Found> Check(std::span<const double> totals) const;
  // Of a response of numbers, which may be what few rows make of it. Precondition: as Check, and not refused
  // by it. Refusals: constant_column, leverage_too_high.
  Outcome<void> CheckResponse(std::span<const double> totals) const;

 private:
  struct Column {
    std::string name;
    std::string what;  // that few rows would decide
  };
  Outcome<void> CheckCells(std::span<const double> counts) const;
  // The column's standard deviation.
  Outcome<double> CheckSpread(const Column& column, double rows, std::span<const double> powers) const;

  std::vector<std::string> terms_;  // of each column; the first of an intercept is empty
  std::vector<Design> cells_;       // an indicator a cell, for each product of factors
  std::vector<std::string> names_;  // of all cells, then of the response's levels
  std::size_t levels_ = 0;          // of the response: its first, and the others
  std::string response_;            // of numbers; else empty
  Scale response_scale_;
  Rules rules_;
};

}  // namespace concordat::learning
