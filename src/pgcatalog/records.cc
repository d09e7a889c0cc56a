#include "pgcatalog/records.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <set>

#include "pgcatalog/own_functions.h"
#include "pgcatalog/settings.h"

namespace concordat::pgcatalog {
namespace {

// Source of the fixed OIDs: a PostgreSQL 15 cluster's own catalogue.
constexpr Oid pg_catalog_schema = 11, public_schema = 2200, information_schema = 13207;
constexpr Oid pg_class_relation = 1259, pg_database_relation = 1262, pg_namespace_relation = 2615;
constexpr Oid owner_role = 10, array_in = 750, array_out = 751, array_recv = 2400, array_send = 2401;
constexpr Oid first_own = 16384;  // FirstNormalObjectId: what people made

std::int64_t Int(Oid value) { return static_cast<std::int64_t>(value); }

Value Nothing(Oid type) {
  switch (type) {
    case oid::kBool:
      return false;
    case oid::kInt2:
    case oid::kInt4:
    case oid::kInt8:
    case oid::kOid:
    case oid::kRegproc:
    case oid::kRegtype:
    case 28:
      return std::int64_t{0};
    case oid::kChar:
      return std::string();
    case oid::kInt2Vector:
    case oid::kOidVector:
      return std::string("[]");
    default:
      return Null();
  }
}

// The same name has the same OID for as long as it exists, so that clients may keep it.
// Source: FNV-1a, 32 bits.
class Oids {
 public:
  Oid Of(const std::string& name) {
    std::uint32_t hash = 2166136261U;
    for (const unsigned char c : name) hash = (hash ^ c) * 16777619U;
    Oid candidate = first_own + hash % 1'000'000'000U;
    while (!taken_.insert(candidate).second) ++candidate;
    return candidate;
  }

 private:
  std::set<Oid> taken_;
};

const TypeRow* BaseType(Oid type) {
  for (const TypeRow& row : Types()) {
    if (row.oid == type) return &row;
  }
  return nullptr;
}

Oid CollationOf(Oid type) {
  if (type == oid::kName) return 950;
  return type == oid::kText || type == oid::kVarchar || type == oid::kBpchar ? 100 : 0;
}

Row AttributeRow(Oid relation, std::size_t position, const std::string& name, Oid type, bool not_null) {
  static const Relation& shape = *FindRelation("pg_catalog", "pg_attribute");
  const TypeRow* base = BaseType(type);
  const std::int64_t length = base == nullptr ? -1 : base->length;
  return MakeRow(shape, {{"attrelid", Int(relation)},
                         {"attname", name},
                         {"atttypid", Int(type)},
                         {"attstattarget", std::int64_t{-1}},
                         {"attlen", length},
                         {"attnum", static_cast<std::int64_t>(position)},
                         {"attcacheoff", std::int64_t{-1}},
                         {"atttypmod", std::int64_t{-1}},
                         {"attbyval", length > 0 && length <= 8},
                         {"attalign", std::string(1, base == nullptr ? 'i' : base->align)},
                         {"attstorage", std::string(1, base == nullptr ? 'x' : base->storage)},
                         {"attndims", std::int64_t{ElementOf(type) != 0 ? 1 : 0}},
                         {"attnotnull", not_null},
                         {"attislocal", true},
                         {"attcollation", Int(CollationOf(type))}});
}

Row ClassRow(Oid oid, const std::string& name, Oid schema, char kind, std::size_t columns, const Value& acl) {
  static const Relation& shape = *FindRelation("pg_catalog", "pg_class");
  const bool table = kind == 'r';
  return MakeRow(shape, {{"oid", Int(oid)},
                         {"relname", name},
                         {"relnamespace", Int(schema)},
                         {"relowner", Int(owner_role)},
                         {"relam", std::int64_t{table ? 2 : 0}},
                         {"reltuples", -1.0},
                         {"relpersistence", "p"},
                         {"relkind", std::string(1, kind)},
                         {"relnatts", static_cast<std::int64_t>(columns)},
                         {"relhasrules", !table},
                         {"relispopulated", true},
                         {"relreplident", table && schema == public_schema ? "d" : "n"},
                         {"relacl", acl}});
}

Oid SchemaOid(const std::string& schema) {
  return schema == "pg_catalog" ? pg_catalog_schema : information_schema;
}

void AddTypes(Records& records) {
  const Relation& shape = *FindRelation("pg_catalog", "pg_type");
  auto& types = records["cat.pg_type"];
  auto& displays = records["cat.displays"];
  const auto add = [&](Oid oid, const std::string& name, int length, char kind, char category, Oid element,
                       Oid array, char align, char storage, bool is_array) {
    const auto proc = [&](Oid of_arrays) { return Int(is_array ? of_arrays : 0); };
    types.push_back(
        MakeRow(shape, {{"oid", Int(oid)},
                        {"typname", name},
                        {"typnamespace", Int(pg_catalog_schema)},
                        {"typowner", Int(owner_role)},
                        {"typlen", std::int64_t{length}},
                        {"typbyval", length > 0 && length <= 8},
                        {"typtype", std::string(1, kind)},
                        {"typcategory", std::string(1, category)},
                        {"typisdefined", true},
                        {"typispreferred", oid == oid::kText || oid == oid::kBool || oid == oid::kOid ||
                                               oid == oid::kFloat8 || oid == oid::kTimestamptz},
                        {"typdelim", name == "box" || name == "_box" ? ";" : ","},
                        {"typelem", Int(element)},
                        {"typarray", Int(array)},
                        {"typinput", proc(array_in)},
                        {"typoutput", proc(array_out)},
                        {"typreceive", proc(array_recv)},
                        {"typsend", proc(array_send)},
                        {"typalign", std::string(1, align)},
                        {"typstorage", std::string(1, storage)},
                        {"typtypmod", std::int64_t{-1}},
                        {"typcollation", Int(is_array ? CollationOf(element) : CollationOf(oid))}}));
    const std::string display = TypeDisplay(oid);
    const std::string other = name == "int4" ? "int" : is_array ? name.substr(1) + "[]" : name;
    displays.push_back({Int(oid), name, display, other});
  };
  for (const TypeRow& type : Types()) {
    add(type.oid, type.name, type.length, type.kind, type.category, type.element, type.array, type.align,
        type.storage, false);
    if (type.array == 0) continue;
    const char align = type.align == 'd' ? 'd' : 'i';
    add(type.array, std::string("_") + type.name, -1, 'b', 'A', type.oid, 0, align, 'x', true);
  }
}

void AddRanges(Records& records) {
  const Relation& shape = *FindRelation("pg_catalog", "pg_range");
  // Range, element, multirange.
  constexpr Oid ranges[][3] = {{3904, 23, 4451},   {3906, 1700, 4532}, {3908, 1114, 4533},
                               {3910, 1184, 4534}, {3912, 1082, 4535}, {3926, 20, 4536}};
  for (const auto& r : ranges) {
    records["cat.pg_range"].push_back(
        MakeRow(shape, {{"rngtypid", Int(r[0])}, {"rngsubtype", Int(r[1])}, {"rngmultitypid", Int(r[2])}}));
  }
}

void AddProcedures(Records& records) {
  const Relation& shape = *FindRelation("pg_catalog", "pg_proc");
  const struct {
    Oid oid;
    const char* name;
    Oid returns;
  } procedures[] = {{array_in, "array_in", 2277},
                    {array_out, "array_out", 2275},
                    {array_recv, "array_recv", 2277},
                    {array_send, "array_send", 17}};
  for (const auto& p : procedures) {
    records["cat.pg_proc"].push_back(MakeRow(shape, {{"oid", Int(p.oid)},
                                                     {"proname", p.name},
                                                     {"pronamespace", Int(pg_catalog_schema)},
                                                     {"proowner", Int(owner_role)},
                                                     {"prolang", std::int64_t{12}},
                                                     {"prokind", "f"},
                                                     {"proisstrict", true},
                                                     {"provolatile", "s"},
                                                     {"proparallel", "s"},
                                                     {"prorettype", Int(p.returns)}}));
  }
}

void AddSmallTables(Records& records) {
  const auto add = [&](const char* table, std::initializer_list<std::pair<std::string_view, Value>> values) {
    records[std::string("cat.") + table].push_back(MakeRow(*FindRelation("pg_catalog", table), values));
  };
  const struct {
    Oid oid;
    const char* name;
  } schemas[] = {{pg_catalog_schema, "pg_catalog"},
                 {public_schema, "public"},
                 {information_schema, "information_schema"},
                 {concordat_schema, "concordat"}};
  for (const auto& s : schemas) {
    add("pg_namespace", {{"oid", Int(s.oid)}, {"nspname", s.name}, {"nspowner", Int(owner_role)}});
  }
  add("pg_am", {{"oid", std::int64_t{2}}, {"amname", "heap"}, {"amtype", "t"}});
  add("pg_am", {{"oid", std::int64_t{403}}, {"amname", "btree"}, {"amtype", "i"}});
  const struct {
    Oid oid;
    const char* name;
    const char* provider;
  } collations[] = {{100, "default", "d"}, {950, "C", "c"}, {951, "POSIX", "c"}};
  for (const auto& c : collations) {
    add("pg_collation", {{"oid", Int(c.oid)},
                         {"collname", c.name},
                         {"collnamespace", Int(pg_catalog_schema)},
                         {"collowner", Int(owner_role)},
                         {"collprovider", c.provider},
                         {"collisdeterministic", true},
                         {"collencoding", std::int64_t{-1}}});
  }
  add("pg_language", {{"oid", std::int64_t{12}}, {"lanname", "internal"}, {"lanowner", Int(owner_role)}});
  add("pg_tablespace",
      {{"oid", std::int64_t{1663}}, {"spcname", "pg_default"}, {"spcowner", Int(owner_role)}});
}

void AddRole(Records& records, Oid oid, const std::string& name, bool can_log_in) {
  records["cat.pg_authid"].push_back(
      MakeRow(*FindRelation("pg_catalog", "pg_authid"), {{"oid", Int(oid)},
                                                         {"rolname", name},
                                                         {"rolinherit", true},
                                                         {"rolcanlogin", can_log_in},
                                                         {"rolconnlimit", std::int64_t{-1}}}));
}

void AddDatabase(Records& records, Oid oid, const std::string& name) {
  records["cat.pg_database"].push_back(
      MakeRow(*FindRelation("pg_catalog", "pg_database"), {{"oid", Int(oid)},
                                                           {"datname", name},
                                                           {"datdba", Int(owner_role)},
                                                           {"encoding", std::int64_t{6}},
                                                           {"datlocprovider", "c"},
                                                           {"datallowconn", true},
                                                           {"datconnlimit", std::int64_t{-1}},
                                                           {"dattablespace", std::int64_t{1663}},
                                                           {"datcollate", "C.UTF-8"},
                                                           {"datctype", "C.UTF-8"}}));
}

void AddComment(Records& records, Oid object, std::size_t column, const std::string& text) {
  if (text.empty()) return;
  records["cat.pg_description"].push_back(
      {Int(object), Int(pg_class_relation), static_cast<std::int64_t>(column), text});
}

std::string TableComment(const catalogue::Product& product) {
  std::string text = product.title.empty() ? product.description : product.title;
  if (!text.empty()) text += " ";
  text += "(" + product.Reference();
  if (product.people) text += fmt::format(", about {} people", *product.people);
  return text + ")";
}

Value Acl(const std::string& analyst) {
  std::string quoted;
  for (const char c : analyst) quoted += c == '\'' || c == '\\' ? std::string("\\") + c : std::string(1, c);
  return fmt::format("['{}=r/concordat']", quoted);
}

}  // namespace

Row MakeRow(const Relation& shape, std::initializer_list<std::pair<std::string_view, Value>> values) {
  Row row;
  row.reserve(shape.columns.size());
  for (const RelationColumn& column : shape.columns) {
    const auto given =
        std::find_if(values.begin(), values.end(), [&](const auto& v) { return v.first == column.name; });
    row.push_back(given == values.end() ? Nothing(column.type) : given->second);
  }
  return row;
}

std::string ColumnComment(const catalogue::Column& column) {
  std::vector<std::string> parts;
  if (!column.description.empty()) parts.push_back(column.description);
  if (column.unit) parts.emplace_back("privacy unit: counted and joined, never shown");
  const auto bound = [&](double x) {
    if (column.type == Type::kDate) return ToText(Date{static_cast<std::int32_t>(x)});
    if (column.type == Type::kTimestamp) return ToText(Timestamp{static_cast<std::int64_t>(x)});
    return ToText(Value(x));
  };
  if (column.range)
    parts.push_back(fmt::format("range {} to {}", bound(column.range->low), bound(column.range->high)));
  if (!column.domain.empty()) {
    constexpr std::size_t most = 20;
    std::string text = "domain: ";
    for (std::size_t i = 0; i < column.domain.size() && i < most; ++i) {
      text += (i > 0 ? ", " : "") + ToText(column.domain[i]);
    }
    if (column.domain.size() > most) text += fmt::format(", … ({} values)", column.domain.size());
    parts.push_back(text);
  }
  if (column.resolution)
    parts.push_back(fmt::format("reported in steps of {}", ToText(Value(*column.resolution))));
  return fmt::format("{}", fmt::join(parts, "; "));
}

Records FixedRecords() {
  Records records;
  AddTypes(records);
  AddRanges(records);
  AddProcedures(records);
  AddOwnFunctions(records);
  AddSmallTables(records);
  for (const Relation& relation : Relations()) {
    const Oid schema = SchemaOid(relation.schema);
    records["cat.pg_class"].push_back(
        ClassRow(relation.oid, relation.name, schema, relation.kind, relation.columns.size(), Null()));
    records["cat.names"].push_back({Int(relation.oid), relation.name, relation.schema + "." + relation.name,
                                    schema == pg_catalog_schema});
    for (std::size_t i = 0; i < relation.columns.size(); ++i) {
      const RelationColumn& column = relation.columns[i];
      records["cat.pg_attribute"].push_back(
          AttributeRow(relation.oid, i + 1, column.name, column.type, column.name == "oid"));
    }
  }
  return records;
}

Records DatabaseRecords(const Database& database, const Session& session) {
  Records records;
  Oids oids;
  const Oid own = oids.Of("database " + database.name);
  records["cat.self"].push_back(
      {database.name, database.analyst, std::int64_t{session.process}, version_text});
  AddRole(records, owner_role, "concordat", false);
  AddRole(records, oids.Of("role " + database.analyst), database.analyst, true);
  AddDatabase(records, own, database.name);
  if (!database.description.empty()) {
    records["cat.pg_shdescription"].push_back({Int(own), Int(pg_database_relation), database.description});
  }
  for (const std::string& other : database.others) {
    if (other != database.name) AddDatabase(records, oids.Of("database " + other), other);
  }
  records["cat.pg_description"].push_back(
      {Int(concordat_schema), Int(pg_namespace_relation), std::int64_t{0},
       "What is left of budgets, which products and agreements there are"});
  const Value acl = Acl(database.analyst);
  for (const Table& table : database.tables) {
    const Oid oid = oids.Of("public." + table.name);
    const auto& columns = table.product->columns;
    records["cat.pg_class"].push_back(ClassRow(oid, table.name, public_schema, 'r', columns.size(), acl));
    records["cat.names"].push_back({Int(oid), table.name, "public." + table.name, true});
    AddComment(records, oid, 0, TableComment(*table.product));
    for (std::size_t i = 0; i < columns.size(); ++i) {
      records["cat.pg_attribute"].push_back(
          AttributeRow(oid, i + 1, columns[i].name, TypeOid(columns[i].type), !columns[i].nullable));
      AddComment(records, oid, i + 1, ColumnComment(columns[i]));
    }
  }
  for (const View& view : database.views) {
    const Oid oid = oids.Of("concordat." + view.name);
    records["cat.pg_class"].push_back(
        ClassRow(oid, view.name, concordat_schema, 'v', view.columns.size(), acl));
    records["cat.names"].push_back({Int(oid), view.name, "concordat." + view.name, false});
    AddComment(records, oid, 0, view.description);
    for (std::size_t i = 0; i < view.columns.size(); ++i) {
      const ViewColumn& column = view.columns[i];
      records["cat.pg_attribute"].push_back(
          AttributeRow(oid, i + 1, column.name, TypeOid(column.type), false));
      AddComment(records, oid, i + 1, column.description);
    }
  }
  return records;
}

}  // namespace concordat::pgcatalog
