#include "pgcatalog/relations.h"

#include <sstream>

#include "base/check.h"

namespace concordat::pgcatalog {
namespace {

void Parse(const char* text, const std::string& schema, std::vector<Relation>& out) {
  std::istringstream words(text);
  std::string word;
  while (words >> word) {
    Relation relation{.schema = schema, .name = word, .oid = 0, .kind = 'r', .columns = {}};
    std::string kind;
    words >> relation.oid >> kind;
    relation.kind = kind[0];
    for (bool last = false; !last;) {
      std::string column, type;
      words >> column >> type;
      // The text breaks lines anywhere, so only the comma tells whether another column follows.
      last = type.back() != ',';
      if (!last) type.pop_back();
      const auto known = FindType(type);
      relation.columns.push_back({std::move(column), known.value_or(oid::kText)});
    }
    out.push_back(std::move(relation));
  }
}

}  // namespace

const std::vector<Relation>& Relations() {
  static const auto* const relations = [] {
    auto* made = new std::vector<Relation>;
    Parse(catalogue_tables, "pg_catalog", *made);
    Parse(catalogue_views, "pg_catalog", *made);
    Parse(information_views, "information_schema", *made);
    return made;
  }();
  return *relations;
}

const Relation* FindRelation(std::string_view schema, std::string_view name) {
  static const auto* const index = [] {
    auto* made = new std::map<std::pair<std::string, std::string>, const Relation*, std::less<>>;
    for (const Relation& relation : Relations()) (*made)[{relation.schema, relation.name}] = &relation;
    return made;
  }();
  const auto found = index->find(std::pair(std::string(schema), std::string(name)));
  return found == index->end() ? nullptr : found->second;
}

std::string_view CarrierSchema(std::string_view schema) {
  if (schema == "pg_catalog") return "cat";
  if (schema == "information_schema") return "info";
  if (schema == "public") return "granted";
  return "conc";
}

}  // namespace concordat::pgcatalog
