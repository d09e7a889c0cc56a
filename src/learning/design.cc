#include "learning/design.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "base/name.h"

namespace concordat::learning {
namespace {

Outcome<const Field*> FieldOf(const Schema& schema, const std::string& name) {
  if (const Field* field = Find(schema, name)) return field;
  std::vector<std::string> names;
  for (const Field& field : schema) names.push_back(field.name);
  const std::string nearest = NearestName(name, names);
  return Refuse("unknown_column", fmt::format("there is no column {}", name),
                nearest.empty() ? fmt::format("there are {}", fmt::join(names, ", "))
                                : fmt::format("did you mean {}?", nearest),
                "42703");
}

Outcome<void> NeedNumbers(const Expr& expr, const Schema& schema) {
  std::set<std::string> names;
  AddColumns(expr, names);
  for (const std::string& name : names) {
    if (!Find(schema, name)->levels.empty())
      return Refuse("column_not_number",
                    fmt::format("{} has levels, and {} computes with numbers", name, ToText(expr)),
                    fmt::format("write {} as a term of its own", NameText(name)), "42804");
  }
  return {};
}

Outcome<const std::vector<std::string>*> NeedLevels(const Schema& schema, const std::string& name) {
  const Field* field = Find(schema, name);
  if (!field->levels.empty()) return &field->levels;
  return Refuse("column_not_factor", fmt::format("{} has no levels", name),
                "name a column whose levels its contract declares, or site()", "42804");
}

// Boundary knots that are not given are the ends of the declared range.
Outcome<Interval> BoundaryOf(const Variable& variable, const std::optional<Interval>& range) {
  if (variable.kind == Variable::Kind::kPlain || variable.kind == Variable::Kind::kPoly) return Interval();
  const auto boundary = variable.boundary ? variable.boundary : range;
  if (!boundary || boundary->first >= boundary->second)
    return Refuse("range_needed",
                  fmt::format("{} has no boundary: the column declares no range", variable.text),
                  "add Boundary.knots = c(0, 100)", "0A000");
  const auto& knots = variable.knots;
  if (!knots.empty() && (knots.front() <= boundary->first || knots.back() >= boundary->second))
    return Refuse("knots_outside_range",
                  fmt::format("knots of {} are not within its boundary", variable.text),
                  fmt::format("write knots between {} and {}", NumberText(boundary->first),
                              NumberText(boundary->second)),
                  "22023");
  return *boundary;
}

}  // namespace

Scale ScaleOf(const std::optional<Interval>& range, bool centred) {
  if (!range || range->first == range->second) return {};
  if (!centred) return {0, std::max(std::fabs(range->first), std::fabs(range->second))};
  return {range->first / 2 + range->second / 2, range->second / 2 - range->first / 2};
}

Outcome<Design> Design::Bind(Formula formula, const Schema& schema, const std::string& weights) {
  Design design;
  design.formula_ = std::move(formula);
  design.weights_ = weights;
  TRY(design.BindColumns(schema));
  TRY(design.BindResponse(schema));
  TRY(design.BindParts(schema));
  TRY(design.AddTerms());
  return design;
}

Outcome<void> Design::BindColumns(const Schema& schema) {
  std::set<std::string> names(formula_.strata.begin(), formula_.strata.end());
  if (formula_.response) AddColumns(formula_.response->of, names);
  for (const auto* part : {&formula_.start, &formula_.status, &formula_.failures})
    if (*part) AddColumns(**part, names);
  for (const Variable& variable : formula_.variables) AddColumns(variable.of, names);
  for (const Expr& offset : formula_.offsets) AddColumns(offset, names);
  if (formula_.grouping) names.insert(*formula_.grouping);
  if (!weights_.empty()) names.insert(weights_);
  for (const std::string& name : names) TRY(FieldOf(schema, name));
  columns_.assign(names.begin(), names.end());
  for (const Expr& offset : formula_.offsets) TRY(NeedNumbers(offset, schema));
  if (!weights_.empty()) TRY(NeedNumbers({.kind = Expr::Kind::kColumn, .name = weights_}, schema));
  if (formula_.grouping) groups_ = *TRY(NeedLevels(schema, *formula_.grouping));
  if (!formula_.strata.empty()) strata_ = {""};
  for (const std::string& name : formula_.strata) {
    std::vector<std::string> longer;
    const std::vector<std::string>& levels = *TRY(NeedLevels(schema, name));
    for (const std::string& before : strata_) {
      for (const std::string& level : levels)
        longer.push_back(fmt::format("{}{}{}={}", before, before.empty() ? "" : ", ", name, level));
      if (longer.size() > kMostColumns)
        return Refuse("too_many_terms", fmt::format("there are more than {} strata", kMostColumns),
                      "name columns with fewer levels", "54000");
    }
    strata_ = std::move(longer);
    stratum_sizes_.push_back(levels.size());
  }
  return {};
}

Outcome<void> Design::BindResponse(const Schema& schema) {
  if (formula_.failures) {
    TRY(NeedNumbers(formula_.response->of, schema));
    TRY(NeedNumbers(*formula_.failures, schema));
    response_range_ = Interval(0, 1);
  } else if (formula_.response) {
    if (IsFactor(formula_.response->of, schema)) {
      response_levels_ = Find(schema, formula_.response->of.name)->levels;
      response_range_ = Interval(0, 1);
    } else {
      TRY(NeedNumbers(formula_.response->of, schema));
      response_range_ = RangeOf(formula_.response->of, schema);
      response_scale_ = ScaleOf(response_range_, formula_.intercept);
    }
  }
  return formula_.status ? BindSurvival(schema) : Outcome<void>();
}

Outcome<void> Design::BindSurvival(const Schema& schema) {
  if (formula_.start) TRY(NeedNumbers(*formula_.start, schema));
  if (!response_levels_.empty())
    return Refuse("column_not_number", "the time of Surv(time, status) has levels",
                  "name a column of numbers", "42804");
  if (!IsFactor(*formula_.status, schema)) return NeedNumbers(*formula_.status, schema);
  status_levels_ = Find(schema, formula_.status->name)->levels;
  return {};
}

Outcome<void> Design::BindParts(const Schema& schema) {
  for (const Variable& variable : formula_.variables) {
    Part part{.text = variable.text};
    if (IsFactor(variable, schema)) {
      part.levels = Find(schema, variable.of.name)->levels;
    } else {
      TRY(NeedNumbers(variable.of, schema));
      part.range = RangeOf(variable.of, schema);
      part.basis = Basis(variable, TRY(BoundaryOf(variable, part.range)));
    }
    parts_.push_back(std::move(part));
  }
  return {};
}

bool Design::IsIndicator(std::size_t column) const {
  return std::all_of(pieces_[column].begin(), pieces_[column].end(),
                     [&](const Piece& piece) { return !LevelsOf(piece.part).empty(); });
}

Eigen::MatrixXd Design::Scaled(const Eigen::MatrixXd& x) const {
  Eigen::MatrixXd scaled = x;
  for (Eigen::Index i = 0; i < x.cols(); ++i) {
    const Scale& scale = scales_[static_cast<std::size_t>(i)];
    scaled.col(i).array() = (x.col(i).array() - scale.centre) / scale.half;
  }
  return scaled;
}

Eigen::MatrixXd Design::Unscale() const {
  const auto size = static_cast<Eigen::Index>(scales_.size());
  Eigen::MatrixXd back = Eigen::MatrixXd::Zero(size, size);
  for (Eigen::Index i = 0; i < size; ++i) {
    const Scale& scale = scales_[static_cast<std::size_t>(i)];
    back(i, i) = 1 / scale.half;
    if (formula_.intercept && i > 0) back(0, i) = -scale.centre / scale.half;
  }
  return back;
}

}  // namespace concordat::learning
