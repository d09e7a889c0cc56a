// The columns of a contract's table.
#pragma once

#include "catalogue/product.h"
#include "catalogue/yaml.h"

namespace concordat::catalogue {

// As analysts write it: lower-case letters, digits and underscores, 63 at most, no digit first.
bool IsColumnName(const std::string& name);
void ReadColumns(const YamlReader& properties, Product& product);

}  // namespace concordat::catalogue
