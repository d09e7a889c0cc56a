// Where figures come from, as OpenLineage 2.0.2 run events: a run for every publishing of a product, and one
// for every question that was answered or failed after its charge. Texts, analysts, files and whatever is
// sealed are not in it.
#pragma once

#include <cstdint>
#include <string>

#include "base/json.h"
#include "base/result.h"
#include "dcat/datasets.h"
#include "ledger/ledger.h"

namespace concordat::dcat {

struct Lineage {
  std::string lines;       // an event a line (NDJSON)
  std::uint64_t next = 0;  // the first entry that was not looked at
};

// Of at most `most` entries from `first` on. Errors: the ledger's.
Result<Lineage> LineageOf(const ledger::Ledger& ledger, const Site& site, std::uint64_t first,
                          std::uint64_t most);

// The JSON Schema of the run facet "concordat", which names agreement, entry and measurements.
Json LineageFacetSchema(const Site& site);

}  // namespace concordat::dcat
