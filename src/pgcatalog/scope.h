// Which columns a name may mean at a place in a statement, and of what type they are.
#pragma once

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "pgcatalog/relations.h"

namespace concordat::pgcatalog {

struct Source {
  std::string alias;
  std::vector<RelationColumn> columns;
  Oid relation = 0;  // of the catalogue's; 0 for subqueries and functions
};

struct Scope {
  const Scope* outer = nullptr;
  std::vector<Source> sources;
  std::map<std::string, std::vector<RelationColumn>> ctes;
};

// The type of a column, 0 where only DuckDB knows it; none if there is no such column. An empty alias means
// any source.
inline std::optional<Oid> FindColumn(const Scope* scope, const std::string& alias, const std::string& name) {
  for (; scope != nullptr; scope = scope->outer) {
    for (const Source& source : scope->sources) {
      if (!alias.empty() && source.alias != alias) continue;
      for (const RelationColumn& column : source.columns) {
        if (column.name == name) return column.type;
      }
    }
  }
  return std::nullopt;
}

// The only source at its level that has the column; null if several have it (JOIN … USING), or none.
inline const Source* FindOwner(const Scope* scope, const std::string& name) {
  const Source* owner = nullptr;
  for (; scope != nullptr && owner == nullptr; scope = scope->outer) {
    for (const Source& source : scope->sources) {
      const bool has = std::any_of(source.columns.begin(), source.columns.end(),
                                   [&](const RelationColumn& column) { return column.name == name; });
      if (has && owner != nullptr) return nullptr;
      if (has) owner = &source;
    }
  }
  return owner;
}

inline const Source* FindSource(const Scope* scope, const std::string& alias) {
  for (; scope != nullptr; scope = scope->outer) {
    for (const Source& source : scope->sources) {
      if (source.alias == alias) return &source;
    }
  }
  return nullptr;
}

// The relation behind an alias, for the system column tableoid.
inline Oid FindRelationOid(const Scope* scope, const std::string& alias) {
  for (; scope != nullptr; scope = scope->outer) {
    for (const Source& source : scope->sources) {
      if ((alias.empty() || source.alias == alias) && source.relation != 0) return source.relation;
    }
  }
  return 0;
}

inline const std::vector<RelationColumn>* FindCte(const Scope* scope, const std::string& name) {
  for (; scope != nullptr; scope = scope->outer) {
    const auto found = scope->ctes.find(name);
    if (found != scope->ctes.end()) return &found->second;
  }
  return nullptr;
}

}  // namespace concordat::pgcatalog
