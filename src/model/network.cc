#include "model/network.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "model/arithmetic.h"
#include "model/fields.h"
#include "model/layers.h"
#include "model/link.h"
#include "model/matrix.h"
#include "network/saved.h"
#include "sql/operation.h"

namespace concordat::model {
namespace {

using learning::Design;
using network::Index;
using network::Layer;
using sql::Op;

class Networked final : public Score {
 public:
  Networked(network::Saved saved, Design design, std::vector<learning::Field> inputs)
      : saved_(std::move(saved)), design_(std::move(design)), inputs_(std::move(inputs)) {}

  sql::Expr Of(const Exprs& inputs) const override {
    const Columns columns = Named(inputs_, inputs);
    return WhereKnown(inputs_, inputs, After(0, Scaled(columns), columns));
  }

 private:
  const std::vector<Layer>& layers() const { return saved_.network.layers(); }

  // What goes in: columns of the model matrix without the intercept, scaled.
  Exprs Scaled(const Columns& columns) const {
    Exprs scaled;
    for (Index j = 0; j < saved_.centre.size(); ++j) {
      Exprs product;
      for (const Design::Piece& piece : design_.pieces()[static_cast<std::size_t>(j) + 1]) {
        sql::Expr factor = design_.LevelsOf(piece.part).empty() ? NumberOf(design_, piece, columns)
                                                                : Indicator(piece, columns);
        if (product.empty())
          product.push_back(std::move(factor));
        else
          product.front() = Compute(Op::kMultiply, {std::move(product.front()), std::move(factor)});
      }
      scaled.push_back(Times(Plus(std::move(product.front()), -saved_.centre[j]), 1 / saved_.half[j]));
    }
    return scaled;
  }

  const sql::Expr& FactorOf(std::size_t part, const Columns& columns) const {
    return columns.at(design_.formula().variables[part].of.name);
  }

  sql::Expr Indicator(const Design::Piece& piece, const Columns& columns) const {
    const auto& levels = design_.LevelsOf(piece.part);
    Exprs chosen(levels.size(), Constant(0));
    chosen[static_cast<std::size_t>(piece.column)] = Constant(1);
    return Choose(FactorOf(piece.part, columns), levels, std::move(chosen));
  }

  // What the layers from `place` on, and the end, make of `x`.
  sql::Expr After(std::size_t place, Exprs x, const Columns& columns) const {
    if (place == layers().size()) return End(std::move(x));
    const Layer& layer = layers()[place];
    const Next next = [&](Exprs given) { return After(place + 1, std::move(given), columns); };
    if (layer.text.kind == network::Kind::kEmbedding) return next(Embedded(layer, x, columns));
    return Through(layer, saved_.weights, std::move(x), next);
  }

  // It stands first: factors are still the inputs. Numbers as they are, then of each factor its level's.
  Exprs Embedded(const Layer& layer, const Exprs& x, const Columns& columns) const {
    const Weights weights = MatrixOf(layer, saved_.weights);
    std::vector<bool> looked_up(x.size());
    for (const network::Indicators& factor : layer.factors)
      std::fill_n(looked_up.begin() + factor.first, factor.count, true);
    Exprs given;
    for (std::size_t j = 0; j < x.size(); ++j)
      if (!looked_up[j]) given.push_back(x[j]);
    for (Index i = 0; i < layer.outputs; ++i) {
      Index first = 0;
      for (const network::Indicators& factor : layer.factors) {
        const std::size_t part = design_.pieces()[static_cast<std::size_t>(factor.first) + 1].front().part;
        Exprs chosen;
        for (Index k = 0; k <= factor.count; ++k) chosen.push_back(Constant(weights(i, first + k)));
        given.push_back(Choose(FactorOf(part, columns), design_.LevelsOf(part), std::move(chosen)));
        first += factor.count + 1;
      }
    }
    return given;
  }

  // A number, or how likely the response is not its first level.
  sql::Expr End(Exprs x) const {
    if (saved_.levels.empty())
      return Plus(Times(std::move(x.front()), saved_.response_half), saved_.response_centre);
    if (saved_.levels.size() == 2) return Logistic(std::move(x.front()));
    return sql::Let(std::move(x), [](const Exprs& names) {
      Exprs others;
      for (std::size_t i = 1; i < names.size(); ++i)
        others.push_back(MeanOf(learning::Link::kLog, Compute(Op::kSubtract, {names[i], names.front()})));
      return Compute(Op::kSubtract,
                     {Constant(1), Compute(Op::kDivide, {Constant(1), Plus(SumOf(std::move(others)), 1)})});
    });
  }

  network::Saved saved_;
  Design design_;
  std::vector<learning::Field> inputs_;
};

// Each the place of its first column and how many it has.
Result<void> CheckFactors(const Json& network) {
  const Json* factors = TRY(FieldOf(network, "factors"));
  if (!factors->is_array()) return WrongModel("factors is not a list");
  const auto is_place = [](const Json& each) {
    return each.is_number_integer() && each >= 0 && each <= network::kMostNumbers;
  };
  for (const Json& factor : *factors) {
    if (!factor.is_array() || factor.size() != 2 || !is_place(factor[0]) || !is_place(factor[1]))
      return WrongModel("a factor is not a place and a number of columns");
  }
  return {};
}

// Factors that the network looks up are factors of the formula, whole ones.
bool FitsFactors(const Design& design, const network::Inputs& inputs) {
  for (const network::Indicators& factor : inputs.factors) {
    for (Index k = 0; k < factor.count; ++k) {
      const Design::Pieces& pieces = design.pieces()[static_cast<std::size_t>(factor.first + k) + 1];
      if (pieces.size() != 1 || pieces.front().column != k + 1) return false;
      if (static_cast<Index>(design.LevelsOf(pieces.front().part).size()) != factor.count + 1) return false;
    }
  }
  return true;
}

// What is written of a network, and computed of each row, grows with its products.
Result<void> CheckProducts(const network::Network& network) {
  Index products = 0;
  for (const Layer& layer : network.layers()) products += layer.places * layer.parameters();
  if (products <= kMostProducts) return {};
  return TooLarge(fmt::format("a row takes {} products of a weight and a number, and {} at most fit",
                              products, kMostProducts));
}

}  // namespace

Result<std::shared_ptr<const Score>> ReadNetwork(const Json& json,
                                                 const std::vector<learning::Field>& inputs) {
  const Json* part = TRY(FieldOf(json, "network"));
  TRY(CheckFields(*part, "network", {"inputs", "factors", "response", "layers", "parameters", "weights"}));
  TRY(CheckFactors(*part));
  const std::string formula = TRY(TextOf(json, "formula"));
  auto saved = network::ReadSaved(*part);
  if (!saved) return WrongModel(saved.error().message);
  TRY(CheckProducts(saved->network));
  Design design = TRY(DesignOf(formula, inputs));
  std::vector<std::string> terms = {"(Intercept)"};
  terms.insert(terms.end(), saved->terms.begin(), saved->terms.end());
  if (terms != design.terms()) return WrongModel("its terms are not those of its formula");
  if (!design.formula().offsets.empty() || !FitsFactors(design, saved->network.inputs()))
    return WrongModel("its formula is not the network's");
  if (!json.contains("range"))
    return WrongModel("range is missing: what networks say has no ends of its own");
  return std::shared_ptr<const Score>(
      std::make_shared<Networked>(*std::move(saved), std::move(design), inputs));
}

}  // namespace concordat::model
