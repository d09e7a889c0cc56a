// A product as the ledger keeps it. Format: docs/formats/entry.md.
#pragma once

#include <cstdint>
#include <optional>

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
  std::uint64_t entry = 0;  // of its member's ledger: where it was published
  Time since{};  // when rows with these hashes were first published, whatever the contract said; the
                 // catalogue's
};

// A model's document with its hash. Errors: kInvalidArgument: not an object, or without a canonical form.
Result<ModelDocument> DocumentOf(const Json& json);

// The public body of a product.published entry, and where its rows lie, which is the secret part: a hash of a
// file would let anyone who guesses the rows know that they are right.
Json ToJson(const Product& product);
Json SourceToJson(const engine::Source& source, const std::vector<engine::FileState>& files,
                  const std::vector<std::string>& hashes);

// A file of public data, as everybody may know it.
struct OpenFile {
  std::uint64_t bytes = 0;
  std::string sha256;  // hexadecimal
};
// How others read public data that they have copied: its files in their order, without their places.
struct Open {
  engine::Source source;
  std::vector<OpenFile> files;
};
inline constexpr std::size_t kMostOpenFiles = 32;

// The public body of a product.published entry. That of public data in CSV or Parquet also says, as "open",
// what its files are, so that others may copy them; a database file may hold more than the product.
Json BodyOf(const Published& published);
// None where the body does not let its files be copied. Errors: kInvalidArgument.
Result<std::optional<Open>> OpenFromJson(const Json& body);

// Errors of both: kCorrupt. The first is all of a product but its source.
Result<Product> ProductFromJson(const Json& body);
Result<Published> PublishedFromJson(const Json& body, const Json& secret);

}  // namespace concordat::catalogue
