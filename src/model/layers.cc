#include "model/layers.h"

#include "base/check.h"
#include "model/arithmetic.h"
#include "model/link.h"
#include "network/gather.h"
#include "network/norm.h"
#include "sql/bind_type.h"
#include "sql/operation.h"

namespace concordat::model {
namespace {

using network::Index;
using network::Kind;
using network::Layer;
using sql::Op;

// 2 / (1 + exp(-2 x)) - 1.
sql::Expr Tanh(sql::Expr x) { return Plus(Times(Logistic(Times(std::move(x), 2)), 2), -1); }

sql::Expr Activated(Kind kind, sql::Expr x) {
  if (kind == Kind::kSigmoid) return Logistic(std::move(x));
  if (kind == Kind::kTanh) return Tanh(std::move(x));
  return sql::Operation(Op::kGreatest, Type::kNumber, {std::move(x), Constant(0)});
}

Exprs Dense(const Weights& weights, const Exprs& x) {
  const Index bias = weights.cols() - 1;
  Exprs given;
  for (Index i = 0; i < weights.rows(); ++i) {
    Exprs parts = {Constant(weights(i, bias))};
    for (std::size_t j = 0; j < x.size(); ++j)
      parts.push_back(Times(x[j], weights(i, static_cast<Index>(j))));
    given.push_back(SumOf(std::move(parts)));
  }
  return given;
}

// Of each filter its places, one filter after the other.
Exprs Filtered(const Layer& layer, const Weights& weights, const Exprs& x) {
  std::vector<Exprs> parts;
  for (Index filter = 0; filter < layer.outputs; ++filter)
    for (Index place = 0; place < layer.places; ++place)
      parts.push_back({Constant(weights(filter, layer.inputs - 1))});
  network::ForEachUnder(layer, [&](Index row, Index place, Index from) {
    for (Index filter = 0; filter < layer.outputs; ++filter)
      parts[static_cast<std::size_t>(filter * layer.places + place)].push_back(
          Times(x[static_cast<std::size_t>(from)], weights(filter, row)));
  });
  Exprs given;
  for (Exprs& each : parts) given.push_back(SumOf(std::move(each)));
  return given;
}

Exprs PartOf(const Exprs& all, std::size_t group, std::size_t size) {
  const auto first = all.begin() + static_cast<std::ptrdiff_t>(group * size);
  return {first, first + static_cast<std::ptrdiff_t>(size)};
}

// The mean of part of what is given.
sql::Expr MeanOfPart(Exprs part) {
  const auto size = static_cast<double>(part.size());
  return Times(SumOf(std::move(part)), 1 / size);
}

sql::Expr Deviating(const Layer& layer, const Weights& weights, const Exprs& centred, std::size_t size,
                    const Next& next) {
  Exprs named;
  for (std::size_t g = 0; g < centred.size() / size; ++g) {
    Exprs squares;
    for (const sql::Expr& each : PartOf(centred, g, size))
      squares.push_back(Compute(Op::kPower, {each, Constant(2)}));
    named.push_back(Compute(Op::kSqrt, {Plus(MeanOfPart(std::move(squares)), network::kNormFloor)}));
  }
  const std::size_t groups = named.size();
  named.insert(named.end(), centred.begin(), centred.end());
  return sql::Let(std::move(named), [&](const Exprs& names) {
    const Index channels = layer.in.channels, area = layer.in.size() / channels;
    Exprs given;
    for (std::size_t j = 0; j < centred.size(); ++j) {
      const Index channel = static_cast<Index>(j) / area;
      given.push_back(
          Plus(Times(Compute(Op::kDivide, {names[groups + j], names[j / size]}), weights(channel, 0)),
               weights(channels + channel, 0)));
    }
    return next(std::move(given));
  });
}

// Of each group less its mean, then over its deviation; each in names of its own.
sql::Expr Normalised(const Layer& layer, const Weights& weights, Exprs x, const Next& next) {
  const auto groups = static_cast<std::size_t>(network::GroupsOf(layer));
  const std::size_t size = x.size() / groups;
  return sql::Let(std::move(x), [&](const Exprs& names) {
    Exprs less;
    for (std::size_t g = 0; g < groups; ++g) less.push_back(MeanOfPart(PartOf(names, g, size)));
    less.insert(less.end(), names.begin(), names.end());
    return sql::Let(std::move(less), [&](const Exprs& means_and_x) {
      Exprs centred;
      for (std::size_t j = 0; j < groups * size; ++j)
        centred.push_back(Compute(Op::kSubtract, {means_and_x[groups + j], means_and_x[j / size]}));
      return sql::Let(std::move(centred),
                      [&](const Exprs& named) { return Deviating(layer, weights, named, size, next); });
    });
  });
}

}  // namespace

sql::Expr Times(sql::Expr x, double factor) {
  return Compute(Op::kMultiply, {std::move(x), Constant(factor)});
}
sql::Expr Plus(sql::Expr x, double shift) { return Compute(Op::kAdd, {std::move(x), Constant(shift)}); }
sql::Expr Logistic(sql::Expr x) { return MeanOf(learning::Link::kLogit, std::move(x)); }

Weights MatrixOf(const Layer& layer, const Eigen::VectorXd& weights) {
  return {weights.data() + layer.first, layer.outputs, layer.inputs};
}

sql::Expr Through(const Layer& layer, const Eigen::VectorXd& weights, Exprs x, const Next& next) {
  const Weights matrix = MatrixOf(layer, weights);
  switch (layer.text.kind) {
    case Kind::kDense:
      return sql::Let(std::move(x), [&](const Exprs& names) { return next(Dense(matrix, names)); });
    case Kind::kConv1d:
    case Kind::kConv2d:
      return sql::Let(std::move(x), [&](const Exprs& names) { return next(Filtered(layer, matrix, names)); });
    case Kind::kLayerNorm:
    case Kind::kGroupNorm:
      return Normalised(layer, matrix, std::move(x), next);
    case Kind::kRelu:
    case Kind::kTanh:
    case Kind::kSigmoid:
      for (sql::Expr& each : x) each = Activated(layer.text.kind, std::move(each));
      return next(std::move(x));
    case Kind::kSequence:
    case Kind::kImage:
    case Kind::kDropout:
      return next(std::move(x));
    case Kind::kEmbedding:
    case Kind::kSoftmax:
      break;
  }
  CHECK(false);
}

}  // namespace concordat::model
