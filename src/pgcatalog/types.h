// PostgreSQL's types as its catalogue lists them, and the DuckDB type that carries each here.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "pgcatalog/pgcatalog.h"

namespace concordat::pgcatalog {

namespace oid {
inline constexpr Oid kBool = 16, kChar = 18, kName = 19, kInt8 = 20, kInt2 = 21, kInt2Vector = 22, kInt4 = 23,
                     kRegproc = 24, kText = 25, kOid = 26, kOidVector = 30, kFloat4 = 700, kFloat8 = 701,
                     kDate = 1082, kTimestamp = 1114, kTimestamptz = 1184, kNumeric = 1700, kVarchar = 1043,
                     kRegclass = 2205, kRegtype = 2206, kTextArray = 1009, kNameArray = 1003,
                     kOidArray = 1028, kInt2Array = 1005, kInt4Array = 1007, kInt8Array = 1016,
                     kBoolArray = 1000, kFloat8Array = 1022, kBpchar = 1042, kUnknown = 705, kXid = 28,
                     kVoid = 2278, kRegnamespace = 4089, kRegrole = 4096, kJson = 114;
}  // namespace oid

struct TypeRow {
  Oid oid;
  const char* name;     // pg_type.typname
  const char* display;  // format_type(oid, NULL)
  int length;
  char category;
  char kind;  // typtype: b base, p pseudo, r range, m multirange
  Oid array;
  char align;
  char storage;
  Oid element;
};

// Every type but arrays, which follow from their elements.
std::span<const TypeRow> Types();

// By typname or by the SQL name ("integer", "_text" and "text[]" too); none if unknown.
std::optional<Oid> FindType(std::string_view name);

// "integer", "text[]", "???" for an unknown one.
std::string TypeDisplay(Oid type);

Oid ArrayOf(Oid element);  // 0 if there is none
Oid ElementOf(Oid array);  // 0 if it is no array

// The DuckDB type that carries values of a PostgreSQL type: "UINTEGER" for oid, "VARCHAR[]" for text[].
std::string CarrierOf(Oid type);

}  // namespace concordat::pgcatalog
