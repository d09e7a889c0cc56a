#include <fmt/format.h>

#include "ledger/verify.h"
#include "node/backup.h"
#include "node/disk.h"
#include "node/node.h"
#include "node/table.h"
#include "node/verb.h"

namespace concordat::node {
namespace {

namespace fs = std::filesystem;

struct Checked {
  std::string what;
  bool good = true;
  std::string remedy;
};

Checked LookAtKeys(const Home& home) {
  for (const fs::path& key :
       {home.ledger_key(), home.witness_key(), home.login_key(), home.certificate_key()}) {
    std::error_code error;
    const auto mode = fs::status(key, error).permissions();
    if (error || (mode & (fs::perms::group_all | fs::perms::others_all)) != fs::perms::none) {
      return {key.string() + (error ? " is missing" : " can be read by others"), false,
              error ? "restore it from your backup" : "chmod 600 " + key.string()};
    }
  }
  return {"keys are there and private", true, ""};
}

Checked LookAtDisk(const Home& home) {
  const auto disk = DiskUnder(home.root);
  if (!disk) return {disk.error().message, false, disk.error().remedy};
  const double free_mb = disk->free_bytes / 1e6;
  return {fmt::format("{:.0f} MB of disk are free", free_mb), free_mb > 500,
          free_mb > 500 ? "" : "free space: a full disk stops answers"};
}

Checked LookAtClock(Node& node) {
  const auto behind = node.ledger().ClockBehind();
  if (behind <= Milliseconds(1000)) return {"the clock is not behind the ledger", true, ""};
  return {fmt::format("the clock is {} s behind the ledger", behind.count() / 1000), false,
          "correct the machine's clock"};
}

std::vector<Checked> LookAtProducts(Node& node) {
  std::vector<Checked> findings;
  const auto lock = node.ledger().Share();
  for (const auto& published : node.catalogue().List()) {
    const catalogue::Product& product = published->product;
    if (product.model) continue;  // has no files
    const std::string name = product.Reference();
    if (node.catalogue().Find(product.id) != published) continue;  // superseded
    const auto unchanged = engine::CheckUnchanged(product.source, published->files);
    findings.push_back(unchanged ? Checked{"the files of " + name + " are as published", true, ""}
                                 : Checked{unchanged.error().message, false, unchanged.error().remedy});
  }
  return findings;
}

Checked LookAtLedger(Node& node, const Progress& progress) {
  progress("recomputing the ledger");
  const auto found = ledger::Verify(
      node.store(), node.ledger().key(), [](std::uint64_t) {}, node.home().folds());
  if (found && found->ok()) return {fmt::format("the ledger holds: {} entries", found->entries), true, ""};
  return {found ? found->faults.front() : found.error().message, false,
          "keep the store for inquiry and restore the newest backup"};
}

std::vector<Checked> LookAtAlarms(Node& node) {
  std::vector<Checked> findings;
  const auto lock = node.ledger().Share();
  for (const ledger::Alarm& alarm : node.witnesses().alarms()) {
    findings.push_back(
        {fmt::format("entry {}: a {} of {}'s log was found", alarm.entry, alarm.fault, alarm.origin), false,
         "concordat witness list shows both checkpoints: tell its operator and its partners"});
  }
  return findings;
}

Result<Reply> Doctor(Node& node, const Json&, const Progress& progress) {
  std::vector<Checked> findings = {LookAtKeys(node.home()), LookAtDisk(node.home()), LookAtClock(node),
                                   LookAtLedger(node, progress)};
  for (Checked& finding : LookAtProducts(node)) findings.push_back(std::move(finding));
  for (Checked& finding : LookAtAlarms(node)) findings.push_back(std::move(finding));
  std::string text;
  Json data = Json::array();
  bool good = true;
  for (const Checked& finding : findings) {
    text += fmt::format("{}  {}\n", finding.good ? "ok   " : "WRONG", finding.what);
    if (!finding.good) text += "         " + finding.remedy + "\n";
    data.push_back({{"what", finding.what}, {"ok", finding.good}, {"remedy", finding.remedy}});
    good = good && finding.good;
  }
  if (!good)
    return Fail(ErrorCode::kFailedPrecondition, "something is wrong:\n" + text, "mend what says WRONG");
  return Reply{std::move(text), Data(std::move(data))};
}

}  // namespace

std::vector<Verb> CareVerbs() { return {{"doctor", Doctor}, {"backup", Backup}}; }

}  // namespace concordat::node
