#include "node/backup.h"

#include <fmt/format.h>

#include "base/file.h"
#include "ledger/verify.h"
#include "node/node.h"
#include "store/backup.h"

namespace concordat::node {
namespace {

namespace fs = std::filesystem;

struct KeptFile {
  const char* name;
  FileMode mode;
};
// The settings come last: a home without them is not one.
constexpr KeptFile kKept[] = {{"keys/ledger.key", FileMode::kSecret},  {"keys/login.key", FileMode::kSecret},
                              {"keys/witness.key", FileMode::kSecret}, {"keys/tls.crt", FileMode::kPublic},
                              {"keys/tls.key", FileMode::kSecret},     {"node.yaml", FileMode::kPublic}};

std::string KeysBeside(const fs::path& file) { return file.string() + ".keys"; }

Result<Json> ReadKeys(const fs::path& file) {
  Json kept = Json::parse(TRY(ReadFile(KeysBeside(file))), nullptr, false);
  for (const KeptFile& each : kKept) {
    if (kept.is_object() && kept.contains(each.name) && kept[each.name].is_string()) continue;
    if (kept.is_object() && each.name == std::string_view("keys/witness.key") && !kept.contains(each.name)) {
      kept[each.name] = "";  // of a backup from before there was one
      continue;
    }
    return Fail(ErrorCode::kCorrupt, KeysBeside(file) + " is not what backup writes", "use another backup");
  }
  return kept;
}

Result<void> CopyInto(const fs::path& root, const fs::path& file, const Json& kept) {
  std::error_code error;
  fs::create_directories(root / "keys", error);
  fs::permissions(root, fs::perms::owner_all, error);
  fs::permissions(root / "keys", fs::perms::owner_all, error);
  fs::copy_file(file, root / "store.db", error);
  if (error) {
    return Fail(ErrorCode::kPermissionDenied,
                fmt::format("cannot copy {}: {}", file.string(), error.message()),
                "check the folder's owner and the disk");
  }
  fs::permissions(root / "store.db", fs::perms::owner_read | fs::perms::owner_write, error);
  for (const KeptFile& each : kKept) {
    const auto content = kept[each.name].get<std::string>();
    if (!content.empty()) TRY(WriteFileDurably(root / each.name, content, each.mode));
  }
  return {};
}

Result<Reply> LookAtRestored(const fs::path& root) {
  Home home = TRY(OpenHome(root));
  const auto node = TRY(Node::Open(std::move(home)));
  const auto found = TRY(ledger::Verify(node->store(), node->ledger().key(), [](std::uint64_t) {}));
  if (!found.ok()) {
    return Fail(ErrorCode::kCorrupt, "the backup's ledger does not hold: " + found.faults.front(),
                "use another backup");
  }
  const auto entries = TRY(node->ledger().Read(found.entries == 0 ? 0 : found.entries - 1, 1));
  const std::string newest = entries.empty() ? "no entry" : FormatTime(entries[0].time);
  return Reply{
      fmt::format("restored {} with {} entries, the newest of {}.\nWhat was charged after that is "
                  "forgotten: if questions were answered since, revoke "
                  "their agreements and give new ones.\n",
                  root.string(), found.entries, newest),
      std::make_shared<Json>(Json{{"home", root.string()}, {"entries", found.entries}, {"newest", newest}})};
}

}  // namespace

Result<Reply> Backup(Node& node, const Json& arguments, const Progress& progress) {
  const fs::path file = arguments.at("file").get<std::string>();
  Json kept = Json::object();
  for (const KeptFile& each : kKept) kept[each.name] = TRY(ReadFile(node.home().root / each.name));
  progress("copying the store");
  TRY(node.store().Backup(file));
  TRY(WriteFileDurably(KeysBeside(file), kept.dump(), FileMode::kSecret));
  return Reply{fmt::format("copied the store to {} and the keys to {}: keep both, and keep them secret\n",
                           file.string(), KeysBeside(file)),
               Data(Json{{"store", file.string()}, {"keys", KeysBeside(file)}})};
}

Result<Reply> RestoreHome(const fs::path& root, const Json& arguments) {
  const fs::path file = arguments.at("file").get<std::string>();
  std::error_code error;
  for (const char* name : {"node.yaml", "store.db", "keys"}) {
    if (!fs::exists(root / name, error)) continue;
    return Fail(ErrorCode::kAlreadyExists, fmt::format("{} has a {} already", root.string(), name),
                "choose another --home, or an empty one");
  }
  TRY(store::CheckBackup(file, ledger::LedgerMigrations()));
  const Json kept = TRY(ReadKeys(file));
  auto restored = [&]() -> Result<Reply> {
    TRY(CopyInto(root, file, kept));
    return LookAtRestored(root);
  }();
  if (restored) return restored;
  for (const char* name :
       {"node.yaml", "keys", "store.db", "store.db-wal", "store.db-shm", "newest.checkpoint"})
    fs::remove_all(root / name, error);
  return restored;
}

}  // namespace concordat::node
