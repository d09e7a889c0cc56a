// Catalogue views that are computed from the base tables, as PostgreSQL computes them.
#pragma once

#include <string>

#include "pgcatalog/relations.h"

namespace concordat::pgcatalog {

// CREATE VIEW for a computed relation, or CREATE TABLE for one that holds rows of its own or none.
std::string CreateRelation(const Relation& relation);

}  // namespace concordat::pgcatalog
