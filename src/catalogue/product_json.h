// A product as the ledger keeps it. Format: docs/formats/entry.md.
#pragma once

#include "base/json.h"
#include "base/result.h"
#include "catalogue/product.h"

namespace concordat::catalogue {

// The public body of a product.published entry, and the source, which is its secret part.
Json ToJson(const Product& product);
Json SourceToJson(const engine::Source& source, const std::vector<engine::FileState>& files);

struct Published {
  Product product;
  std::vector<engine::FileState> files;
  std::string contract_hash;
};

// Errors: kCorrupt.
Result<Published> PublishedFromJson(const Json& body, const Json& secret);

}  // namespace concordat::catalogue
