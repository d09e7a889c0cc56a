// How often each agreement was used: a fold over charges and releases.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "ledger/fold.h"

namespace concordat::transparency {

struct Counts {
  std::uint64_t asked = 0;     // questions that reached their charge, here or at the members they asked
  std::uint64_t answered = 0;  // of them
  std::uint64_t together = 0;  // of them: this member helped other members to answer
  std::uint64_t failed = 0;
  std::uint64_t repeated = 0;  // stored answers given again, free
  std::optional<Time> last{};  // when it was last asked
};

// Reads hold Ledger::Share.
class Tally final : public ledger::Fold {
 public:
  // `member`: whose ledger it is.
  explicit Tally(std::string member) : member_(std::move(member)) {}
  void Apply(const ledger::Entry& entry) override;
  void Clear() override { counts_.clear(); }
  std::string Form() const override { return "uses/2"; }
  Json Save() const override;
  void Load(const Json& saved) override;

  // By the id of the agreement's document; nothing of one never used.
  Counts Of(std::string_view document) const;

 private:
  const std::string member_;
  std::map<std::string, Counts, std::less<>> counts_;
};

}  // namespace concordat::transparency
