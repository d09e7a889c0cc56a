// What a fit reads: columns as contracts declare them, and a member's own rows of them. No I/O, no SQL.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace concordat::learning {

// A column, as all members' contracts declare it.
struct Field {
  std::string name;
  std::vector<std::string> levels;                 // a factor's, in their declared order; a number has none
  std::optional<std::pair<double, double>> range;  // a number's, both ends included, where it is declared
  bool operator==(const Field&) const = default;
};

// Columns that a formula may name. The one that says which member a row is with is named kSite.
using Schema = std::vector<Field>;
inline constexpr std::string_view kSite = "site()";

// Null when there is none of that name.
const Field* Find(const Schema& schema, std::string_view name);

struct Column {
  std::string name;
  std::vector<double> values;  // numbers, or places of levels; NaN where nothing is known
};

// Columns of equal length.
struct Rows {
  std::vector<Column> columns;

  std::size_t size() const { return columns.empty() ? 0 : columns.front().values.size(); }
  // Null when there is none of that name.
  const Column* Find(std::string_view name) const;
};

}  // namespace concordat::learning
