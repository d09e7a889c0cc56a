// Other members' products, as their ledgers have them: what a node knows of a table that others hold. A fold
// over `abroad.product` entries. Format: docs/formats/entry.md.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "catalogue/catalogue.h"

namespace concordat::catalogue {

// Reads hold Ledger::Share.
class Abroad final : public ledger::Fold {
 public:
  void Apply(const ledger::Entry& entry) override;
  void Clear() override { products_.clear(); }
  std::vector<std::string> Kinds() const override { return {"abroad."}; }

  // The newest copy of "budapest/heart@1"; null when there is none. It has no source: it cannot be run.
  std::shared_ptr<const Product> Find(const std::string& reference) const;

 private:
  std::map<std::string, std::shared_ptr<const Product>> products_;  // by "budapest/heart@1"
};

// Enters a copy of another member's product, `body` as its ledger has it (product_json.h); none where that
// very body was entered last. Errors: kInvalidArgument: not a product, or not that member's; the ledger's.
// Hold no Ledger::Share.
Result<std::optional<ledger::Entry>> EnterAbroad(ledger::Ledger& ledger, const Abroad& abroad,
                                                 const std::string& member, const Json& body);

}  // namespace concordat::catalogue
