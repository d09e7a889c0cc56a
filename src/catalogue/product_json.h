// A product as the ledger keeps it. Format: docs/formats/entry.md.
#pragma once

#include "base/clock.h"
#include "base/json.h"
#include "base/result.h"
#include "catalogue/product.h"

namespace concordat::catalogue {

// A product, where its rows lay when it was published, and under which contract (SHA-256, hexadecimal).
struct Published {
  Product product;
  std::vector<engine::FileState> files;
  std::vector<std::string> hashes;  // SHA-256 of each of `files`, hexadecimal
  std::string contract_hash;
  Time since{};  // when rows with these hashes were first published, whatever the contract said; the
                 // catalogue's
};

// The public body of a product.published entry, and where its rows lie, which is the secret part: a hash of a
// file would let anyone who guesses the rows know that they are right.
Json ToJson(const Product& product);
Json SourceToJson(const engine::Source& source, const std::vector<engine::FileState>& files,
                  const std::vector<std::string>& hashes);

// Errors of both: kCorrupt. The first is all of a product but its source.
Result<Product> ProductFromJson(const Json& body);
Result<Published> PublishedFromJson(const Json& body, const Json& secret);

}  // namespace concordat::catalogue
