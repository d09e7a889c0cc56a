// What a rewritten question may hold at most, checked apart from the code that rewrites.
#pragma once

#include <string>

namespace concordat::pgcatalog {

// Empty if `sql` is one SELECT over the metadata tables and listed functions alone; otherwise what it holds
// beside.
std::string Unconfined(const std::string& sql);

}  // namespace concordat::pgcatalog
