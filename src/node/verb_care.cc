#include <fmt/format.h>
#include <sys/statvfs.h>

#include "base/file.h"
#include "ledger/verify.h"
#include "node/care.h"
#include "node/node.h"
#include "node/table.h"
#include "node/verb.h"

namespace concordat::node {
namespace {

namespace fs = std::filesystem;

struct Finding {
  std::string what;
  bool good = true;
  std::string remedy;
};

Finding LookAtKeys(const Home& home) {
  for (const fs::path& key : {home.ledger_key(), home.login_key(), home.certificate_key()}) {
    std::error_code error;
    const auto mode = fs::status(key, error).permissions();
    if (error || (mode & (fs::perms::group_all | fs::perms::others_all)) != fs::perms::none) {
      return {key.string() + (error ? " is missing" : " can be read by others"), false,
              error ? "restore it from your backup" : "chmod 600 " + key.string()};
    }
  }
  return {"keys are there and private", true, ""};
}

Finding LookAtDisk(const Home& home) {
  struct statvfs disk {};
  if (statvfs(home.root.c_str(), &disk) != 0)
    return {"the disk cannot be looked at", false, "check the home folder"};
  const double free_mb = static_cast<double>(disk.f_bavail) * static_cast<double>(disk.f_frsize) / 1e6;
  return {fmt::format("{:.0f} MB of disk are free", free_mb), free_mb > 500,
          free_mb > 500 ? "" : "free space: a full disk stops answers"};
}

Finding LookAtClock(Node& node) {
  const auto behind = node.ledger().ClockBehind();
  if (behind <= Milliseconds(1000)) return {"the clock is not behind the ledger", true, ""};
  return {fmt::format("the clock is {} s behind the ledger", behind.count() / 1000), false,
          "correct the machine's clock"};
}

std::vector<Finding> LookAtProducts(Node& node) {
  std::vector<Finding> findings;
  const auto lock = node.ledger().Share();
  for (const auto& published : node.catalogue().List()) {
    const catalogue::Product& product = published->product;
    const std::string name = fmt::format("{}@{}", product.id, product.version);
    if (node.catalogue().Find(product.id) != published) continue;  // superseded
    const auto unchanged = engine::CheckUnchanged(product.source, published->files);
    findings.push_back(unchanged ? Finding{"the files of " + name + " are as published", true, ""}
                                 : Finding{unchanged.error().message, false, unchanged.error().remedy});
  }
  return findings;
}

Finding LookAtLedger(Node& node, const Progress& progress) {
  progress("recomputing the ledger");
  const auto found = ledger::Verify(node.store(), node.ledger().key(), [](std::uint64_t) {});
  if (found && found->ok()) return {fmt::format("the ledger holds: {} entries", found->entries), true, ""};
  return {found ? found->faults.front() : found.error().message, false,
          "keep the store for inquiry and restore the newest backup"};
}

Result<Reply> Doctor(Node& node, const Json&, const Progress& progress) {
  std::vector<Finding> findings = {LookAtKeys(node.home()), LookAtDisk(node.home()), LookAtClock(node),
                                   LookAtLedger(node, progress)};
  for (Finding& finding : LookAtProducts(node)) findings.push_back(std::move(finding));
  std::string text;
  Json data = Json::array();
  bool good = true;
  for (const Finding& finding : findings) {
    text += fmt::format("{}  {}\n", finding.good ? "ok   " : "WRONG", finding.what);
    if (!finding.good) text += "         " + finding.remedy + "\n";
    data.push_back({{"what", finding.what}, {"ok", finding.good}, {"remedy", finding.remedy}});
    good = good && finding.good;
  }
  if (!good)
    return Fail(ErrorCode::kFailedPrecondition, "something is wrong:\n" + text, "mend what says WRONG");
  return Reply{std::move(text), std::make_shared<const Json>(std::move(data))};
}

constexpr const char* kKept[] = {"node.yaml", "keys/ledger.key", "keys/login.key", "keys/tls.crt",
                                 "keys/tls.key"};

// A backup is two files: the store, copied while in use, and the small files of the home beside it.
Result<Reply> Backup(Node& node, const Json& arguments, const Progress& progress) {
  const fs::path file = arguments.at("file").get<std::string>();
  progress("copying the store");
  TRY(node.store().Backup(file));
  std::error_code ignored;
  fs::permissions(file, fs::perms::owner_read | fs::perms::owner_write, ignored);
  Json kept = Json::object();
  for (const char* name : kKept) kept[name] = TRY(ReadFile(node.home().root / name));
  TRY(WriteFileDurably(file.string() + ".keys", kept.dump(), FileMode::kSecret));
  return Reply{
      fmt::format("copied the store to {} and the keys to {}.keys: keep both, and keep them secret\n",
                  file.string(), file.string()),
      std::make_shared<const Json>(Json{{"store", file.string()}, {"keys", file.string() + ".keys"}})};
}

}  // namespace

std::vector<Verb> CareVerbs() { return {{"doctor", Doctor}, {"backup", Backup}}; }

Result<Reply> RestoreHome(const fs::path& root, const Json& arguments) {
  const fs::path file = arguments.at("file").get<std::string>();
  std::error_code error;
  if (fs::exists(root / "node.yaml", error) || fs::exists(root / "store.db", error)) {
    return Fail(ErrorCode::kAlreadyExists, root.string() + " is a member's home already",
                "choose another --home");
  }
  const std::string keys = TRY(ReadFile(file.string() + ".keys"));
  const Json kept = Json::parse(keys, nullptr, false);
  if (!kept.is_object())
    return Fail(ErrorCode::kCorrupt, file.string() + ".keys is not what backup writes", "use another backup");
  fs::create_directories(root / "keys", error);
  fs::permissions(root, fs::perms::owner_all, error);
  fs::permissions(root / "keys", fs::perms::owner_all, error);
  fs::copy_file(file, root / "store.db", error);
  if (error)
    return Fail(ErrorCode::kNotFound, fmt::format("cannot copy {}: {}", file.string(), error.message()),
                "check the path and the disk");
  for (const char* name : kKept) {
    const bool is_public = std::string_view(name) == "node.yaml" || std::string_view(name) == "keys/tls.crt";
    TRY(WriteFileDurably(root / name, kept.value(name, ""),
                         is_public ? FileMode::kPublic : FileMode::kSecret));
  }
  Home home = TRY(OpenHome(root));
  const auto node = TRY(Node::Open(std::move(home)));
  const auto found = TRY(ledger::Verify(node->store(), node->ledger().key(), [](std::uint64_t) {}));
  if (!found.ok())
    return Fail(ErrorCode::kCorrupt, "the backup's ledger does not hold: " + found.faults.front(),
                "use another backup");
  const auto entries = TRY(node->ledger().Read(found.entries == 0 ? 0 : found.entries - 1, 1));
  const std::string newest = entries.empty() ? "no entry" : FormatTime(entries[0].time);
  return Reply{fmt::format("restored {} with {} entries, the newest of {}.\nWhat was charged after that is "
                           "forgotten: if questions were answered since, revoke "
                           "their agreements and give new ones.\n",
                           root.string(), found.entries, newest),
               std::make_shared<const Json>(
                   Json{{"home", root.string()}, {"entries", found.entries}, {"newest", newest}})};
}

}  // namespace concordat::node
