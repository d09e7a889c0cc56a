#include "learning/expr.h"

#include <algorithm>
#include <cmath>
#include <initializer_list>
#include <iterator>

#include "base/check.h"

namespace concordat::learning {
namespace {

struct Function {
  std::string_view name;
  double (*of)(double);
  double least;  // from here on it is defined, and grows
};

double Same(double x) { return x; }
double Less(double x) { return -x; }

constexpr double kEverywhere = -HUGE_VAL;
const Function kFunctionTable[] = {
    {"(", Same, kEverywhere},       {"I", Same, kEverywhere},
    {"log", std::log, 0},           {"log2", std::log2, 0},
    {"log10", std::log10, 0},       {"log1p", std::log1p, -1},
    {"exp", std::exp, kEverywhere}, {"expm1", std::expm1, kEverywhere},
    {"sqrt", std::sqrt, 0},         {"abs", std::fabs, 0},
    {"-", Less, HUGE_VAL},
};

const Function& Find(std::string_view name) {
  const auto* found = std::find_if(std::begin(kFunctionTable), std::end(kFunctionTable),
                                   [&](const Function& function) { return function.name == name; });
  CHECK(found != std::end(kFunctionTable));
  return *found;
}

// R squares by multiplying.
double Raise(double base, double exponent) { return exponent == 2 ? base * base : std::pow(base, exponent); }

Eigen::ArrayXd Combine(char sign, const Eigen::ArrayXd& a, const Eigen::ArrayXd& b) {
  switch (sign) {
    case '+':
      return a + b;
    case '-':
      return a - b;
    case '*':
      return a * b;
    case '/':
      return a / b;
    default:
      return a.binaryExpr(b, &Raise);
  }
}

std::optional<Interval> Around(std::initializer_list<double> ends) {
  const auto [low, high] = std::minmax(ends);
  if (!std::all_of(ends.begin(), ends.end(), [](double end) { return std::isfinite(end); })) return {};
  return Interval(low, high);
}

std::optional<Interval> Inverse(std::optional<Interval> range) {
  if (!range || (range->first <= 0 && range->second >= 0)) return {};
  return Around({1 / range->first, 1 / range->second});
}

std::optional<Interval> RangeOfOne(const Expr& expr, const Interval& inner) {
  const auto [low, high] = inner;
  if (expr.name == "-") return Interval(-high, -low);
  const Function& function = Find(expr.name);
  if (low >= function.least) return Around({function.of(low), function.of(high)});
  if (expr.name == "abs") return Interval(0, std::max(-low, std::fabs(high)));
  return {};
}

std::optional<Interval> RangeOfTwo(const Expr& expr, const Schema& schema) {
  const auto a = RangeOf(expr.of[0], schema);
  const auto b = RangeOf(expr.of[1], schema);
  if (!a || !b) return {};
  switch (expr.name[0]) {
    case '+':
      return Around({a->first + b->first, a->second + b->second});
    case '-':
      return Around({a->first - b->second, a->second - b->first});
    case '*':
      return Product(a, b);
    case '/':
      return Product(a, Inverse(b));
    default:
      return b->first == b->second ? Power(a, b->first) : std::nullopt;
  }
}

}  // namespace

void AddColumns(const Expr& expr, std::set<std::string>& names) {
  if (expr.kind == Expr::Kind::kColumn) names.insert(expr.name);
  for (const Expr& each : expr.of) AddColumns(each, names);
}

bool IsFactor(const Expr& expr, const Schema& schema) {
  if (expr.kind != Expr::Kind::kColumn) return false;
  const Field* field = Find(schema, expr.name);
  return field != nullptr && !field->levels.empty();
}

bool IsFactor(const Variable& variable, const Schema& schema) {
  return variable.kind == Variable::Kind::kPlain && IsFactor(variable.of, schema);
}

Eigen::ArrayXd Values(const Expr& expr, const Rows& rows) {
  const auto size = static_cast<Eigen::Index>(rows.size());
  if (expr.kind == Expr::Kind::kNumber) return Eigen::ArrayXd::Constant(size, expr.number);
  if (expr.kind == Expr::Kind::kColumn) {
    const Column* column = rows.Find(expr.name);
    CHECK(column != nullptr);
    return Eigen::Map<const Eigen::ArrayXd>(column->values.data(), size);
  }
  const Eigen::ArrayXd first = Values(expr.of[0], rows);
  if (expr.of.size() == 2) return Combine(expr.name[0], first, Values(expr.of[1], rows));
  return first.unaryExpr(Find(expr.name).of);
}

std::optional<Interval> Product(std::optional<Interval> a, std::optional<Interval> b) {
  if (!a || !b) return {};
  return Around({a->first * b->first, a->first * b->second, a->second * b->first, a->second * b->second});
}

std::optional<Interval> Power(std::optional<Interval> base, double exponent) {
  if (!base) return {};
  const bool whole = exponent == std::floor(exponent);
  const bool positive = base->first > 0 || (base->first >= 0 && exponent >= 0);
  if (!positive && (!whole || exponent < 0)) return {};
  const double low = Raise(base->first, exponent);
  const double high = Raise(base->second, exponent);
  if (!positive && base->second > 0) return Around({low, high, 0});  // through zero
  return Around({low, high});
}

std::optional<Interval> RangeOf(const Expr& expr, const Schema& schema) {
  if (expr.kind == Expr::Kind::kNumber) return Interval(expr.number, expr.number);
  if (expr.kind == Expr::Kind::kColumn) {
    const Field* field = Find(schema, expr.name);
    return field == nullptr ? std::nullopt : field->range;
  }
  if (expr.of.size() == 2) return RangeOfTwo(expr, schema);
  const auto inner = RangeOf(expr.of[0], schema);
  return inner ? RangeOfOne(expr, *inner) : std::nullopt;
}

}  // namespace concordat::learning
