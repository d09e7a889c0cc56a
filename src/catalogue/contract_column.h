// The columns of a contract's table.
#pragma once

#include "catalogue/product.h"
#include "catalogue/yaml.h"

namespace concordat::catalogue {

void ReadColumns(const YamlReader& properties, Product& product);

}  // namespace concordat::catalogue
