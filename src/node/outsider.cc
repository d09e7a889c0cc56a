#include "node/outsider.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "base/file.h"
#include "fetch/fetch.h"
#include "ledger/monitor.h"
#include "ledger/receipt.h"
#include "node/table.h"

namespace concordat::node {
namespace {

constexpr std::size_t kShownCharacters = 100;  // of an entry
constexpr std::size_t kLongestKept = 1 << 18;
constexpr std::size_t kMostShown = 1000;  // entries, newest first to go

Json ToJson(const ledger::Entry& entry) {
  return {
      {"index", entry.index}, {"time", FormatTime(entry.time)}, {"kind", entry.kind}, {"body", entry.body}};
}

std::string Line(const ledger::Entry& entry) {
  return fmt::format("{:>6}  {}  {:<20}  {}\n", entry.index, FormatTime(entry.time), entry.kind,
                     Shortened(entry.body.dump(), kShownCharacters));
}

Result<ledger::Policy> PolicyFrom(const Json& arguments) {
  ledger::Policy policy{.log = TRY(crypto::VerifyKey::Parse(arguments.value("key", ""))), .witnesses = {}};
  for (const std::string& witness : arguments.value("witnesses", std::vector<std::string>{}))
    policy.witnesses.push_back(TRY(crypto::CosignerKey::Parse(witness)));
  const double quorum = arguments.value("quorum", static_cast<double>(policy.witnesses.size()));
  if (quorum < 0 || quorum > static_cast<double>(policy.witnesses.size())) {
    return Fail(ErrorCode::kInvalidArgument, "--quorum asks for more witnesses than are given",
                "give their keys with --witness");
  }
  policy.quorum = static_cast<std::size_t>(quorum);
  return policy;
}

// The files of a log at an address, or in a folder.
Result<ledger::FileReader> FilesAt(const std::string& log) {
  if (!log.starts_with("http://") && !log.starts_with("https://")) return ledger::FolderFiles(log);
  const fetch::Url base = TRY(fetch::ParseUrl(log));
  return [base](const std::string& path) -> Result<std::string> {
    fetch::Response response = TRY(fetch::Get(base / path));
    if (response.status == 200) return std::move(response.body);
    const bool missing = response.status == 404 || response.status == 410;
    return Fail(missing ? ErrorCode::kNotFound : ErrorCode::kUnavailable,
                fmt::format("{} answers {}", (base / path).Text(), response.status), "check the address");
  };
}

}  // namespace

Result<Reply> CheckReceiptFile(const Json& arguments) {
  if (!arguments.contains("key")) {
    return Fail(ErrorCode::kInvalidArgument, "a receipt is checked against its log's key",
                "give it with --key, from a place that you trust");
  }
  const ledger::Policy policy = TRY(PolicyFrom(arguments));
  const auto receipt = TRY(ledger::ParseReceipt(arguments.at("text").get<std::string>()));
  const auto checked = TRY(ledger::CheckReceipt(receipt, policy));
  std::string text =
      fmt::format("this is entry {} of {}\n", checked.entry.index, Describe(checked.checkpoint));
  Json cosigned = Json::array();
  for (const crypto::Cosigned& each : checked.cosigned) {
    const std::string time = FormatTime(Time(std::chrono::seconds(each.time_s)));
    text += fmt::format("  cosigned by {} at {}\n", each.name, time);
    cosigned.push_back({{"witness", each.name}, {"time", time}});
  }
  text += fmt::format("  {}  {}\n  {}\n", FormatTime(checked.entry.time), checked.entry.kind,
                      checked.entry.body.dump(2));
  return Reply{std::move(text), Data({{"holds", true},
                                      {"log", checked.checkpoint.origin},
                                      {"size", checked.checkpoint.size},
                                      {"cosigned", std::move(cosigned)},
                                      {"entry", ToJson(checked.entry)}})};
}

Result<Reply> MonitorLog(const Json& arguments, const Progress& progress) {
  const auto key = TRY(crypto::VerifyKey::Parse(arguments.at("key").get<std::string>()));
  const std::string state = arguments.value("state", "");
  std::string seen;
  if (!state.empty()) {
    auto kept = ReadFile(state, kLongestKept);
    if (!kept && kept.error().code != ErrorCode::kNotFound) return tl::unexpected(kept.error());
    if (kept) seen = *std::move(kept);
  }
  std::string lines;
  Json entries = Json::array();
  const auto files = TRY(FilesAt(arguments.at("log").get<std::string>()));
  const auto sighting = TRY(ledger::Follow(files, key, seen, [&](const ledger::Entry& entry) -> Result<void> {
    if (entries.size() < kMostShown) {
      lines += Line(entry);
      entries.push_back(ToJson(entry));
    }
    if (entry.index % ledger::kTileWidth == 0) progress(fmt::format("{} entries read", entry.index));
    return {};
  }));
  if (!state.empty()) TRY(WriteFileDurably(state, sighting.note, FileMode::kPublic));
  const std::uint64_t grown = sighting.now.size - sighting.before.size;
  if (grown > entries.size()) lines += fmt::format("   … and {} more\n", grown - entries.size());
  return Reply{
      fmt::format("{}{} new entries of {}: every one is on the log, and nothing before was changed\n", lines,
                  grown, Describe(sighting.now)),
      Data({{"log", sighting.now.origin},
            {"before", sighting.before.size},
            {"size", sighting.now.size},
            {"root", ToBase64(sighting.now.root)},
            {"entries", std::move(entries)}})};
}

}  // namespace concordat::node
