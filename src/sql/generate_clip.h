// SQL text that pulls values into what a contract says of them.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "catalogue/product.h"
#include "sql/expr.h"

namespace concordat::sql {

// An end of a range as a literal of the column's type; empty where it bounds nothing.
std::string BoundLiteral(Type type, double end);
// A value pulled to the nearer end; NULL stays NULL.
std::string Clip(const std::string& value, const std::string& low, const std::string& high);
// The same for doubles, whose NaN is NULL.
std::string ClipNumber(const std::string& value, const Range& range);
// Integers pulled into [low, high].
std::string ClipInteger(const std::string& value, std::int64_t low, std::int64_t high);
// `clipped` where the value is one of `values`, SQL text each, else NULL.
std::string Among(const std::string& value, const std::string& clipped, Type type,
                  const std::vector<std::string>& values);

}  // namespace concordat::sql
