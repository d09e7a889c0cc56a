// A database as an analyst sees it: two tables of people's data, a public one, and a view of schema
// concordat.
#pragma once

#include "pgcatalog/pgcatalog.h"

namespace concordat::pgcatalog {

Database HeartStudy();

}  // namespace concordat::pgcatalog
