// Witnessing by hand: requests and cosignatures as files, for members without a line to each other.
#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "fetch/fetch.h"
#include "ledger/witness.h"
#include "node/node.h"
#include "node/table.h"
#include "node/verb.h"
#include "node/witnessing.h"

namespace concordat::node {
namespace {

constexpr double kMostEntries = 1e15;  // whole as a double, and more than any ledger holds

Result<Reply> Follow(Node& node, const Json& arguments, const Progress&) {
  const auto key = TRY(crypto::VerifyKey::Parse(arguments.at("key").get<std::string>()));
  if (key.name() == node.member()) {
    return Fail(ErrorCode::kInvalidArgument,
                "a member's own cosignature under its own ledger tells nobody anything",
                "give another member's key");
  }
  const auto entry = TRY(node.ledger().Append(ledger::FollowDraft(key, arguments.value("by", "operator"))));
  return Reply{
      fmt::format("checkpoints of {} are cosigned from now on, by {}\n", key.name(),
                  node.cosigner().key().Text()),
      Data({{"log", key.name()}, {"witness", node.cosigner().key().Text()}, {"entry", entry.index}})};
}

Result<Reply> AskWitness(Node& node, const Json& arguments, const Progress&) {
  const auto key = TRY(crypto::CosignerKey::Parse(arguments.at("key").get<std::string>()));
  const std::string url = arguments.value("url", "");
  if (!url.empty()) TRY(fetch::ParseUrl(url));
  if (key.bytes() == node.cosigner().key().bytes()) {
    return Fail(ErrorCode::kInvalidArgument, "this is the member's own witness", "give another member's");
  }
  const auto entry =
      TRY(node.ledger().Append(ledger::AskDraft({key, url}, arguments.value("by", "operator"))));
  return Reply{
      fmt::format("{} is asked from now on; it must follow {}\n", key.name(), node.ledger().key().Text()),
      Data({{"witness", key.name()}, {"log", node.ledger().key().Text()}, {"entry", entry.index}})};
}

Result<Reply> Stop(Node& node, const Json& arguments, const Progress&) {
  const std::string name = arguments.at("name");
  {
    const auto lock = node.ledger().Share();
    const ledger::WitnessBook& book = node.witnesses();
    if (!book.logs().contains(name) && !book.witnesses().contains(name))
      return Fail(ErrorCode::kNotFound, name + " is neither followed nor asked", "concordat witness list");
  }
  const auto entry = TRY(node.ledger().Append(ledger::StopDraft(name, arguments.value("by", "operator"))));
  return Reply{
      fmt::format("{} is neither followed nor asked any more; what was cosigned is not forgotten\n", name),
      Data({{"name", name}, {"entry", entry.index}})};
}

Result<crypto::CosignerKey> Asked(Node& node, const std::string& name) {
  const auto lock = node.ledger().Share();
  const auto found = node.witnesses().witnesses().find(name);
  if (found != node.witnesses().witnesses().end()) return found->second.key;
  return Fail(ErrorCode::kNotFound, name + " is not a witness that this member asks",
              "concordat witness ask KEY adds one");
}

Result<Reply> RequestWitness(Node& node, const Json& arguments, const Progress&) {
  const auto witness = TRY(Asked(node, arguments.at("name")));
  std::uint64_t known = KnownTo(node, witness);
  if (arguments.contains("known")) {
    const auto number = arguments["known"].get<double>();
    if (number < 0 || number > kMostEntries || number != std::floor(number)) {
      return Fail(ErrorCode::kInvalidArgument, fmt::format("--known {} does not count entries", number),
                  "give the number that the witness said");
    }
    known = static_cast<std::uint64_t>(number);
  }
  const std::string request = TRY(ledger::AskForCosignature(node.ledger(), known));
  return Reply{request, Data({{"request", request}, {"known", known}})};
}

// Arguments: text, a request. What is printed is what the witness answers.
Result<Reply> CosignLog(Node& node, const Json& arguments, const Progress&) {
  const auto reply = TRY(ledger::AddCheckpoint(node.ledger(), node.witnesses(), node.cosigner(),
                                               arguments.at("text").get<std::string>()));
  if (reply.status == 200) return Reply{reply.body, Data({{"status", reply.status}, {"body", reply.body}})};
  std::string said = reply.body.substr(0, reply.body.find('\n'));
  if (reply.content_type == "text/x.tlog.size")
    said = fmt::format("{} entries of this log were cosigned last: ask again with --known {}", said, said);
  return Fail(ErrorCode::kFailedPrecondition, fmt::format("not cosigned ({}): {}", reply.status, said),
              "docs/formats/witness.md lists what a witness says");
}

// Arguments: name, text: the cosignature that came.
Result<Reply> AcceptWitness(Node& node, const Json& arguments, const Progress&) {
  const auto witness = TRY(Asked(node, arguments.at("name")));
  const std::string line = arguments.at("text");
  // Asked for a while ago: the checkpoint may be an older one than the newest.
  std::string note = TRY(node.ledger().SignedHead());
  if (arguments.contains("request"))
    note = TRY(ledger::ParseWitnessRequest(arguments["request"].get<std::string>())).note;
  const auto answer =
      TRY(ledger::ReadWitnessReply({.status = 200, .content_type = "", .body = line}, note, witness));
  const crypto::Note cosigned = TRY(crypto::ParseNote(answer.note));
  const ledger::Checkpoint checkpoint = TRY(ledger::OpenSigned(cosigned, node.ledger().key()));
  TRY(node.cosigned().Keep(answer.note));
  return Reply{fmt::format("kept the cosignature of {} on {}\n", witness.name(), Describe(checkpoint)),
               Data({{"witness", witness.name()},
                     {"size", checkpoint.size},
                     {"checkpoint", node.cosigned().Newest()}})};
}

Result<Reply> Update(Node& node, const Json&, const Progress& progress) {
  std::set<std::string> settled;  // asked by hand, those alone who have something to cosign
  {
    const auto lock = node.ledger().Share();
    for (const auto& [name, witness] : node.witnesses().witnesses()) settled.insert(name);
  }
  const Round round = AskWitnesses(node, progress, settled);
  std::string text, failed;
  Json data = Json::array();
  for (const auto& [name, known] : round.cosigned) {
    text += fmt::format("{} has cosigned {} entries\n", name, known);
    data.push_back({{"witness", name}, {"cosigned", known}});
  }
  for (const auto& [name, error] : round.failed) failed += fmt::format("\n  {}: {}", name, error.message);
  if (!failed.empty())
    return Fail(ErrorCode::kUnavailable, text + "not every witness cosigned:" + failed, "ask again later");
  return Reply{text.empty() ? "nothing new to have cosigned\n" : text, Data(std::move(data))};
}

Json AlarmsOf(const ledger::WitnessBook& book) {
  Json alarms = Json::array();
  for (const ledger::Alarm& alarm : book.alarms()) {
    alarms.push_back({{"entry", alarm.entry},
                      {"time", FormatTime(alarm.time)},
                      {"log", alarm.origin},
                      {"fault", alarm.fault},
                      {"kept", alarm.kept},
                      {"seen", alarm.seen}});
  }
  return alarms;
}

Result<Reply> ListWitnesses(Node& node, const Json&, const Progress&) {
  const auto lock = node.ledger().Share();
  const ledger::WitnessBook& book = node.witnesses();
  std::vector<std::vector<std::string>> rows = {{"name", "role", "entries", "key"}};
  Json logs = Json::array(), witnesses = Json::array();
  for (const auto& [origin, key] : book.logs()) {
    const auto newest = book.Newest(origin);
    const std::uint64_t size = newest ? newest->checkpoint.size : 0;
    rows.push_back({origin, "followed", std::to_string(size), key.Text()});
    logs.push_back({{"log", origin}, {"cosigned", size}, {"key", key.Text()}});
  }
  for (const auto& [name, witness] : book.witnesses()) {
    const std::uint64_t size = KnownTo(node, witness.key);
    rows.push_back({name, "asked", std::to_string(size), witness.key.Text()});
    witnesses.push_back(
        {{"witness", name}, {"cosigned", size}, {"url", witness.url}, {"key", witness.key.Text()}});
  }
  std::string text = fmt::format("this member's witness: {}\n", node.cosigner().key().Text());
  if (rows.size() > 1) text += FormatTable(rows);
  for (const ledger::Alarm& alarm : book.alarms()) {
    text += fmt::format("\nALARM, entry {}, {}: a {} of {}. It signed both\n{}\nand\n{}", alarm.entry,
                        FormatTime(alarm.time), alarm.fault, alarm.origin, alarm.kept, alarm.seen);
  }
  return Reply{std::move(text), Data({{"key", node.cosigner().key().Text()},
                                      {"logs", std::move(logs)},
                                      {"witnesses", std::move(witnesses)},
                                      {"alarms", AlarmsOf(book)}})};
}

}  // namespace

std::vector<Verb> WitnessVerbs() {
  return {
      {"witness follow", Follow},        {"witness ask", AskWitness},         {"witness stop", Stop},
      {"witness list", ListWitnesses},   {"witness request", RequestWitness}, {"witness cosign", CosignLog},
      {"witness accept", AcceptWitness}, {"witness update", Update}};
}

}  // namespace concordat::node
