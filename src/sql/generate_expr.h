// Expressions as SQL text that is total: whatever a row holds, evaluation gives a value or NULL, never an
// error.
//
// Where a guard needs an operand twice, the operand becomes a column of a level below (Over), so that text
// grows linearly with the expression. Argument for each operator: generate_expr.proof.md.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/value.h"
#include "sql/expr.h"

namespace concordat::sql {

// The standard name of a type, as casts spell it.
const char* SqlType(Type type);
// A number of our own making (a bound, a scale) as SQL text that reads back exactly.
std::string NumberLiteral(double number);
// Days and microseconds at the ends of the years 1 to 9999: all dates lie between, others are NULL.
inline constexpr std::int64_t kFirstDay = -719'162;
inline constexpr std::int64_t kLastDay = 2'932'896;
std::string DateLiteral(std::int64_t days);
std::string TimestampLiteral(std::int64_t microseconds);
inline constexpr std::int64_t kDayMicroseconds = 86'400'000'000;

// What is bound to $1, $2, …: the analyst's literals and parameters, each once.
class Bindings {
 public:
  explicit Bindings(const Row& question) : question_(question) {}

  // SQL that stands for `value`, typed.
  std::string Bind(Value value, Type type);
  // The value of a literal or of a parameter of the question; none for anything else.
  std::optional<Value> Constant(const Expr& expr) const;
  Row Take() { return std::move(bound_); }

 private:
  const Row& question_;
  Row bound_;
  std::unordered_map<std::string, std::size_t>
      places_;  // of bound_, from 1, by kind and text: models bind thousands
};

// Writes expressions over the columns of one relation. Writing collects what Over must add below.
class ExprWriter {
 public:
  // SQL for a leaf that is neither literal nor parameter: a plain identifier, or text in parentheses.
  using Leaf = std::function<std::string(const Expr&)>;
  // `real`: integers are written as numbers throughout (for margins, where counts are shifted by fractions).
  ExprWriter(Bindings& bindings, Leaf leaf, std::string prefix, bool real = false)
      : bindings_(bindings), leaf_(std::move(leaf)), prefix_(std::move(prefix)), real_(real) {}

  std::string Write(const Expr& expr) { return WriteAny(expr).sql; }
  // The same, with NaN and infinities as NULL.
  std::string WriteFinite(const Expr& expr);
  // A FROM item: `from` with the columns that written expressions need beside its own.
  std::string Over(std::string from) const { return OverAll(std::move(from), {this}); }
  // The same for several writers over one relation: as many levels as the deepest has, not as all have.
  static std::string OverAll(std::string from, const std::vector<const ExprWriter*>& writers);

 private:
  struct Fragment {
    std::string sql;
    std::size_t level = 0;  // how many levels of columns it stands on
    bool atom = false;      // may be repeated freely
  };

  Type TypeOf(const Expr& expr) const;
  Fragment WriteAny(const Expr& expr);
  Fragment WriteSpecial(const Expr& expr);
  Fragment WriteLeaf(const Expr& expr);
  Fragment WriteLogic(const Expr& expr);
  Fragment WriteComparison(const Expr& expr);
  Fragment WriteLike(const Expr& expr);
  Fragment WriteInfix(const Expr& expr);
  Fragment WriteDivision(const Expr& expr);
  Fragment WriteNumeric(const Expr& expr);
  Fragment WriteRound(const Expr& expr);
  Fragment WriteLog(const Expr& expr);
  Fragment WriteWidthBucket(const Expr& expr);
  Fragment WriteClip(const Expr& expr);
  Fragment WriteConditional(const Expr& expr);
  Fragment WriteLet(const Expr& expr);
  Fragment WriteCast(const Expr& expr);
  Fragment WriteDateTrunc(const Expr& expr);
  Fragment WriteExtract(const Expr& expr);
  Fragment WriteDateAdd(const Expr& expr);
  Fragment WriteText(const Expr& expr);
  Fragment WriteSubstring(const Expr& expr);

  // The argument, cast where its type is not `type`.
  Fragment As(const Expr& expr, Type type);
  // The fragment as something that may be repeated.
  Fragment Atom(Fragment fragment);
  Fragment WithinCalendar(Fragment fragment, Type type);
  static void Widen(std::vector<Fragment>& args);
  std::vector<Fragment> All(const std::vector<Expr>& args, Type type);
  Fragment Call(std::string_view function, const std::vector<Fragment>& args);
  Type Common(const std::vector<Expr>& args) const;
  bool FitsBigint(const Expr& expr) const;

  Bindings& bindings_;
  Leaf leaf_;
  std::string prefix_;
  bool real_;
  std::vector<std::vector<std::string>> levels_;  // definitions, each "sql AS name"
  std::size_t named_ = 0;
  std::vector<std::vector<Fragment>> locals_;  // of each kLet around what is written
  // kCases around it, within the innermost kLet. Numbers there are a model's, in thousands: they are written
  // out, for of each bound one in a branch the engine would keep a column.
  int branches_ = 0;
};

}  // namespace concordat::sql
