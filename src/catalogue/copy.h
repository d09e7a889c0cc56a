// Public products of other members, held here as copies: for joins, at every owner, without asking around.
//
// A copy travels as one file: the owner's receipt of the entry that published the product, which names each
// of its files by SHA-256, and the files. What comes in is believed as far as the owner's signature reaches;
// that its key is one, which bounds what people add to answers, is looked at anew. Format:
// docs/formats/copy.md.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "catalogue/catalogue.h"
#include "crypto/keys.h"

namespace concordat::catalogue {

inline constexpr std::size_t kLargestCopy = std::size_t{64} << 20;  // bytes, all files together

// The product as others may copy it. `receipt` is of its own entry. Errors: kFailedPrecondition when it is
// not public, lies in a database file or has more than kMostOpenFiles files, or these are not those that were
// published; kResourceExhausted past kLargestCopy.
Result<std::string> ExportCopy(const Published& published, const std::string& receipt);

// What a copy's bytes are made of. They outlive it.
struct CopyParts {
  std::string_view receipt, files;
};
// Strict: receipt and files make up the bytes. Errors: kInvalidArgument, kResourceExhausted.
Result<CopyParts> ParseCopy(std::string_view bytes);
std::string FormatCopy(const CopyParts& parts);

struct CopyRequest {
  std::string_view bytes;
  std::string reference;  // which is wanted: "cleveland/wards@1"
  crypto::VerifyKey owner;
  std::filesystem::path folder;  // where files lie by their hashes: HOME/public
  std::string by;                // who brings it
  std::uint64_t memory_mb = 2048;
  const engine::Cancel* cancel = nullptr;
};
struct Copied {
  PublishedPtr published;
  bool is_new = false;  // false: this very copy is held already
};

// Checks, writes durably, enters: a file is there before the ledger says so. Errors: kInvalidArgument: not a
// copy, not the product that is wanted, not public, columns that no contract could have, two rows that share
// the key; kCorrupt: what the owner did not sign, or a file that is not the one named; kFailedPrecondition: a
// newer copy is held; kResourceExhausted; ProfileRows's, those of the disk and the ledger. Hold no
// Ledger::Share.
Result<Copied> ImportCopy(const CopyRequest& request, ledger::Ledger& ledger, const Catalogue& catalogue);

// Removes files from `folder` that newer copies have replaced: those named by a hash that no copy and no
// product here has rows in. Not while questions are answered or copies taken in: they may be reading or about
// to name one. Says how many. Errors: the disk's. Hold no Ledger::Share.
Result<std::size_t> RemoveReplaced(const std::filesystem::path& folder, const ledger::Ledger& ledger,
                                   const Catalogue& catalogue);

}  // namespace concordat::catalogue
