// What a test of independence is asked and how a table is laid out, whatever protects its counts.
#pragma once

#include <span>

#include "learning/design.h"
#include "learning/method.h"

namespace concordat::learning {

// ~ a + b.
struct TableCall {
  Design design;  // an indicator a cell, those of the first factor fastest
  Field first, second;

  // A row a level of the first. Precondition: `counts` are a number a cell.
  Eigen::MatrixXd Cells(std::span<const double> counts) const;
};

// Refusals: those of ParseFormula and of Design::Bind; formula_not_supported.
Outcome<TableCall> BindTable(const Call& call, const Schema& schema);

struct TableTest {
  Eigen::MatrixXd expected, residual;  // a cell each
  double statistic = 0;
  double df = 0;
};

std::vector<Output> TableColumns();
// Cells of fewer than `least` rows are not shown: NULL.
Fitted ShowTable(const TableCall& asked, const Eigen::MatrixXd& counts, const TableTest& test, double least);

}  // namespace concordat::learning
