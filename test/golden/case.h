// Golden cases as text.
//
//   answered epsilon=4 minimum=5 pure margins $1=30     what is expected, and the settings
//   SELECT region, count(*) FROM people                 the question
//   plain: NULL is no region here                       where plain DuckDB must be asked otherwise, and why
//   SELECT …
//   ----
//   bound   people by person to 1 row                   the plan, then columns, then rows
//
// Cases are parted by empty lines; lines that start with # between them are comments.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace concordat::golden {

struct Case {
  std::string comment;  // lines before it, as written
  int line = 0;         // of the directive
  bool refused = false;
  std::map<std::string, std::string> settings;  // "epsilon" -> "4"; flags have no value
  std::string directive;                        // the whole line
  std::string text;
  std::string reason;  // why plain DuckDB is asked otherwise; empty: it is asked the same
  std::string plain;
  std::string expected;
};

std::vector<Case> ReadCases(const std::filesystem::path& path);
void WriteCases(const std::filesystem::path& path, const std::vector<Case>& cases);

}  // namespace concordat::golden
