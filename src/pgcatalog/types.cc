#include "pgcatalog/types.h"

#include <unordered_map>

namespace concordat::pgcatalog {
namespace {

// Source: PostgreSQL 15, chapter "Data Types" and the catalogue pg_type of a fresh cluster.
constexpr TypeRow types[] = {
    {16, "bool", "boolean", 1, 'B', 'b', 1000, 'c', 'p', 0},
    {17, "bytea", "bytea", -1, 'U', 'b', 1001, 'i', 'x', 0},
    {18, "char", "\"char\"", 1, 'Z', 'b', 1002, 'c', 'p', 0},
    {19, "name", "name", 64, 'S', 'b', 1003, 'c', 'p', 18},
    {20, "int8", "bigint", 8, 'N', 'b', 1016, 'd', 'p', 0},
    {21, "int2", "smallint", 2, 'N', 'b', 1005, 's', 'p', 0},
    {22, "int2vector", "int2vector", -1, 'A', 'b', 1006, 'i', 'p', 21},
    {23, "int4", "integer", 4, 'N', 'b', 1007, 'i', 'p', 0},
    {24, "regproc", "regproc", 4, 'N', 'b', 1008, 'i', 'p', 0},
    {25, "text", "text", -1, 'S', 'b', 1009, 'i', 'x', 0},
    {26, "oid", "oid", 4, 'N', 'b', 1028, 'i', 'p', 0},
    {27, "tid", "tid", 6, 'U', 'b', 1010, 's', 'p', 0},
    {28, "xid", "xid", 4, 'U', 'b', 1011, 'i', 'p', 0},
    {29, "cid", "cid", 4, 'U', 'b', 1012, 'i', 'p', 0},
    {30, "oidvector", "oidvector", -1, 'A', 'b', 1013, 'i', 'p', 26},
    {114, "json", "json", -1, 'U', 'b', 199, 'i', 'x', 0},
    {142, "xml", "xml", -1, 'U', 'b', 143, 'i', 'x', 0},
    {194, "pg_node_tree", "pg_node_tree", -1, 'Z', 'b', 0, 'i', 'x', 0},
    {600, "point", "point", 16, 'G', 'b', 1017, 'd', 'p', 701},
    {601, "lseg", "lseg", 32, 'G', 'b', 1018, 'd', 'p', 600},
    {602, "path", "path", -1, 'G', 'b', 1019, 'd', 'x', 0},
    {603, "box", "box", 32, 'G', 'b', 1020, 'd', 'p', 600},
    {604, "polygon", "polygon", -1, 'G', 'b', 1027, 'd', 'x', 0},
    {628, "line", "line", 24, 'G', 'b', 629, 'd', 'p', 701},
    {650, "cidr", "cidr", -1, 'I', 'b', 651, 'i', 'm', 0},
    {700, "float4", "real", 4, 'N', 'b', 1021, 'i', 'p', 0},
    {701, "float8", "double precision", 8, 'N', 'b', 1022, 'd', 'p', 0},
    {705, "unknown", "unknown", -2, 'X', 'p', 0, 'c', 'p', 0},
    {718, "circle", "circle", 24, 'G', 'b', 719, 'd', 'p', 0},
    {774, "macaddr8", "macaddr8", 8, 'U', 'b', 775, 'i', 'p', 0},
    {790, "money", "money", 8, 'N', 'b', 791, 'd', 'p', 0},
    {829, "macaddr", "macaddr", 6, 'U', 'b', 1040, 'i', 'p', 0},
    {869, "inet", "inet", -1, 'I', 'b', 1041, 'i', 'm', 0},
    {1033, "aclitem", "aclitem", 12, 'U', 'b', 1034, 'i', 'p', 0},
    {1042, "bpchar", "character", -1, 'S', 'b', 1014, 'i', 'x', 0},
    {1043, "varchar", "character varying", -1, 'S', 'b', 1015, 'i', 'x', 0},
    {1082, "date", "date", 4, 'D', 'b', 1182, 'i', 'p', 0},
    {1083, "time", "time without time zone", 8, 'D', 'b', 1183, 'd', 'p', 0},
    {1114, "timestamp", "timestamp without time zone", 8, 'D', 'b', 1115, 'd', 'p', 0},
    {1184, "timestamptz", "timestamp with time zone", 8, 'D', 'b', 1185, 'd', 'p', 0},
    {1186, "interval", "interval", 16, 'T', 'b', 1187, 'd', 'p', 0},
    {1266, "timetz", "time with time zone", 12, 'D', 'b', 1270, 'd', 'p', 0},
    {1560, "bit", "bit", -1, 'V', 'b', 1561, 'i', 'x', 0},
    {1562, "varbit", "bit varying", -1, 'V', 'b', 1563, 'i', 'x', 0},
    {1700, "numeric", "numeric", -1, 'N', 'b', 1231, 'i', 'm', 0},
    {1790, "refcursor", "refcursor", -1, 'U', 'b', 2201, 'i', 'x', 0},
    {2202, "regprocedure", "regprocedure", 4, 'N', 'b', 2207, 'i', 'p', 0},
    {2203, "regoper", "regoper", 4, 'N', 'b', 2208, 'i', 'p', 0},
    {2204, "regoperator", "regoperator", 4, 'N', 'b', 2209, 'i', 'p', 0},
    {2205, "regclass", "regclass", 4, 'N', 'b', 2210, 'i', 'p', 0},
    {2206, "regtype", "regtype", 4, 'N', 'b', 2211, 'i', 'p', 0},
    {2249, "record", "record", -1, 'P', 'p', 2287, 'd', 'x', 0},
    {2275, "cstring", "cstring", -2, 'P', 'p', 1263, 'c', 'p', 0},
    {2276, "any", "\"any\"", 4, 'P', 'p', 0, 'i', 'p', 0},
    {2277, "anyarray", "anyarray", -1, 'P', 'p', 0, 'd', 'x', 0},
    {2278, "void", "void", 4, 'P', 'p', 0, 'i', 'p', 0},
    {2279, "trigger", "trigger", 4, 'P', 'p', 0, 'i', 'p', 0},
    {2950, "uuid", "uuid", 16, 'U', 'b', 2951, 'c', 'p', 0},
    {3220, "pg_lsn", "pg_lsn", 8, 'U', 'b', 3221, 'd', 'p', 0},
    {3614, "tsvector", "tsvector", -1, 'U', 'b', 3643, 'i', 'x', 0},
    {3615, "tsquery", "tsquery", -1, 'U', 'b', 3645, 'i', 'p', 0},
    {3734, "regconfig", "regconfig", 4, 'N', 'b', 3735, 'i', 'p', 0},
    {3769, "regdictionary", "regdictionary", 4, 'N', 'b', 3770, 'i', 'p', 0},
    {3802, "jsonb", "jsonb", -1, 'U', 'b', 3807, 'i', 'x', 0},
    {3904, "int4range", "int4range", -1, 'R', 'r', 3905, 'i', 'x', 0},
    {3906, "numrange", "numrange", -1, 'R', 'r', 3907, 'i', 'x', 0},
    {3908, "tsrange", "tsrange", -1, 'R', 'r', 3909, 'd', 'x', 0},
    {3910, "tstzrange", "tstzrange", -1, 'R', 'r', 3911, 'd', 'x', 0},
    {3912, "daterange", "daterange", -1, 'R', 'r', 3913, 'i', 'x', 0},
    {3926, "int8range", "int8range", -1, 'R', 'r', 3927, 'd', 'x', 0},
    {4072, "jsonpath", "jsonpath", -1, 'U', 'b', 4073, 'i', 'x', 0},
    {4089, "regnamespace", "regnamespace", 4, 'N', 'b', 4090, 'i', 'p', 0},
    {4096, "regrole", "regrole", 4, 'N', 'b', 4097, 'i', 'p', 0},
    {4191, "regcollation", "regcollation", 4, 'N', 'b', 4192, 'i', 'p', 0},
    {4451, "int4multirange", "int4multirange", -1, 'R', 'm', 6150, 'i', 'x', 0},
    {4532, "nummultirange", "nummultirange", -1, 'R', 'm', 6151, 'i', 'x', 0},
    {4533, "tsmultirange", "tsmultirange", -1, 'R', 'm', 6152, 'd', 'x', 0},
    {4534, "tstzmultirange", "tstzmultirange", -1, 'R', 'm', 6153, 'd', 'x', 0},
    {4535, "datemultirange", "datemultirange", -1, 'R', 'm', 6155, 'i', 'x', 0},
    {4536, "int8multirange", "int8multirange", -1, 'R', 'm', 6157, 'd', 'x', 0},
    {5069, "xid8", "xid8", 8, 'U', 'b', 271, 'd', 'p', 0},
};

struct Index {
  std::unordered_map<std::string, Oid> by_name;
  std::unordered_map<Oid, const TypeRow*> by_oid;
  std::unordered_map<Oid, Oid> element_of;
};

const Index& TypeIndex() {
  static const Index* const index = [] {
    auto* made = new Index;
    for (const TypeRow& type : types) {
      made->by_oid[type.oid] = &type;
      made->by_name[type.name] = type.oid;
      made->by_name.try_emplace(type.display, type.oid);
      if (type.array == 0) continue;
      made->element_of[type.array] = type.oid;
      made->by_name[std::string("_") + type.name] = type.array;
      made->by_name[std::string(type.name) + "[]"] = type.array;
      made->by_name.try_emplace(std::string(type.display) + "[]", type.array);
    }
    const struct {
      const char* alias;
      const char* name;
    } aliases[] = {{"int", "int4"},
                   {"decimal", "numeric"},
                   {"float", "float8"},
                   {"double", "float8"},
                   {"string", "text"}};
    for (const auto& a : aliases) made->by_name[a.alias] = made->by_name[a.name];
    return made;
  }();
  return *index;
}

}  // namespace

std::span<const TypeRow> Types() { return types; }

std::optional<Oid> FindType(std::string_view name) {
  const auto found = TypeIndex().by_name.find(std::string(name));
  if (found == TypeIndex().by_name.end()) return std::nullopt;
  return found->second;
}

std::string TypeDisplay(Oid type) {
  const Oid element = ElementOf(type);
  const auto found = TypeIndex().by_oid.find(element != 0 ? element : type);
  if (found == TypeIndex().by_oid.end()) return "???";
  return std::string(found->second->display) + (element != 0 ? "[]" : "");
}

Oid ArrayOf(Oid element) {
  const auto found = TypeIndex().by_oid.find(element);
  return found == TypeIndex().by_oid.end() ? 0 : found->second->array;
}

Oid ElementOf(Oid array) {
  const auto found = TypeIndex().element_of.find(array);
  return found == TypeIndex().element_of.end() ? 0 : found->second;
}

Oid TypeOid(Type type) {
  switch (type) {
    case Type::kBoolean:
      return oid::kBool;
    case Type::kInteger:
      return oid::kInt8;
    case Type::kNumber:
      return oid::kFloat8;
    case Type::kText:
      return oid::kText;
    case Type::kDate:
      return oid::kDate;
    case Type::kTimestamp:
      return oid::kTimestamp;
  }
  return oid::kText;
}

std::string CarrierOf(Oid type) {
  switch (type) {
    case oid::kBool:
      return "BOOLEAN";
    case oid::kInt2:
      return "SMALLINT";
    case oid::kInt4:
      return "INTEGER";
    case oid::kInt8:
      return "BIGINT";
    case oid::kFloat4:
      return "FLOAT";
    case oid::kFloat8:
      return "DOUBLE";
    case oid::kNumeric:
      return "DECIMAL(38, 9)";
    case oid::kDate:
      return "DATE";
    case oid::kTimestamp:
    case oid::kTimestamptz:
      return "TIMESTAMP";
    case oid::kOid:
    case 28:  // xid
    case 29:  // cid
    case oid::kRegproc:
    case oid::kRegclass:
    case oid::kRegtype:
    case oid::kRegnamespace:
    case oid::kRegrole:
      return "UINTEGER";
    case oid::kInt2Vector:
      return "SMALLINT[]";
    case oid::kOidVector:
      return "UINTEGER[]";
    default:
      break;
  }
  const Oid element = ElementOf(type);
  return element != 0 ? CarrierOf(element) + "[]" : "VARCHAR";
}

}  // namespace concordat::pgcatalog
