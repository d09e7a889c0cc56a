// What was asked, newest first, a page at a time: read from the ledger, and shown as far as it may be.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "ledger/ledger.h"

namespace concordat::transparency {

struct Asked {
  std::uint64_t entry = 0;  // of the release, on the ledger
  Time time{};
  std::string agreement;
  std::string document;
  std::string product;              // "lewisham/adult@1"; where others alone hold it, their table
  std::string outcome;              // answered, contributed, failed, repeated
  std::vector<std::string> owners;  // members whose table it is; none where it is one member's
  // The text as the analyst wrote it. None while sealed, once erased, and of a repetition.
  std::optional<std::string> text;
  std::vector<std::string> parameters;
  std::optional<Time> sealed_until;  // while it is sealed
};

struct AskedFilter {
  std::string document;            // empty: any
  std::set<std::string> products;  // "lewisham/adult", whatever the version; empty: any
};

struct AskedPage {
  std::vector<Asked> asked;
  std::optional<std::uint64_t> older;  // what to give as `before` for the next page; none at the end
};

// At most `most` questions, each once, of entries below `before` (none: the newest). Looks at no more than
// some thousands of entries, so a page may be short, or empty, and yet not the last. Errors: the ledger's.
Result<AskedPage> ReadAsked(const ledger::Ledger& ledger, const AskedFilter& filter,
                            std::optional<std::uint64_t> before, std::size_t most);

Json ToJson(const AskedPage& page);

}  // namespace concordat::transparency
