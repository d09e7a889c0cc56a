#include "model/linear.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>

#include "learning/design.h"
#include "learning/family.h"
#include "model/arithmetic.h"
#include "model/fields.h"
#include "model/link.h"
#include "model/matrix.h"
#include "sql/operation.h"

namespace concordat::model {
namespace {

using learning::Design;
using learning::Link;
using sql::Op;

// Columns of the matrix that are one product of numbers times an indicator of levels each: a number for each
// combination of levels, and none of them where no factor is in it.
struct Group {
  std::vector<std::size_t> factors;  // parts, as they stand in the term
  Design::Pieces numbers;
  std::map<std::vector<Eigen::Index>, double> coefficients;  // by levels of `factors`; what is not there is 0
};

class Linear final : public Score {
 public:
  Linear(Design design, std::vector<learning::Field> inputs, const std::vector<double>& coefficients,
         Link link)
      : design_(std::move(design)), inputs_(std::move(inputs)), link_(link) {
    for (std::size_t i = 0; i < coefficients.size(); ++i) Add(design_.pieces()[i], coefficients[i]);
  }

  // How many numbers are chosen among.
  double Leaves() const {
    double leaves = 0;
    for (const Group& group : groups_) {
      double product = 1;
      for (const std::size_t part : group.factors)
        product *= static_cast<double>(design_.LevelsOf(part).size());
      leaves += product;
    }
    return leaves;
  }

  sql::Expr Of(const std::vector<sql::Expr>& inputs) const override {
    const Columns columns = Named(inputs_, inputs);
    std::vector<sql::Expr> parts;
    for (const Group& group : groups_) parts.push_back(OfGroup(group, columns));
    for (const learning::Expr& offset : design_.formula().offsets)
      parts.push_back(Arithmetic(offset, columns));
    return MeanOf(link_, SumOf(std::move(parts)));
  }

 private:
  void Add(const Design::Pieces& pieces, double coefficient) {
    Group wanted;
    std::vector<Eigen::Index> levels;
    for (const Design::Piece& piece : pieces) {
      const bool factor = !design_.LevelsOf(piece.part).empty();
      if (factor) levels.push_back(piece.column);
      if (factor) wanted.factors.push_back(piece.part);
      if (!factor) wanted.numbers.push_back(piece);
    }
    auto place = std::find_if(groups_.begin(), groups_.end(),
                              [&](const Group& group) { return IsLike(group, wanted); });
    if (place == groups_.end()) place = groups_.insert(place, std::move(wanted));
    place->coefficients[levels] += coefficient;
  }

  static bool IsLike(const Group& a, const Group& b) {
    const auto same = [](const Design::Piece& x, const Design::Piece& y) {
      return x.part == y.part && x.column == y.column;
    };
    return a.factors == b.factors &&
           std::equal(a.numbers.begin(), a.numbers.end(), b.numbers.begin(), b.numbers.end(), same);
  }

  sql::Expr OfGroup(const Group& group, const Columns& columns) const {
    std::vector<Eigen::Index> levels;
    sql::Expr product = Coefficient(group, levels, columns);
    for (const Design::Piece& piece : group.numbers)
      product = Compute(Op::kMultiply, {std::move(product), NumberOf(design_, piece, columns)});
    return product;
  }

  // The number that belongs to the row's levels, those of `levels` being chosen already.
  sql::Expr Coefficient(const Group& group, std::vector<Eigen::Index>& levels, const Columns& columns) const {
    if (levels.size() == group.factors.size()) {
      const auto found = group.coefficients.find(levels);
      return Constant(found == group.coefficients.end() ? 0 : found->second);
    }
    const std::size_t part = group.factors[levels.size()];
    const std::vector<std::string>& names = design_.LevelsOf(part);
    std::vector<sql::Expr> chosen;
    for (std::size_t i = 0; i < names.size(); ++i) {
      levels.push_back(static_cast<Eigen::Index>(i));
      chosen.push_back(Coefficient(group, levels, columns));
      levels.pop_back();
    }
    return Choose(columns.at(design_.formula().variables[part].of.name), names, std::move(chosen));
  }

  Design design_;
  std::vector<learning::Field> inputs_;
  Link link_;
  std::vector<Group> groups_;
};

}  // namespace

Result<std::shared_ptr<const Score>> ReadLinear(const Json& json,
                                                const std::vector<learning::Field>& inputs) {
  const std::string formula = TRY(TextOf(json, "formula"));
  Design design = TRY(DesignOf(formula, inputs));
  if (TRY(TextsOf(json, "terms", Design::kMostColumns)) != design.terms())
    return WrongModel("its terms are not those of its formula");
  const auto coefficients = TRY(NumbersOf(json, "coefficients", Design::kMostColumns));
  if (coefficients.size() != design.terms().size())
    return WrongModel("there are not as many coefficients as terms");
  const std::string family = TRY(TextOf(json, "family"));
  const std::string link = TRY(TextOf(json, "link"));
  const auto known = learning::FamilyNamed(family, link, 1);
  if (!known) return WrongModel(known.error().message);
  if (family == "binomial" && !json.contains("range"))
    return WrongModel("range is missing: what binomial models say lies from 0 to 1");
  TRY(CheckLink(known->link));
  auto linear = std::make_shared<Linear>(std::move(design), inputs, coefficients, known->link);
  if (linear->Leaves() > static_cast<double>(kMostLeaves))
    return TooLarge(fmt::format("its factors have more than {} combinations", kMostLeaves));
  return std::shared_ptr<const Score>(std::move(linear));
}

}  // namespace concordat::model
