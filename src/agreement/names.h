// The names that agreements are made of.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace concordat::agreement {

// Members, agreements, products, analysts, trainings, analyses: a lower-case letter, then lower-case letters,
// digits, dots, hyphens and underscores; at most 63 bytes, which is what PostgreSQL's clients take.
bool IsName(std::string_view text);
// Tables: as IsName, without dots and hyphens, so that SQL need not quote them; may start with an underscore.
bool IsTableName(std::string_view text);
// A term of a vocabulary: "dpv:ScientificResearch".
bool IsTerm(std::string_view text);

// "ana@lewisham": an analyst and the member that vouches for them. None unless both are names.
struct HomedName {
  std::string name;
  std::string member;
};
std::optional<HomedName> ReadHomedName(std::string_view text);

}  // namespace concordat::agreement
