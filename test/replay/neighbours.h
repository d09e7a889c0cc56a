// Neighbouring databases at random: a product, its rows, and the same rows without one unit.
#pragma once

#include <memory>
#include <random>
#include <string>
#include <vector>

#include "catalogue/product.h"

namespace concordat::replay {

struct Neighbours {
  std::shared_ptr<catalogue::Product> product;  // as it describes all of these databases
  std::string whole;                            // table with every row
  std::vector<std::string> without;             // tables that lack all rows of one unit each
  std::string without_nobody;                   // lacks the rows that name no unit; empty if there are none
};

// Draws a product with `index` in its tables' names, and appends to `script` the statements that make them.
// What the product claims as proven holds of the rows; everything else is broken.
Neighbours DrawNeighbours(std::mt19937_64& random, int index, std::string& script);

// The statements that make sql::PublicTables: keys that fit rows, that fit none and that are NULL, and values
// that their contracts do not allow.
std::string PublicTablesSql();

}  // namespace concordat::replay
