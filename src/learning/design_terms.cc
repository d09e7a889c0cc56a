// Which columns the terms of a formula make, and how they are named.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "learning/design.h"

namespace concordat::learning {
namespace {

using Places = std::vector<std::size_t>;

// Whether a factor of a term is spread over all its levels: what is left of the term without it lies within
// no term before it. The first factor beside nothing else is not; it is taken back where there is no
// intercept.
bool IsWhole(const std::vector<Places>& terms, std::size_t term, std::size_t variable) {
  Places rest = terms[term];
  std::erase(rest, variable);
  if (rest.empty()) return false;
  return std::none_of(terms.begin(), terms.begin() + static_cast<std::ptrdiff_t>(term),
                      [&](const Places& before) {
                        return std::includes(before.begin(), before.end(), rest.begin(), rest.end());
                      });
}

}  // namespace

std::vector<std::vector<bool>> Design::Whole() const {
  const std::vector<Places>& terms = formula_.terms;
  std::vector<std::vector<bool>> whole(terms.size());
  bool first = !formula_.intercept;
  for (std::size_t term = 0; term < terms.size(); ++term) {
    for (const std::size_t variable : terms[term]) {
      const bool factor = !parts_[variable].levels.empty();
      whole[term].push_back(factor && (first || IsWhole(terms, term, variable)));
      if (factor) first = false;
    }
  }
  return whole;
}

Outcome<void> Design::AddTerms() {
  if (formula_.intercept) {
    pieces_.emplace_back();
    terms_.emplace_back("(Intercept)");
    assign_.push_back(0);
    scales_.emplace_back();
  }
  const std::vector<std::vector<bool>> whole = Whole();
  for (std::size_t term = 0; term < formula_.terms.size(); ++term) {
    labels_.push_back(LabelOf(formula_, formula_.terms[term]));
    TRY(AddTerm(term, whole[term]));
  }
  return {};
}

// All products of the columns of a term's variables, those of the first changing fastest.
Outcome<void> Design::AddTerm(std::size_t term, const std::vector<bool>& whole) {
  std::vector<Pieces> products = {{}};
  const Places& variables = formula_.terms[term];
  for (std::size_t i = 0; i < variables.size(); ++i) {
    AddPiece(products, variables[i], whole[i]);
    if (products.size() + terms_.size() > kMostColumns)
      return Refuse("too_many_terms",
                    fmt::format("{} makes more than {} columns", labels_[term], kMostColumns),
                    "leave out interactions of factors with many levels", "54000");
  }
  for (Pieces& pieces : products) {
    terms_.push_back(NameOf(pieces));
    scales_.push_back(ScaleOfPieces(pieces));
    assign_.push_back(term + 1);
    pieces_.push_back(std::move(pieces));
  }
  return {};
}

void Design::AddPiece(std::vector<Pieces>& products, std::size_t part, bool whole) const {
  const bool factor = !parts_[part].levels.empty();
  const auto end =
      factor ? static_cast<Eigen::Index>(parts_[part].levels.size()) : parts_[part].basis->width();
  std::vector<Pieces> longer;
  for (Eigen::Index column = factor && !whole ? 1 : 0; column < end; ++column) {
    for (const Pieces& product : products) {
      longer.push_back(product);
      longer.back().push_back({part, column});
    }
  }
  products = std::move(longer);
}

std::string Design::NameOf(const Pieces& pieces) const {
  std::vector<std::string> names;
  for (const Piece& piece : pieces) {
    const Part& part = parts_[piece.part];
    const auto column = static_cast<std::size_t>(piece.column);
    const bool numbered = part.levels.empty() && part.basis->width() > 1;
    names.push_back(!part.levels.empty() ? part.text + part.levels[column]
                    : numbered           ? fmt::format("{}{}", part.text, column + 1)
                                         : part.text);
  }
  return fmt::format("{}", fmt::join(names, ":"));
}

std::optional<Interval> Design::RangeOfPiece(const Piece& piece) const {
  const Part& part = parts_[piece.part];
  if (!part.levels.empty()) return Interval(0, 1);
  switch (formula_.variables[piece.part].kind) {
    case Variable::Kind::kPlain:
      return part.range;
    case Variable::Kind::kPoly:
      return Power(part.range, static_cast<double>(piece.column + 1));
    default:
      return Interval(0, 1);  // splines are of that size
  }
}

// Only a column of its own is centred: a product with 0/1 columns stays 0 where they are.
Scale Design::ScaleOfPieces(const Pieces& pieces) const {
  std::optional<Interval> range = Interval(1, 1);
  for (const Piece& piece : pieces) range = Product(range, RangeOfPiece(piece));
  if (range == Interval(0, 1)) return {};
  return ScaleOf(range, pieces.size() == 1 && formula_.intercept);
}

Outcome<void> Design::CheckBounded() const {
  const auto refuse = [](const std::string& text) {
    return Refuse("range_needed", text + " has no declared range, and noise needs one",
                  "ask the steward to declare the column's range in the contract, or leave it out", "0A000");
  };
  if (formula_.response && !response_range_) return refuse(formula_.response->text);
  for (const Part& part : parts_)
    if (part.levels.empty() && !part.range) return refuse(part.text);
  return {};
}

// Of the columns of a factor one is 1 at most; a B-spline's add up to 1.
double Design::LargestRow() const {
  double squares = formula_.intercept ? 1 : 0;
  for (const auto& term : formula_.terms) {
    double columns = 1;
    for (const std::size_t variable : term) {
      const Variable::Kind kind = formula_.variables[variable].kind;
      const bool several = kind == Variable::Kind::kPoly || kind == Variable::Kind::kNaturalSpline;
      if (several) columns *= static_cast<double>(parts_[variable].basis->width());
    }
    squares += columns;
  }
  return std::sqrt(squares);
}

}  // namespace concordat::learning
