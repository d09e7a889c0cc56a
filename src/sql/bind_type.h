// Types: which fit together, and how literals take the type of their surroundings, as PostgreSQL's unknown
// literals do.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/refusal.h"
#include "sql/expr.h"

namespace concordat::sql {

inline bool IsNumeric(Type type) { return type == Type::kInteger || type == Type::kNumber; }
inline bool IsTime(Type type) { return type == Type::kDate || type == Type::kTimestamp; }

Expr Literal(Value value, Type type);
inline Expr NullOf(Type type) { return Literal(Null{}, type); }

// The type of an SQL type name ("int4", "varchar", "numeric"); none for one that is not supported.
std::optional<Type> TypeNamed(const std::string& name);

// A text as a value of `type`, by PostgreSQL's spelling. Refusals: bad_literal (22023).
Outcome<Value> ParseLiteral(Type type, const std::string& text, int position);

// A moment as ranges hold it: days, or microseconds.
std::optional<double> AsPoint(const Value& value);

// The types that two operands meet in: equal, or integer and number, or date and timestamp; none when they do
// not meet.
std::optional<Type> Meet(Type a, Type b);

// `expr` as `type`; the caller has made sure that it converts (Meet). Adds a cast where one is needed.
Expr Converted(Expr expr, Type type);

}  // namespace concordat::sql
