#include "catalogue/copy.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <set>

#include "base/bytes.h"
#include "base/file.h"
#include "catalogue/contract_column.h"
#include "crypto/file_hash.h"
#include "crypto/hash.h"
#include "engine/duckdb.h"
#include "ledger/receipt.h"

namespace concordat::catalogue {
namespace {

constexpr char kCopiedMeanwhile[] = "copied_meanwhile";

// What the owner signed, and what it says.
struct Signed {
  Json body;
  std::uint64_t entry = 0;  // of the owner's ledger
  Product product;
  Open open;
};

tl::unexpected<Error> Wrong(const std::string& what) {
  return Fail(ErrorCode::kInvalidArgument, what, "ask its owner for a copy of the product that you want");
}

// Ends that profiling and planning can compute with, whatever another member's ledger says.
bool IsSound(Type type, const Range& range) {
  const double most = type == Type::kDate ? 3e6 : type == Type::kTimestamp ? 3e17 : 9e15;
  return type != Type::kText && type != Type::kBoolean && range.low <= range.high && range.low >= -most &&
         range.high <= most;
}

// Whole numbers are looked at before they are read: what is past them is no count.
bool HasCounts(const Json& body) {
  const auto is_count = [](const Json& object, const char* field) {
    return object.is_object() && object.contains(field) && object[field].is_number_integer();
  };
  const Json bounds = body.value("bounds", Json());
  return is_count(body, "version") && is_count(body, "revision") && is_count(bounds, "rows_per_unit") &&
         is_count(bounds, "groups_per_unit") &&
         (!body.contains("people") || body["people"].is_number_integer());
}

// Another member's contract was read by that member's node: here it must look as if ours had read it.
Result<void> CheckProduct(const Product& product) {
  if (!product.is_public || product.is_draft || product.unit_is_row || product.unit() != nullptr)
    return Wrong(product.id + " is not public data");
  std::set<std::string> names;
  for (const Column& column : product.columns) {
    if (!IsColumnName(column.name) || !names.insert(column.name).second)
      return Wrong(product.id + " has a column without a name of its own");
    if (column.range && !IsSound(column.type, *column.range))
      return Wrong(fmt::format("column {} of {} has no range that could be", column.name, product.id));
  }
  const bool numbers = std::any_of(product.key.begin(), product.key.end(), [&](std::size_t place) {
    return product.columns[place].type == Type::kNumber;
  });
  if (numbers || names.empty() || product.version < 1 || product.revision < 1)
    return Wrong(product.id + " has no columns or a key of numbers");
  return {};
}

Result<Signed> Read(const CopyRequest& request, const CopyParts& parts) {
  const auto receipt = TRY(ledger::ParseReceipt(parts.receipt));
  const auto checked = TRY(ledger::CheckReceipt(receipt, {.log = request.owner, .witnesses = {}}));
  if (checked.entry.kind != ledger::kind::kProductPublished)
    return Wrong("the copy's receipt is not of a product that was published");
  if (!HasCounts(checked.entry.body)) return Wrong("the copy's receipt names no product");
  auto product = ProductFromJson(checked.entry.body);
  if (!product) return Wrong("the copy's receipt names no product");
  const std::string reference = product->Reference();
  if (reference != request.reference)
    return Wrong(fmt::format("this is a copy of {}, not of {}", reference, request.reference));
  if (product->id.substr(0, product->id.find('/')) != request.owner.name())
    return Wrong(fmt::format("{} is not {}'s", product->id, request.owner.name()));
  TRY(CheckProduct(*product));
  auto open = TRY(OpenFromJson(checked.entry.body));
  if (product->model && open) return Wrong(reference + " is a model, and has no files");
  if (product->model) open = Open{};
  if (!open) return Wrong(reference + " does not let its files be copied");
  return Signed{checked.entry.body, checked.entry.index, *std::move(product), *std::move(open)};
}

// The copy's files as the owner signed for them, in order.
Result<std::vector<std::string_view>> FilesOf(const Open& open, std::string_view bytes) {
  std::vector<std::string_view> files;
  for (const OpenFile& file : open.files) {
    if (file.bytes > bytes.size()) return Fail(ErrorCode::kCorrupt, "the copy's files are cut off");
    files.push_back(bytes.substr(0, file.bytes));
    bytes.remove_prefix(file.bytes);
    if (crypto::Sha256Hex(files.back()) != file.sha256)
      return Fail(ErrorCode::kCorrupt, "a file of the copy is not the one that its owner published",
                  "fetch it again");
  }
  if (!bytes.empty()) return Fail(ErrorCode::kCorrupt, "the copy has more bytes than its files");
  return files;
}

// Writes the files that are not there already; says where they are.
Result<engine::Source> Place(const Signed& copy, const std::vector<std::string_view>& files,
                             const std::filesystem::path& folder) {
  std::error_code failed;
  std::filesystem::create_directories(folder, failed);
  if (failed) return Fail(ErrorCode::kPermissionDenied, folder.string() + ": " + failed.message());
  engine::Source source = copy.open.source;
  source.path = folder.string();
  for (std::size_t i = 0; i < files.size(); ++i) {
    const std::filesystem::path path = folder / copy.open.files[i].sha256;
    const auto there = crypto::Sha256OfFile(path);
    if (!there || ToHex(*there) != copy.open.files[i].sha256)
      TRY(WriteFileDurably(path, files[i], FileMode::kSecret));
    source.files.push_back(path.string());
  }
  return source;
}

Result<void> Enter(const Signed& copy, const Published& placed, const std::string& by,
                   const PublishedPtr& before, ledger::Ledger& ledger, const Catalogue& catalogue) {
  const Product& product = placed.product;
  Json body = {{"product", copy.body},
               {"entry", copy.entry},
               {"by", by},
               {"ranges_proven", product.bounds.ranges_proven}};
  Json secret = SourceToJson(product.source, placed.files, placed.hashes);
  const auto entered =
      TRY(ledger.AppendIf({kProductCopied, std::move(body), std::move(secret)}, [&]() -> Outcome<void> {
        if (catalogue.FindCopy(product.id, product.version) == before) return {};
        return Refuse(kCopiedMeanwhile, product.id + " was copied by someone else meanwhile",
                      "look, and fetch again");
      }));
  if (entered) return {};
  return Fail(ErrorCode::kUnavailable, entered.error().message, entered.error().hint);
}

// The names of the files that rows are read from.
std::set<std::string> FilesInUse(const ledger::Ledger& ledger, const Catalogue& catalogue) {
  std::set<std::string> names;
  const auto lock = ledger.Share();
  for (const auto& all : {catalogue.Copies(), catalogue.List()}) {
    for (const PublishedPtr& each : all) {
      for (const engine::FileState& file : each->files)
        names.insert(std::filesystem::path(file.path).filename().string());
    }
  }
  return names;
}

bool IsNamedByHash(const std::filesystem::directory_entry& file) {
  const auto bytes = FromHex(file.path().filename().string());
  return bytes && bytes->size() == sizeof(crypto::Hash) &&
         file.symlink_status().type() == std::filesystem::file_type::regular;
}

PublishedPtr Held(const ledger::Ledger& ledger, const Catalogue& catalogue, const Product& product) {
  const auto lock = ledger.Share();
  return catalogue.FindCopy(product.id, product.version);
}

}  // namespace

Result<std::string> ExportCopy(const Published& published, const std::string& receipt) {
  const Product& product = published.product;
  if (product.model) return FormatCopy({receipt, ""});  // it stands in the entry itself
  const auto open = TRY(OpenFromJson(BodyOf(published)));
  if (!open) {
    return Fail(ErrorCode::kFailedPrecondition, product.id + " does not travel",
                fmt::format("public data in at most {} files of CSV or Parquet does", kMostOpenFiles));
  }
  TRY(engine::CheckUnchanged(product.source, published.files));
  std::string files;
  for (std::size_t i = 0; i < open->files.size(); ++i) {
    if (open->files[i].bytes > kLargestCopy - files.size()) {
      return Fail(ErrorCode::kResourceExhausted,
                  fmt::format("the files of {} come to more than {} MB", product.id, kLargestCopy >> 20),
                  "publish it as Parquet, or with fewer columns");
    }
    files += TRY(ReadFile(published.files[i].path, kLargestCopy));
  }
  TRY(engine::CheckUnchanged(product.source, published.files));
  return FormatCopy({receipt, files});
}

Result<Copied> ImportCopy(const CopyRequest& request, ledger::Ledger& ledger, const Catalogue& catalogue) {
  const CopyParts parts = TRY(ParseCopy(request.bytes));
  Signed copy = TRY(Read(request, parts));
  const auto files = TRY(FilesOf(copy.open, parts.files));
  const PublishedPtr before = Held(ledger, catalogue, copy.product);
  if (before && before->entry > copy.entry) {
    return Fail(
        ErrorCode::kFailedPrecondition,
        fmt::format("a newer copy of {} is held: revision {}", request.reference, before->product.revision),
        "fetch the newest");
  }
  Published placed{.product = copy.product, .files = {}, .hashes = {}, .contract_hash = {}};
  if (placed.product.model) {
    if (before && before->entry == copy.entry) return Copied{before, false};
    TRY(Enter(copy, placed, request.by, before, ledger, catalogue));
    return Copied{Held(ledger, catalogue, copy.product), true};
  }
  placed.product.source = TRY(Place(copy, files, request.folder));
  placed.files = TRY(engine::LookAt(placed.product.source));
  for (const OpenFile& file : copy.open.files) placed.hashes.push_back(file.sha256);
  if (before && before->entry == copy.entry && before->files == placed.files) return Copied{before, false};
  const auto engine = TRY(engine::OpenDuckdb({.sources = {placed.product.source},
                                              .memory_mb = request.memory_mb,
                                              .threads = 0,
                                              .spill_folder = ""}));
  const Profile profile = TRY(ProfileRows(
      placed.product, *engine, [](std::string_view) {}, request.cancel));
  TRY(engine::CheckUnchanged(placed.product.source, placed.files));
  placed.product.bounds.ranges_proven = profile.ranges_proven;
  TRY(Enter(copy, placed, request.by, before, ledger, catalogue));
  return Copied{Held(ledger, catalogue, copy.product), true};
}

Result<std::size_t> RemoveReplaced(const std::filesystem::path& folder, const ledger::Ledger& ledger,
                                   const Catalogue& catalogue) {
  const std::set<std::string> used = FilesInUse(ledger, catalogue);
  std::vector<std::filesystem::path> replaced;
  std::error_code failed;
  for (std::filesystem::directory_iterator file(folder, failed), end; !failed && file != end;
       file.increment(failed)) {
    if (IsNamedByHash(*file) && !used.contains(file->path().filename().string()))
      replaced.push_back(file->path());
  }
  if (failed == std::errc::no_such_file_or_directory) return 0;
  for (auto path = replaced.begin(); path != replaced.end() && !failed; ++path)
    std::filesystem::remove(*path, failed);
  if (failed) return Fail(ErrorCode::kPermissionDenied, folder.string() + ": " + failed.message());
  return replaced.size();
}

}  // namespace concordat::catalogue
