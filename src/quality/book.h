// How well a product's rows fill its columns, as last measured: public, and a fold over the ledger.
// Format: docs/formats/entry.md.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "ledger/fold.h"

namespace concordat::quality {

// The share of rows, from 0 to 1, that hold a value of the column's type and domain; 95% margins.
struct Filled {
  std::string column;
  double share = 0, margin = 0;
  bool operator==(const Filled&) const = default;
};

struct Measured {
  std::string product;  // its id
  std::int64_t version = 0, revision = 0;
  std::string answer;  // id of the answer that it is taken from
  double rows = 0, margin = 0;
  std::vector<Filled> columns;
  Time when{};  // the entry's own
  bool operator==(const Measured&) const = default;
};

ledger::Draft DraftOf(const Measured& measured);
// None of an entry of another kind, or that cannot be read.
std::optional<Measured> MeasuredIn(const ledger::Entry& entry);

// Reads hold Ledger::Share.
class Book final : public ledger::Fold {
 public:
  void Apply(const ledger::Entry& entry) override;
  void Clear() override { newest_.clear(); }
  std::string Form() const override { return "quality/1"; }
  Json Save() const override;
  void Load(const Json& saved) override;
  const Measured* Find(const std::string& product) const;

 private:
  std::map<std::string, Measured> newest_;  // by product
};

}  // namespace concordat::quality
