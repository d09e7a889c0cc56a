// Types as the wire names them. Source: PostgreSQL 15, src/include/catalog/pg_type.dat (numbers alone).
#pragma once

#include <cstdint>
#include <string_view>

namespace concordat::pgwire::oid {

using Oid = std::uint32_t;

inline constexpr Oid kUnspecified = 0, kBool = 16, kBytea = 17, kChar = 18, kName = 19, kInt8 = 20,
                     kInt2 = 21, kInt2Vector = 22, kInt4 = 23, kRegproc = 24, kText = 25, kOid = 26,
                     kXid = 28, kCid = 29, kOidVector = 30, kJson = 114, kNodeTree = 194, kFloat4 = 700,
                     kFloat8 = 701, kUnknown = 705, kBpchar = 1042, kVarchar = 1043, kDate = 1082,
                     kTime = 1083, kTimestamp = 1114, kTimestamptz = 1184, kInterval = 1186, kNumeric = 1700,
                     kRegclass = 2205, kRegtype = 2206, kCstring = 2275, kVoid = 2278, kUuid = 2950,
                     kJsonb = 3802;

// typlen: bytes of a value, -1 for any number, -2 for a C string.
std::int16_t Length(Oid type);
// Type of an array's elements (oidvector and int2vector are arrays too); 0 if `type` is no array.
Oid Element(Oid type);
// As PostgreSQL names it in messages: "integer", "double precision".
std::string_view Name(Oid type);

}  // namespace concordat::pgwire::oid
