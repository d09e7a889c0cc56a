// What owners must plan alike, as canonical JSON, and two such descriptions held against each other. Format:
// docs/formats/joint.md.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "base/json.h"
#include "catalogue/product.h"
#include "release/sharing.h"

namespace concordat::release {

struct Prepared;

// All of the plan that owners must have alike; nothing of anyone's rows, and of the contract what the
// question touches. `normal`: the question's text in one form.
Json DescribePlan(const Prepared& prepared, const std::string& normal, const Sharing& sharing);

// Parts of it that a fit's description has too. `columns`: by place.
Json ColumnsJson(const catalogue::Product& product, const std::set<std::size_t>& columns);
Json ContractJson(const catalogue::Product& product);
Json SharingJson(const Sharing& sharing);

// In words. `theirs` comes from another member: anything may stand in it. Descriptions that are equal have no
// differences, and only those. At most `most` lines, the most telling first: "budapest: column chol has range
// [0, 700], here [0, 600]".
std::vector<std::string> DescriptionDifferences(const std::string& member, const Json& theirs,
                                                const Json& here, std::size_t most = 5);

}  // namespace concordat::release
