// How a table that several members hold is shared out among them: the same at every owner, for it is computed
// from the agreement's document alone. Argument and defaults: docs/adr/0007-federated-questions.md,
// section 3.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "agreement/agreement.h"

namespace concordat::release {

struct Sharing {
  std::string table;                        // of the agreement
  std::vector<std::string> owners;          // members whose products make up the table, by name
  std::size_t quorum = 0;                   // owners that must contribute
  std::size_t colluding = 0;                // owners that may work together against the others
  bool local = false;                       // each owner adds the whole noise, and its sums need no secrecy
  std::optional<agreement::SumsBy> sums;    // the way that the agreement asks for; none: by size
  std::vector<std::string> non_disclosing;  // owners that contribute only under encryption

  // Owners whose noise can be counted on.
  std::size_t Honest() const { return local ? 1 : quorum - colluding; }
  bool operator==(const Sharing&) const = default;
};

// None for a table that the agreement does not have. Of one owner alone: local.
std::optional<Sharing> SharingOf(const agreement::Agreement& agreement, const std::string& table);
// Whose noise there is, as EXPLAIN says it.
std::string SharedLine(const Sharing& sharing);

}  // namespace concordat::release
