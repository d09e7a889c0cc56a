// What was released before, as a fold over the ledger: stored answers, found by question, and the record
// behind each.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "ledger/ledger.h"
#include "release/answer.h"

namespace concordat::release {

// A question that reached its charge, and what came of it.
struct Record {
  std::string id;  // of the question and its answer
  std::string agreement;
  std::string analyst;
  std::string product;
  Time time{};
  std::string outcome;                   // "charged" until it is recorded as "answered" or "failed"
  std::uint64_t charge = 0;              // index of its charge entry
  std::optional<std::uint64_t> release;  // index of its release entry
  std::uint64_t repeats = 0;             // how often the stored answer was given again
};

// Reads hold Ledger::Share. Answers themselves stay in the store: Load reads one.
class History final : public ledger::Fold {
 public:
  void Apply(const ledger::Entry& entry) override;
  void Clear() override;

  // The record of an answered question with this identity, if any.
  const Record* FindAnswer(const std::string& identity) const;
  // By id, or by the beginning of one; null when there is none or several.
  const Record* Find(const std::string& id) const;
  const std::map<std::string, Record>& records() const { return records_; }
  // Questions of an analyst under an agreement that were charged in the hour before `now`.
  int AskedInTheHourBefore(Time now, const std::string& agreement, const std::string& analyst) const;

 private:
  std::map<std::string, Record> records_;          // by id
  std::map<std::string, std::string> identities_;  // of answered questions, to their ids
  // By agreement and analyst: when they asked, of the hour before their newest.
  std::map<std::pair<std::string, std::string>, std::deque<Time>> asked_;
};

}  // namespace concordat::release
