// The products of a member: a fold over the ledger, and the step that publishes one.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "catalogue/contract.h"
#include "catalogue/life.h"
#include "catalogue/product_json.h"
#include "catalogue/profile.h"
#include "catalogue/search.h"
#include "ledger/budget.h"
#include "ledger/ledger.h"

namespace concordat::catalogue {

// Kind of the entry that a copy of another member's public product is held.
inline constexpr char kProductCopied[] = "product.copied";

using PublishedPtr = std::shared_ptr<const Published>;

// Reads hold Ledger::Share; what they return stays as it is.
class Catalogue final : public ledger::Fold {
 public:
  void Apply(const ledger::Entry& entry) override;
  void Clear() override;
  std::vector<std::string> Kinds() const override { return {"product."}; }

  // By "member/name@version" (its newest revision), "member/name" or "name" (the newest version); none if
  // there is none.
  // Another member's public product is found by its id alone, where a copy is held.
  PublishedPtr Find(const std::string& reference) const;
  // The newest copy of another member's public product, by id and version; copy.h makes them.
  PublishedPtr FindCopy(const std::string& id, std::int64_t version) const;
  std::vector<PublishedPtr> Copies() const;
  // The newest revision of every version of this member's products, by id and version.
  std::vector<PublishedPtr> List() const;
  // The newest version of each product, by id.
  std::vector<PublishedPtr> Newest() const;
  // By words of the newest versions' contracts; those that are retired are left out.
  Found Search(std::string_view text, std::size_t most, Time now) const;
  // Of a product by its id.
  Life LifeOf(const std::string& id) const;

 private:
  using Versions = std::map<std::string, std::map<std::int64_t, PublishedPtr>>;  // by id and version
  void ApplyCopy(const ledger::Entry& entry);

  Versions products_;
  Versions copies_;
  std::map<std::string, std::string> ids_;  // by name without member
  SearchIndex index_;
  std::map<std::string, Life> lives_;  // of those that took a step of their own
};

// Checks and enters a step of a product's life. Refusals: product_unknown; Take's. Hold no Ledger::Share.
Result<Outcome<ledger::Entry>> Enter(ledger::Ledger& ledger, const Catalogue& catalogue,
                                     const LifeStep& step);

struct Publication {
  PublishedPtr published;
  Profile profile;
  bool is_new = false;  // false: this very contract and these very files were published before
  // Why the version or revision rose: "columns or bounds", "rows"; empty for a first version, and where only
  // words, the budget or the files' dates changed, which keep both.
  std::string changed;
};

struct PublishRequest {
  std::string text;                             // the contract
  std::filesystem::path contract;               // where it came from
  std::filesystem::path data;                   // what its path is relative to; empty: the contract's folder
  std::string member;                           // whose node this is
  const ledger::BudgetBook* budgets = nullptr;  // a budget is not lowered below what it holds to be spent
  std::uint64_t memory_mb = 2048;               // for looking at the rows
  const engine::Cancel* cancel = nullptr;       // ends that
};

struct ModelRequest {
  Product product;     // with a model, and the columns that it takes
  std::string member;  // whose node this is
};
// Publishes a model: without rows, so that nothing is profiled. Errors: kInvalidArgument, kFailedPrecondition
// for one in the place of a table; kResourceExhausted; Publish's. Hold no Ledger::Share.
Result<Publication> PublishModel(const ModelRequest& request, ledger::Ledger& ledger,
                                 const Catalogue& catalogue);

// Validates, profiles, proves, appends. Waits for the whole of the files to be read; `progress` is told how
// far it is. Errors: kInvalidArgument listing every problem; kPermissionDenied for another member's product
// or a raised budget; kFailedPrecondition for files that change meanwhile or a budget below what is spent;
// kCancelled; kUnavailable when the product was published by someone else meanwhile; LookAt's, ProfileRows's,
// the ledger's. Hold no Ledger::Share.
Result<Publication> Publish(const PublishRequest& request, ledger::Ledger& ledger, const Catalogue& catalogue,
                            const std::function<void(std::string_view)>& progress);

}  // namespace concordat::catalogue
