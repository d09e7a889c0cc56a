// What was asked before, as the ledger has it: stored answers, found by question, and the record of each
// question that was charged. Read from the store when it is asked for; nothing of it is kept in memory.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "ledger/ledger.h"

namespace concordat::release {

// A question that reached its charge, and what came of it.
struct Record {
  std::string id;  // of the question and its answer
  std::string agreement;
  std::string analyst;
  std::string product;
  Time time{};
  std::string outcome;  // "charged" until it is recorded as "answered" or "failed"
  // Index of its charge entry; where this node only asked others, of the first entry that it has of it.
  std::uint64_t charge = 0;
  std::optional<std::uint64_t> release;  // index of its release entry
  std::uint64_t repeats = 0;             // how often the stored answer was given again
  std::vector<std::string> owners = {};  // members whose table was asked; none where it is this node's alone
  // What was charged, as the notice beside the answer said; empty without an answer, while it is sealed and
  // once it was erased.
  std::string notice = {};
  std::size_t receipts = 0;  // owners whose receipts came with the answer; 0 as the notice is empty
};

// The release entry of the newest answered question with this identity, if any. Errors: the ledger's.
Result<std::optional<ledger::Entry>> FindAnswer(const ledger::Ledger& ledger, const std::string& identity);
// By id, or by the beginning of one. Errors: kNotFound when there is none or several.
Result<Record> FindRecord(const ledger::Ledger& ledger, const std::string& beginning);
// Of an analyst under an agreement, each question once, oldest first: also where others alone were charged.
Result<std::vector<Record>> RecordsOf(const ledger::Ledger& ledger, const std::string& agreement,
                                      const std::string& analyst);

}  // namespace concordat::release
