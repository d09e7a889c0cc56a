// A product's contract as others may read it: Open Data Contract Standard 3.1.0 in JSON, made from what was
// published. Where the rows lie is not in it.
#pragma once

#include "base/json.h"
#include "catalogue/life.h"
#include "catalogue/product.h"

namespace concordat::dcat {

// With a server put into it, publishing it again gives the same product.
Json OdcsOf(const catalogue::Product& product, catalogue::Stage stage);

}  // namespace concordat::dcat
