// A draft of the data protection impact assessment (GDPR Article 35), filled with what agreement and contract
// already say.
#pragma once

#include <string>
#include <vector>

#include "agreement/agreement.h"

namespace concordat::agreement {

// What a contract says of one table's product at this member.
struct AssessedTable {
  std::string name;  // of the table
  std::string product;
  std::string description;
  std::string unit;  // whom or what a privacy unit stands for
  std::int64_t rows_per_unit = 0;
  std::vector<std::string> columns;     // "age, 0 to 120"
  std::vector<std::string> restricted;  // columns that the contract classifies as personal
};

// Markdown, in the order of Article 35(7): description, necessity, risks, measures. Blanks for people to fill
// are marked with "____".
std::string DraftAssessment(const Agreement& document, const std::vector<AssessedTable>& tables,
                            const std::string& member);

}  // namespace concordat::agreement
