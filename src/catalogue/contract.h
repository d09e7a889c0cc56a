// A data contract: ODCS 3.1.0 in YAML (bitol.io), with the privacy terms as custom properties.
// docs/contracts.md says what each means.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "catalogue/product.h"

namespace concordat::catalogue {

// What a contract came to. Version, revision and what profiling proves are not in it; Source::path is as
// written.
struct Contract {
  Product product;
};

struct Problem {
  int line = 0;      // 1-based; 0 when it is of the whole document
  std::string what;  // "schema[0].properties[2].concordat.range: the lower end is above the upper one"
  std::string remedy;
};

// All that is wrong with it, not only the first. Never throws, whatever the text.
tl::expected<Contract, std::vector<Problem>> ParseContract(const std::string& text);

// "benefit-claims": what may stand after the member's name in a product's id.
bool IsProductName(std::string_view text);

// One line a problem, for people, and the whole as an Error (kInvalidArgument).
Error ContractError(const std::string& path, const std::vector<Problem>& problems);

}  // namespace concordat::catalogue
