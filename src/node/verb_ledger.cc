#include <fmt/format.h>

#include <charconv>
#include <cmath>

#include "base/file.h"
#include "ledger/receipt.h"
#include "ledger/served.h"
#include "ledger/verify.h"
#include "node/exchange.h"
#include "node/node.h"
#include "node/proof.h"
#include "node/remember.h"
#include "node/table.h"
#include "node/verb.h"
#include "release/answer_json.h"
#include "release/record.h"
#include "release/retention.h"

namespace concordat::node {
namespace {

constexpr std::size_t kEntryCharacters = 100;  // of an entry, in a list

// Arguments: note, a checkpoint kept elsewhere (optional).
Result<Reply> Verify(Node& node, const Json& arguments, const Progress& progress) {
  const auto found = TRY(ledger::Verify(
      node.store(), node.ledger().key(),
      [&](std::uint64_t entries) { progress(fmt::format("{} entries recomputed", entries)); },
      node.home().folds()));
  if (!found.ok()) {
    std::string message = "the ledger does not hold:";
    for (const std::string& fault : found.faults) message += "\n  " + fault;
    return Fail(ErrorCode::kCorrupt, message,
                "stop the node, keep the store for inquiry, restore the newest backup");
  }
  std::string text = fmt::format(
      "{} entries, every hash, secret part, tile and the signed checkpoint recomputed: all as written\n",
      found.entries);
  if (arguments.contains("text")) {
    const auto kept = TRY(CheckBeginsWith(node.ledger(), arguments["text"].get<std::string>()));
    text += fmt::format("the first {} entries are those of {}\n", kept.size, arguments.value("path", ""));
  }
  return Reply{text + "\n" + found.checkpoint,
               Data({{"ok", true}, {"entries", found.entries}, {"checkpoint", found.checkpoint}})};
}

// Entries that the node itself needs: what they hold has a way of its own out of use.
Result<void> MayErase(const ledger::Entry& entry) {
  if (entry.kind == ledger::kind::kProductPublished || entry.kind == catalogue::kProductCopied) {
    return Fail(ErrorCode::kPermissionDenied,
                fmt::format("refused (entry_needed): entry {} says where a product's files are", entry.index),
                "retire the product instead");
  }
  if (entry.kind.starts_with("subject.object") || entry.kind == "subject.withdrew") {
    return Fail(ErrorCode::kPermissionDenied,
                fmt::format("refused (entry_needed): entry {} is what keeps a person's rows out of answers",
                            entry.index),
                "concordat subject withdraw, if the person wants that");
  }
  return {};
}

// Arguments: entries, reason; or due.
Result<Reply> Erase(Node& node, const Json& arguments, const Progress&) {
  if (arguments.value("due", false)) {
    const std::uint64_t erased = TRY(release::Retention(node.ledger(), node.agreements()).Erase());
    return Reply{fmt::format("erased {} answers whose days of retention are over\n", erased),
                 Data({{"erased", erased}})};
  }
  std::vector<std::uint64_t> entries;
  for (const std::string& text : arguments.value("entries", std::vector<std::string>{})) {
    std::uint64_t index = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), index);
    if (error != std::errc{} || end != text.data() + text.size())
      return Fail(ErrorCode::kInvalidArgument, "'" + text + "' is not the number of an entry", "say 17");
    const auto read = TRY(node.ledger().Read(index, 1));
    if (read.empty()) {
      return Fail(ErrorCode::kNotFound, fmt::format("there is no entry {}", index),
                  "concordat ledger show prints them");
    }
    TRY(MayErase(read.front()));
    entries.push_back(index);
  }
  const std::string reason = arguments.value("reason", "");
  if (entries.empty() || reason.empty()) {
    return Fail(ErrorCode::kInvalidArgument, "an erasure names entries and a reason, for the record",
                "concordat ledger erase 17 --reason \"erasure request 2026-31\"");
  }
  const ledger::Entry entry = TRY(node.ledger().Erase(entries, reason));
  return Reply{fmt::format("erased the secret parts of {} entries, for good; entry {} says so\n"
                           "backups made before still hold them\n",
                           entries.size(), entry.index),
               Data({{"erased", entries.size()}, {"entry", entry.index}})};
}

Result<Reply> Head(Node& node, const Json&, const Progress&) {
  const std::string note = TRY(node.ledger().SignedHead());
  const ledger::Checkpoint head = node.ledger().Head();
  // The text is the note and nothing else: it is kept as it is, and ledger verify --against reads it.
  return Reply{note.empty() ? "no entries yet\n" : note, Data({{"checkpoint", note},
                                                               {"size", head.size},
                                                               {"root", ToBase64(head.root)},
                                                               {"key", node.ledger().key().Text()}})};
}

// Arguments: folder. The log as files, for any web server or stick to carry.
Result<Reply> ExportLedger(Node& node, const Json& arguments, const Progress&) {
  const std::string folder = arguments.at("folder");
  const auto head = TRY(ledger::WriteServed(node.ledger(), folder));
  const std::string note = TRY(node.ServedCheckpoint());
  // Unless the ledger has grown meanwhile, with the cosignatures that are there.
  const crypto::Note served = TRY(crypto::ParseNote(note));
  if (TRY(ledger::ParseCheckpoint(served.text)) == head) {
    TRY(WriteFileDurably(folder + "/" + ledger::kCheckpointPath, note, FileMode::kPublic));
  }
  return Reply{fmt::format("wrote {} to {}\n", Describe(head), folder),
               Data({{"folder", folder}, {"size", head.size}, {"root", ToBase64(head.root)}})};
}

Result<std::uint64_t> EntryNumber(const Json& arguments, const char* name, std::uint64_t otherwise) {
  constexpr double kMost = 1e15;  // whole as a double, and more than any ledger holds
  if (!arguments.contains(name)) return otherwise;
  const auto number = arguments[name].get<double>();
  if (number >= 0 && number <= kMost && number == std::floor(number))
    return static_cast<std::uint64_t>(number);
  return Fail(ErrorCode::kInvalidArgument, fmt::format("--{} {} does not count entries", name, number),
              "write a whole number from 0 on");
}

Result<Reply> ShowLedger(Node& node, const Json& arguments, const Progress&) {
  const std::uint64_t size = node.ledger().Head().size;
  const bool whole = arguments.contains("first") && !arguments.contains("last");
  const std::uint64_t last = TRY(EntryNumber(arguments, "last", 20));
  const std::uint64_t first = TRY(EntryNumber(arguments, "first", size - std::min(size, last)));
  std::string text;
  Json data = Json::array();
  for (const ledger::Entry& entry : TRY(node.ledger().Read(first, whole ? size : last))) {
    text += fmt::format("{:>6}  {}  {:<20}  {}\n", entry.index, FormatTime(entry.time), entry.kind,
                        Shortened(entry.body.dump(), kEntryCharacters));
    data.push_back({{"index", entry.index},
                    {"time", FormatTime(entry.time)},
                    {"kind", entry.kind},
                    {"body", entry.body}});
  }
  return Reply{std::move(text), Data(std::move(data))};
}

Result<Reply> Budget(Node& node, const Json& arguments, const Progress&) {
  std::string product = arguments.value("product", "");
  const auto lock = node.ledger().Share();
  if (!product.empty()) {
    const auto published = node.catalogue().Find(product);
    if (!published) return NoProduct(product);
    product = published->product.id;
  }
  std::vector<std::vector<std::string>> rows = {
      {"product", "agreement", "analyst", "epsilon", "spent", "left", "delta"}};
  Json data = Json::array();
  for (const auto& state : node.budgets().Report(product)) {
    const ledger::Level& level = state.level;
    if (!level.product.starts_with(node.member() + "/")) continue;  // charged by its own member
    rows.push_back({level.product, level.agreement, level.analyst,
                    fmt::format("{:.4g}", state.limit.epsilon.value),
                    fmt::format("{:.4f}", state.spent.value), fmt::format("{:.4f}", state.left().value),
                    fmt::format("{:.1e}", state.limit.delta.value)});
    data.push_back({{"product", level.product},
                    {"agreement", level.agreement},
                    {"analyst", level.analyst},
                    {"limit", {{"epsilon", state.limit.epsilon.value}, {"delta", state.limit.delta.value}}},
                    {"spent", {{"epsilon", state.spent.value}}},
                    {"left", {{"epsilon", state.left().value}}}});
  }
  return Reply{data.empty() ? "no budgets yet: they come with products and agreements\n" : FormatTable(rows),
               Data(std::move(data))};
}

// The record behind an answer, and a proof that it is on the ledger.
// What owners gave with an answer of several members: receipts, by owner.
Result<std::map<std::string, std::vector<std::string>>> ReceiptsOfOwners(Node& node,
                                                                         const release::Record& record) {
  if (!record.release) return {};
  const auto entries = TRY(node.ledger().Read(*record.release, 1));
  const auto& secret = entries.at(0).secret;
  if (!secret || !secret->contains("receipts")) return {};
  return secret->at("receipts").get<std::map<std::string, std::vector<std::string>>>();
}

// The same as text; written beside `file`, where there is one, as FILE.budapest.1 and so on.
Result<std::string> KeepReceiptsOfOwners(const std::map<std::string, std::vector<std::string>>& receipts,
                                         const std::string& file) {
  std::string text;
  for (const auto& [owner, given] : receipts) {
    text += fmt::format("  {} gave {} receipt{}", owner, given.size(), given.size() == 1 ? "" : "s");
    for (std::size_t i = 0; i < given.size() && !file.empty(); ++i) {
      const std::string name = fmt::format("{}.{}.{}", file, owner, i + 1);
      TRY(WriteFileDurably(name, given[i], FileMode::kPublic));
      text += (i == 0 ? ": " : ", ") + name;
    }
    text += "\n";
  }
  return text;
}

Result<Reply> Receipt(Node& node, const Json& arguments, const Progress&) {
  if (!arguments.contains("id")) {
    return Fail(ErrorCode::kInvalidArgument, "a receipt is of an answer",
                "give its id, or --check FILE --key KEY");
  }
  const std::string id = arguments.at("id");
  const release::Record record = TRY(release::FindRecord(node.ledger(), id));
  const ledger::Checkpoint head = node.ledger().Head();
  const auto proof = TRY(node.ledger().ProveInclusion(record.charge, head.size));
  const auto leaf = TRY(node.ledger().LeafHashOf(record.charge));
  const bool holds = ledger::VerifyInclusion(record.charge, head.size, leaf, proof, head.root);
  const auto entries = TRY(node.ledger().Read(record.charge, 1));
  std::vector<std::string> hashes;
  hashes.reserve(proof.size());
  for (const auto& hash : proof) hashes.push_back(ToBase64(hash));
  const std::string note = TRY(node.ledger().SignedHead());
  std::string text = fmt::format(
      "answer {}\n  {} by {} under {}, of {}\n  {}, asked again {} times\n  charged: {}\n  entry {} of {}: "
      "{}\n",
      record.id, FormatTime(record.time), record.analyst, record.agreement, record.product, record.outcome,
      record.repeats, entries.at(0).body.value("measurements", Json("by others")).dump(), record.charge,
      head.size,
      holds ? "on the ledger; the proof holds" : "THE PROOF DOES NOT HOLD: run concordat ledger verify");
  const std::string file = arguments.value("out", "");
  if (!file.empty()) {
    const std::string receipt = TRY(ReceiptText(node, record.charge));
    TRY(WriteFileDurably(file, receipt, FileMode::kPublic));
    text += fmt::format("  written to {}: check it anywhere with\n  concordat receipt --check {} --key {}\n",
                        file, file, node.ledger().key().Text());
  }
  const auto owners = TRY(ReceiptsOfOwners(node, record));
  text += TRY(KeepReceiptsOfOwners(owners, file));
  Json data = {{"answer", record.id},         {"time", FormatTime(record.time)},
               {"analyst", record.analyst},   {"agreement", record.agreement},
               {"product", record.product},   {"outcome", record.outcome},
               {"entry", record.charge},      {"charge", entries.at(0).body},
               {"leaf_hash", ToBase64(leaf)}, {"proof", hashes},
               {"checkpoint", note},          {"holds", holds}};
  if (!owners.empty()) data["receipts"] = owners;
  if (arguments.value("proof", false)) data["tlog_proof"] = TRY(ReceiptText(node, record.charge));
  return Reply{std::move(text), Data(std::move(data))};
}

}  // namespace

std::vector<Verb> LedgerVerbs() {
  return {{"ledger verify", Verify},   {"ledger erase", Erase},         {"ledger head", Head},
          {"ledger show", ShowLedger}, {"ledger export", ExportLedger}, {"budget", Budget},
          {"receipt", Receipt}};
}

}  // namespace concordat::node
