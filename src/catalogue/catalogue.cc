#include "catalogue/catalogue.h"

#include <fmt/format.h>

#include <charconv>

#include "base/file.h"
#include "crypto/hash.h"
#include "engine/duckdb.h"

namespace concordat::catalogue {
namespace {

constexpr std::uint64_t kProfileMemoryMb = 2048;

// What agreements rely on: a change of it is another version.
Json Meaning(const Product& product) {
  Json meaning = ToJson(product);
  for (const char* key : {"version", "revision", "title", "description", "people", "budget"}) meaning.erase(key);
  // Whether a bound is proven is a fact of a revision's rows; the bound itself is the version's.
  meaning["bounds"].erase("rows_proven");
  meaning["bounds"].erase("ranges_proven");
  for (Json& column : meaning["columns"]) column.erase("description");
  return meaning;
}

Result<Product> Checked(const PublishRequest& request) {
  auto contract = ParseContract(request.text);
  if (!contract) return tl::unexpected(ContractError(request.contract.string(), contract.error()));
  Product product = std::move(contract->product);
  if (product.id.substr(0, product.id.find('/')) != request.member) {
    return Fail(ErrorCode::kPermissionDenied, fmt::format("{} is not {}'s to publish", product.id, request.member),
                fmt::format("write 'id: {}/{}' in the contract", request.member, product.name));
  }
  const std::filesystem::path base = request.data.empty() ? request.contract.parent_path() : request.data;
  product.source.path = std::filesystem::weakly_canonical(base / product.source.path).string();
  return product;
}

Result<void> CheckBudget(const Product& before, const Product& now) {
  if (now.budget.epsilon <= before.budget.epsilon && now.budget.delta <= before.budget.delta) return {};
  return Fail(ErrorCode::kPermissionDenied,
              fmt::format("the budget of {} cannot rise from epsilon {} to {}: its people were promised the first", now.id,
                          before.budget.epsilon.value, now.budget.epsilon.value),
              "keep concordat.budget as it was; new budget comes with new people, as another product");
}

// Version and revision of `now`, given what was published before it.
std::string Number(Product& now, const Published& before, const std::vector<engine::FileState>& files) {
  now.version = before.product.version;
  now.revision = before.product.revision;
  if (Meaning(now) != Meaning(before.product)) {
    ++now.version;
    now.revision = 1;
    return "columns or bounds";
  }
  if (files == before.files && now.source == before.product.source) return "";
  ++now.revision;
  return "rows";
}

}  // namespace

void Catalogue::Apply(const ledger::Entry& entry) {
  if (entry.kind != ledger::kind::kProductPublished || !entry.secret) return;
  auto published = PublishedFromJson(entry.body, *entry.secret);
  if (!published) return;  // ledger verify reports it
  PublishedPtr& place = products_[published->product.id][published->product.version];
  place = std::make_shared<const Published>(std::move(*published));
}

PublishedPtr Catalogue::Find(const std::string& reference) const {
  const auto at = reference.find('@');
  const std::string name = reference.substr(0, at);
  for (const auto& [id, versions] : products_) {
    if (id != name && id.substr(id.find('/') + 1) != name) continue;
    if (at == reference.npos) return versions.rbegin()->second;
    std::int64_t version = 0;
    std::from_chars(reference.data() + at + 1, reference.data() + reference.size(), version);
    const auto found = versions.find(version);
    return found == versions.end() ? nullptr : found->second;
  }
  return nullptr;
}

std::vector<PublishedPtr> Catalogue::List() const {
  std::vector<PublishedPtr> all;
  for (const auto& [id, versions] : products_) {
    for (const auto& [version, published] : versions) all.push_back(published);
  }
  return all;
}

Result<Publication> Publish(const PublishRequest& request, ledger::Ledger& ledger, const Catalogue& catalogue,
                            const std::function<void(std::string_view)>& progress) {
  Product product = TRY(Checked(request));
  const auto files = TRY(engine::LookAt(product.source));
  PublishedPtr before;
  {
    const auto lock = ledger.Share();
    before = catalogue.Find(product.id);
  }
  std::string changed;
  if (before) {
    TRY(CheckBudget(before->product, product));
    changed = Number(product, *before, files);
  }
  const auto engine = TRY(engine::OpenDuckdb({.sources = {product.source}, .memory_mb = kProfileMemoryMb, .threads = 0}));
  Profile profile = TRY(ProfileRows(product, *engine, progress));
  TRY(engine::CheckUnchanged(product.source, files));
  product.bounds.rows_proven = profile.rows_proven;
  product.bounds.ranges_proven = profile.ranges_proven;
  const std::string hash = ToHex(crypto::Sha256(AsBytes(request.text)));
  if (before && changed.empty() && before->contract_hash == hash) return Publication{before, std::move(profile), false, ""};
  Json body = ToJson(product);
  body["contract"] = hash;
  TRY(ledger.Append({ledger::kind::kProductPublished, std::move(body), SourceToJson(product.source, files)}));
  const auto lock = ledger.Share();
  return Publication{catalogue.Find(fmt::format("{}@{}", product.id, product.version)), std::move(profile), true, changed};
}

}  // namespace concordat::catalogue
