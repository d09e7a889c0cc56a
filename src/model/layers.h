// What layers of a network make of numbers, as expressions. Numbers that a layer uses often are named, so
// that what is written grows with products of a weight and a number, not with the paths through the layers.
#pragma once

#include <functional>
#include <vector>

#include "network/layer.h"
#include "sql/expr.h"

namespace concordat::model {

using Exprs = std::vector<sql::Expr>;
using Next = std::function<sql::Expr(Exprs given)>;
using Weights = Eigen::Map<const network::Lanes>;

sql::Expr Times(sql::Expr x, double factor);
sql::Expr Plus(sql::Expr x, double shift);
// 1 / (1 + exp(-x)).
sql::Expr Logistic(sql::Expr x);

// A layer's matrix among a network's weights, which outlive it.
Weights MatrixOf(const network::Layer& layer, const Eigen::VectorXd& weights);
// What `next` makes of what the layer gives for `x`, which is laid out as network::Layer has it.
// Precondition: it is neither an embedding, which looks up levels and no numbers, nor a softmax.
sql::Expr Through(const network::Layer& layer, const Eigen::VectorXd& weights, Exprs x, const Next& next);

}  // namespace concordat::model
