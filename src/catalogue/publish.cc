#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "base/bytes.h"
#include "base/mutation.h"
#include "catalogue/catalogue.h"
#include "crypto/file_hash.h"
#include "engine/duckdb.h"

namespace concordat::catalogue {
namespace {

constexpr char kPublishedMeanwhile[] = "published_meanwhile";
constexpr std::size_t kLargestEntry = 60'000;  // bytes (docs/formats/entry.md)

using Progress = std::function<void(std::string_view)>;

// What agreements rely on: a change of it is another version.
Json Meaning(const Product& product) {
  Json meaning = ToJson(product);
  for (const char* key :
       {"version", "revision", "title", "description", "about", "draft", "people", "budget"})
    meaning.erase(key);
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
    return Fail(ErrorCode::kPermissionDenied,
                fmt::format("{} is not {}'s to publish", product.id, request.member),
                fmt::format("write 'id: {}/{}' in the contract", request.member, product.name));
  }
  const std::filesystem::path base = request.data.empty() ? request.contract.parent_path() : request.data;
  std::error_code failed;
  const auto path =
      std::filesystem::weakly_canonical(std::filesystem::absolute(base / product.source.path), failed);
  if (failed)
    return Fail(ErrorCode::kNotFound, product.source.path + " cannot be looked up: " + failed.message());
  product.source.path = path.string();
  return product;
}

// Its people were promised the budget, so it only falls; what was public had none.
Result<void> CheckBudget(const Product& before, const Product& now) {
  const PrivacyBudget &old = before.budget, &wanted = now.budget;
  if (before.is_public || (wanted.epsilon <= old.epsilon && wanted.delta <= old.delta)) return {};
  return Fail(
      ErrorCode::kPermissionDenied,
      fmt::format(
          "the budget of {} cannot rise from epsilon {}, delta {} to epsilon {}, delta {}: its people "
          "were promised the first, for ever",
          now.id, old.epsilon.value, old.delta.value, wanted.epsilon.value, wanted.delta.value),
      "keep concordat.budget as it was; a larger one comes with new people, as another product");
}

Outcome<void> CheckSpent(const ledger::BudgetBook* budgets, const Product& product) {
  if (budgets == nullptr || product.is_public) return {};
  for (const ledger::LevelState& state : budgets->Report(product.id)) {
    if (state.level.product != product.id || !state.level.agreement.empty()) continue;
    if (state.spent <= product.budget.epsilon) continue;
    return Refuse(
        "budget_spent",
        fmt::format("epsilon {:.6g} of {} is spent already, more than the {} that the contract leaves",
                    state.spent.value, product.id, product.budget.epsilon.value),
        fmt::format("write an epsilon of {:.6g} or more", state.spent.value));
  }
  return {};
}

// What is active has its users, whom a draft would cut off; what is retired does not come back.
Outcome<void> CheckLife(const Catalogue& catalogue, const Product& product, Time now) {
  const Stage stage = catalogue.LifeOf(product.id).At(now);
  if (stage == Stage::kRetired) {
    return Refuse("product_retired", product.id + " is retired, and does not come back",
                  "publish it under another id");
  }
  if (product.is_draft && catalogue.Find(product.id) && stage != Stage::kDraft) {
    return Refuse("draft_of_active", product.id + " is active: a draft in its place would stop its users",
                  "write 'status: active', or try it under another id");
  }
  return {};
}

struct Files {
  std::vector<engine::FileState> states;
  std::vector<std::string> hashes;
};

Result<std::vector<std::string>> HashesOf(const std::vector<engine::FileState>& files,
                                          const Progress& progress) {
  std::vector<std::string> hashes;
  for (const engine::FileState& file : files) {
    progress(fmt::format("hashing {} ({} MB)", file.path, (file.bytes + 999'999) / 1'000'000));
    hashes.push_back(ToHex(TRY(crypto::Sha256OfFile(file.path))));
  }
  return hashes;
}

bool SamePaths(const std::vector<engine::FileState>& a, const std::vector<engine::FileState>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](const auto& x, const auto& y) { return x.path == y.path; });
}

// Sets version and revision of `now`, given what was published before it, and says why they rose.
std::string Number(Product& now, const Files& files, const Published& before) {
  now.version = before.product.version;
  now.revision = before.product.revision;
  if (Meaning(now) != Meaning(before.product) && !Mutated("version_kept")) {
    ++now.version;
    now.revision = 1;
    return "columns or bounds";
  }
  if (files.hashes == before.hashes && SamePaths(files.states, before.files) &&
      now.source == before.product.source)
    return "";
  ++now.revision;
  return "rows";
}

Result<void> Enter(const PublishRequest& request, const Product& product, const std::string& contract_hash,
                   const Files& files, const PublishedPtr& before, ledger::Ledger& ledger,
                   const Catalogue& catalogue) {
  const Published entering{
      .product = product, .files = files.states, .hashes = files.hashes, .contract_hash = contract_hash};
  Json body = BodyOf(entering);
  Json secret = SourceToJson(product.source, files.states, files.hashes);
  const auto entered = TRY(ledger.AppendIf(
      {ledger::kind::kProductPublished, std::move(body), std::move(secret)}, [&]() -> Outcome<void> {
        if (catalogue.Find(product.id) != before)
          return Refuse(kPublishedMeanwhile, product.id + " was published by someone else meanwhile",
                        "publish again");
        TRY(CheckLife(catalogue, product, ledger.Now()));
        return CheckSpent(request.budgets, product);
      }));
  if (entered) return {};
  const Refusal& refusal = entered.error();
  return Fail(
      refusal.reason == kPublishedMeanwhile ? ErrorCode::kUnavailable : ErrorCode::kFailedPrecondition,
      refusal.message, refusal.hint);
}

PublishedPtr FindShared(const ledger::Ledger& ledger, const Catalogue& catalogue,
                        const std::string& reference) {
  const auto lock = ledger.Share();
  return catalogue.Find(reference);
}

}  // namespace

Result<Publication> Publish(const PublishRequest& request, ledger::Ledger& ledger, const Catalogue& catalogue,
                            const Progress& progress) {
  Product product = TRY(Checked(request));
  Files files{TRY(engine::LookAt(product.source)), {}};
  const PublishedPtr before = FindShared(ledger, catalogue, product.id);
  if (before) TRY(CheckBudget(before->product, product));
  const auto engine = TRY(engine::OpenDuckdb(
      {.sources = {product.source}, .memory_mb = request.memory_mb, .threads = 0, .spill_folder = ""}));
  Profile profile = TRY(ProfileRows(product, *engine, progress, request.cancel));
  files.hashes = TRY(HashesOf(files.states, progress));
  TRY(engine::CheckUnchanged(product.source, files.states));
  product.bounds.rows_proven = profile.rows_proven;
  product.bounds.ranges_proven = profile.ranges_proven;
  const std::string changed = before ? Number(product, files, *before) : "";
  const std::string hash = crypto::Sha256Hex(request.text);
  if (before && changed.empty() && before->contract_hash == hash && before->files == files.states)
    return Publication{before, std::move(profile), false, ""};
  TRY(Enter(request, product, hash, files, before, ledger, catalogue));
  const std::string reference = product.Reference();
  return Publication{FindShared(ledger, catalogue, reference), std::move(profile), true, changed};
}

Result<Publication> PublishModel(const ModelRequest& request, ledger::Ledger& ledger,
                                 const Catalogue& catalogue) {
  Product product = request.product;
  if (!product.model || !product.is_public || product.columns.empty() ||
      product.id.substr(0, product.id.find('/')) != request.member)
    return Fail(ErrorCode::kInvalidArgument, product.id + " is not a model of this member's");
  if (ToJson(product).dump().size() > kLargestEntry)
    return Fail(ErrorCode::kResourceExhausted, "the model and its words come to more than an entry holds",
                "fit one with fewer terms, or say less");
  const PublishedPtr before = FindShared(ledger, catalogue, product.id);
  if (before && !before->product.model)
    return Fail(ErrorCode::kFailedPrecondition, product.id + " is a table",
                "publish the model by another name");
  const std::string changed = before ? Number(product, {}, *before) : "";
  const std::string hash = product.model->sha256;
  if (before && changed.empty() && ToJson(before->product) == ToJson(product))
    return Publication{before, {}, false, ""};
  TRY(Enter({.text = {}, .contract = {}, .data = {}, .member = request.member}, product, hash, {}, before,
            ledger, catalogue));
  return Publication{
      FindShared(ledger, catalogue, product.Reference()), {}, true, changed.empty() ? "" : "the model"};
}

}  // namespace concordat::catalogue
