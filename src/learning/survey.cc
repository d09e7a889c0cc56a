#include "learning/survey.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "learning/disclosure.h"
#include "learning/packing.h"

namespace concordat::learning {
namespace {

constexpr std::size_t kPowers = 4;
// A column whose variance is below this share of its mean square has one value, but for rounding.
constexpr double kNoSpread = 1e-13;
// Sums are multiples of 2^-64: of fourth powers below this, too few digits are left to tell whose they are.
constexpr double kFinestCount = 1e-14;

// The terms whose variables are all factors, but those within another of them.
std::vector<std::vector<std::size_t>> FactorTerms(const Formula& formula, const Schema& schema) {
  std::vector<std::vector<std::size_t>> terms;
  for (auto term = formula.terms.rbegin(); term != formula.terms.rend(); ++term) {
    std::vector<std::size_t> factors;
    for (const std::size_t variable : *term)
      if (IsFactor(formula.variables[variable], schema)) factors.push_back(variable);
    const bool within = std::any_of(terms.begin(), terms.end(), [&](const auto& other) {
      return std::includes(other.begin(), other.end(), factors.begin(), factors.end());
    });
    if (!factors.empty() && !within) terms.push_back(std::move(factors));
  }
  return terms;
}

}  // namespace

Outcome<Survey> Survey::Make(const Design& design, const Schema& schema, const Rules& rules,
                             const std::string& weights) {
  Survey survey;
  survey.rules_ = rules;
  survey.terms_ = design.terms();
  if (design.formula().intercept) survey.terms_.front().clear();
  for (auto& term : FactorTerms(design.formula(), schema)) {
    Formula formula = design.formula();
    formula.intercept = false;
    formula.terms = {std::move(term)};
    survey.cells_.push_back(TRY(Design::Bind(std::move(formula), schema, weights)));
    const auto& names = survey.cells_.back().terms();
    survey.names_.insert(survey.names_.end(), names.begin(), names.end());
  }
  const auto& levels = design.response_levels();
  const Formula& formula = design.formula();
  if (formula.response && !formula.status && levels.empty()) {
    survey.response_ = formula.response->text;
    survey.response_scale_ = ScaleOf(design.response_range(), true);
  }
  if (!levels.empty()) {
    survey.levels_ = 2;
    survey.names_.push_back(levels.front());
    survey.names_.push_back("not " + levels.front());
  }
  return survey;
}

std::size_t Survey::length() const {
  return 1 + kPowers * (terms_.size() + (response_.empty() ? 0 : 1)) + names_.size();
}

void Survey::Add(const Rows& rows, const Frame& frame, const Eigen::MatrixXd& scaled,
                 std::vector<double>& numbers) const {
  const Eigen::VectorXd counted = (frame.weights.array() > 0).cast<double>();
  const auto add_powers = [&](const Eigen::ArrayXd& column) {
    Eigen::ArrayXd power = counted.array();
    for (std::size_t k = 0; k < kPowers; ++k) {
      power *= column;
      numbers.push_back(power.sum());
    }
  };
  numbers.push_back(counted.sum());
  for (const auto& column : scaled.colwise()) add_powers(column.array());
  if (!response_.empty()) add_powers((frame.y.array() - response_scale_.centre) / response_scale_.half);
  for (const Design& cells : cells_) Put(numbers, cells.Of(rows).x.transpose() * counted);
  if (levels_ == 0) return;
  const double others = counted.dot(frame.y);
  numbers.push_back(counted.sum() - others);
  numbers.push_back(others);
}

Outcome<Survey::Found> Survey::Check(std::span<const double> totals) const {
  Taker taker(totals);
  Found found{.rows = taker.Number(), .spread = Eigen::VectorXd(static_cast<Eigen::Index>(terms_.size()))};
  const auto parameters = static_cast<double>(terms_.size());
  TRY(CheckSize(rules_, found.rows, parameters));
  if (parameters >= found.rows)
    return Refuse("too_many_parameters",
                  fmt::format("{} parameters fit {} rows exactly", parameters, found.rows), "leave out terms",
                  "42501");
  const auto powers = taker.Part(kPowers * terms_.size());
  if (!response_.empty()) taker.Part(kPowers);
  TRY(CheckCells(taker.Part(names_.size())));
  for (std::size_t i = 0; i < terms_.size(); ++i)
    found.spread[static_cast<Eigen::Index>(i)] =
        terms_[i].empty() ? 0
                          : TRY(CheckSpread({terms_[i], "the coefficient of " + terms_[i]}, found.rows,
                                            powers.subspan(kPowers * i, kPowers)));
  return found;
}

Outcome<void> Survey::CheckResponse(std::span<const double> totals) const {
  if (response_.empty()) return {};
  TRY(CheckSpread({response_, "what is said of " + response_}, totals[0],
                  totals.subspan(1 + kPowers * terms_.size(), kPowers)));
  return {};
}

Outcome<void> Survey::CheckCells(std::span<const double> counts) const {
  for (std::size_t i = 0; i < counts.size(); ++i) {
    if (counts[i] < rules_.minimum_cell)
      return Refuse("level_too_small",
                    fmt::format("fewer than {} rows are {}", rules_.minimum_cell, names_[i]),
                    "leave the term out, or declare broader levels", "42501");
  }
  return {};
}

Outcome<double> Survey::CheckSpread(const Column& column, double rows, std::span<const double> powers) const {
  const double mean = powers[0] / rows, square = powers[1] / rows, cube = powers[2] / rows;
  const double variance = square - mean * mean;
  if (variance <= kNoSpread * square)
    return Refuse("constant_column", fmt::format("{} is the same in every row", column.name), "leave it out",
                  "22023");
  const double fourth =
      powers[3] / rows - 4 * mean * cube + 6 * mean * mean * square - 3 * mean * mean * mean * mean;
  if (rows * fourth < kFinestCount)
    return Refuse("constant_column",
                  fmt::format("{} is the same in every row, or nearly so for its range", column.name),
                  "leave it out, or stretch it: I(1000 * x)", "22023");
  if (rows * variance * variance < rules_.minimum_cell * fourth)
    return Refuse("leverage_too_high",
                  fmt::format("fewer than {} rows decide {}", rules_.minimum_cell, column.what),
                  "write its logarithm, or leave it out", "42501");
  return std::sqrt(variance);
}

}  // namespace concordat::learning
