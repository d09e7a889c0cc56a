#include "model/link.h"

#include <fmt/format.h>

#include "base/check.h"
#include "model/arithmetic.h"
#include "model/fields.h"
#include "sql/operation.h"

namespace concordat::model {
namespace {

using learning::Link;
using sql::Op;

// exp of what lies within does not overflow, and past it means are at their ends anyway.
constexpr catalogue::Range kExponents{-700, 700};

sql::Expr Power(sql::Expr exponent) {
  return Compute(Op::kExp, {sql::Clipped(std::move(exponent), kExponents)});
}

sql::Expr Less(sql::Expr x) { return Compute(Op::kNegate, {std::move(x)}); }

}  // namespace

Result<void> CheckLink(Link link) {
  if (link == Link::kProbit || link == Link::kCauchit)
    return WrongModel(fmt::format("{} has no form in SQL: fit with link => 'logit'", Name(link)));
  return {};
}

sql::Expr MeanOf(Link link, sql::Expr linear) {
  switch (link) {
    case Link::kIdentity:
      return linear;
    case Link::kLog:
      return Power(std::move(linear));
    case Link::kLogit:
      return Compute(Op::kDivide,
                     {Constant(1), Compute(Op::kAdd, {Constant(1), Power(Less(std::move(linear)))})});
    case Link::kCloglog:
      return Compute(Op::kSubtract, {Constant(1), Compute(Op::kExp, {Less(Power(std::move(linear)))})});
    case Link::kInverse:
      return Compute(Op::kDivide, {Constant(1), std::move(linear)});
    case Link::kSqrt:
      return Compute(Op::kPower, {std::move(linear), Constant(2)});
    case Link::kInverseSquare:
      return Compute(Op::kDivide, {Constant(1), Compute(Op::kSqrt, {std::move(linear)})});
    case Link::kProbit:
    case Link::kCauchit:
      break;
  }
  CHECK(false);
}

}  // namespace concordat::model
