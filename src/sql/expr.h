// A bound expression: typed, with nullability and an interval, over the rows of a relation or over released
// values.
//
// One tree and one generator serve both sides. A row-side expression never sees kGroup or kAggregate; a
// released-side expression sees nothing of a row but through them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/value.h"
#include "catalogue/product.h"

namespace concordat::sql {

using catalogue::Range;

enum class Op {
  // leaves
  kColumn,     // index: position in the input relation's columns
  kLiteral,    // literal
  kParameter,  // index: zero-based position in the question's parameters
  kGroup,      // index: position in Query::groups        (released side)
  kAggregate,  // index: position in Query::aggregates    (released side)
  // logic (three-valued)
  kAnd,
  kOr,
  kNot,
  kEqual,
  kNotEqual,
  kLess,
  kLessEqual,
  kGreater,
  kGreaterEqual,
  kDistinctFrom,
  kNotDistinctFrom,
  kIsNull,
  kIsNotNull,
  kIsTrue,
  kIsNotTrue,
  kIsFalse,
  kIsNotFalse,
  kIn,  // args[0] among args[1..]; NOT IN is kNot of it
  kLike,
  kILike,  // args: text, pattern literal; escape is backslash
  // arithmetic: numbers are doubles unless both sides are integers and the interval fits 63 bits
  kAdd,
  kSubtract,
  kMultiply,
  kDivide,
  kModulo,
  kNegate,
  kPower,
  kAbs,
  kRound,
  kFloor,
  kCeil,
  kSign,
  kSqrt,
  kLn,
  kExp,  // kRound: args value [, digits literal]
  kLeast,
  kGreatest,
  kWidthBucket,
  kClip,  // args: number, literal low and high: the number pulled between them, NULL where it is none
  // conditional
  kCase,  // args: when1, then1, when2, then2, …, else
  kCoalesce,
  kNullIf,
  // values that are named, so that they are written once and used often
  kLet,    // args: definitions, then what is computed of them
  kLocal,  // index: position among the definitions of the innermost kLet whose last argument this stands in
  // types
  kCast,  // to Expr::type; NULL where the value does not convert
  // time
  kDateTrunc,  // text: field
  kExtract,    // text: field
  kDateAdd,    // args: date or timestamp, days literal (also negative)
  kDateDiff,   // args: date, date: days
  // text
  kLower,
  kUpper,
  kSubstring,
  kLength,
  kTrim,
  kConcat,  // kSubstring: text, start [, length]
};

struct Expr {
  Op op = Op::kLiteral;
  Type type = Type::kText;
  bool nullable = true;
  std::optional<Range> range;  // sound for every row after clipping at the scan; none for text and boolean
  std::vector<Expr> args;
  Value literal;     // kLiteral
  int index = 0;     // kColumn, kParameter, kGroup, kAggregate
  std::string text;  // kDateTrunc, kExtract: the field
};

// Same question, same tree.
bool operator==(const Expr& a, const Expr& b);

}  // namespace concordat::sql
