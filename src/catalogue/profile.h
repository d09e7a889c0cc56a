// Looks at a product's rows once, at publishing: what holds of what the contract says, and what is thereby
// proven.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "catalogue/product.h"
#include "engine/engine.h"

namespace concordat::catalogue {

struct Profile {
  std::int64_t rows = 0;
  std::int64_t units = 0;
  std::int64_t rows_without_unit = 0;
  // Half of the units have no more rows than the first, 99 of 100 no more than the second, and none more than
  // the third.
  std::int64_t median_rows_of_a_unit = 0;
  std::int64_t usual_rows_of_a_unit = 0;
  std::int64_t most_rows_of_a_unit = 0;
  bool rows_proven =
      false;  // no unit has more rows than the contract says, and a required unit is never absent
  bool ranges_proven = false;  // no value lies outside its range or domain, and no number is NaN
  std::vector<std::string>
      findings;  // what the contract says and the rows do not do, in plain words; for the steward alone
};

// `progress` is told what is looked at. Errors: kInvalidArgument when the files cannot be read as the
// contract says, a column is not in them, most of a column's values are not of its type, or two rows share
// the key of public data; kTimeout, kResourceExhausted. Messages name lines and columns, never values.
Result<Profile> ProfileRows(const Product& product, engine::Engine& engine,
                            const std::function<void(std::string_view)>& progress,
                            const engine::Cancel* cancel = nullptr);

}  // namespace concordat::catalogue
