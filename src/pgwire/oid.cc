#include "pgwire/oid.h"

namespace concordat::pgwire::oid {
namespace {

struct Known {
  Oid type;
  std::int16_t length;
  Oid array;
  std::string_view name;
};

constexpr Known known[] = {
    {kBool, 1, 1000, "boolean"},
    {kBytea, -1, 1001, "bytea"},
    {kChar, 1, 1002, "\"char\""},
    {kName, 64, 1003, "name"},
    {kInt8, 8, 1016, "bigint"},
    {kInt2, 2, 1005, "smallint"},
    {kInt2, 2, kInt2Vector, "smallint"},
    {kInt4, 4, 1007, "integer"},
    {kRegproc, 4, 1008, "regproc"},
    {kText, -1, 1009, "text"},
    {kOid, 4, 1028, "oid"},
    {kOid, 4, kOidVector, "oid"},
    {kXid, 4, 1011, "xid"},
    {kCid, 4, 1012, "cid"},
    {kJson, -1, 199, "json"},
    {kFloat4, 4, 1021, "real"},
    {kFloat8, 8, 1022, "double precision"},
    {kUnknown, -2, 0, "unknown"},
    {kBpchar, -1, 1014, "character"},
    {kVarchar, -1, 1015, "character varying"},
    {kDate, 4, 1182, "date"},
    {kTime, 8, 1183, "time without time zone"},
    {kTimestamp, 8, 1115, "timestamp without time zone"},
    {kTimestamptz, 8, 1185, "timestamp with time zone"},
    {kInterval, 16, 1187, "interval"},
    {kNumeric, -1, 1231, "numeric"},
    {kRegclass, 4, 2210, "regclass"},
    {kRegtype, 4, 2211, "regtype"},
    {kCstring, -2, 1263, "cstring"},
    {kVoid, 4, 0, "void"},
    {kUuid, 16, 2951, "uuid"},
    {kJsonb, -1, 3807, "jsonb"},
    {2202, 4, 2207, "regprocedure"},
    {4089, 4, 4090, "regnamespace"},
    {4096, 4, 4097, "regrole"},
    {1033, 12, 1034, "aclitem"},
};

}  // namespace

std::int16_t Length(Oid type) {
  for (const Known& row : known) {
    if (row.type == type) return row.length;
  }
  return -1;
}

Oid Element(Oid type) {
  if (type == kUnspecified) return 0;
  for (const Known& row : known) {
    if (row.array == type) return row.type;
  }
  return 0;
}

std::string_view Name(Oid type) {
  for (const Known& row : known) {
    if (row.type == type) return row.name;
  }
  return "this type";
}

}  // namespace concordat::pgwire::oid
