#include "ledger/witness_book.h"

#include <algorithm>

#include "crypto/note.h"

namespace concordat::ledger {
namespace {

std::string Text(const Json& body, const char* key) {
  const auto field = body.find(key);
  return field != body.end() && field->is_string() ? field->get<std::string>() : std::string();
}

}  // namespace

void WitnessBook::Apply(const Entry& entry) {
  if (entry.kind != kind::kWitnessCosigned) worth_cosigning_ = entry.index + 1;
  if (entry.kind == kind::kWitnessFollows) Follow(entry.body);
  if (entry.kind == kind::kWitnessAsks) Ask(entry.body);
  if (entry.kind == kind::kWitnessCosigned) Note(entry.body);
  if (entry.kind == kind::kWitnessStopped) {
    logs_.erase(Text(entry.body, "name"));
    witnesses_.erase(Text(entry.body, "name"));
  }
  if (entry.kind == kind::kWitnessAlarm) {
    alarms_.push_back({entry.index, entry.time, Text(entry.body, "origin"), Text(entry.body, "fault"),
                       Text(entry.body, "kept"), Text(entry.body, "seen")});
  }
}

void WitnessBook::Clear() { *this = {}; }

Json WitnessBook::Save() const {
  Json logs = Json::array(), witnesses = Json::array(), newest = Json::array(), alarms = Json::array();
  for (const auto& [origin, key] : logs_) logs.push_back({{"key", key.Text()}});
  for (const auto& [name, asked] : witnesses_)
    witnesses.push_back({{"key", asked.key.Text()}, {"url", asked.url}});
  for (const auto& [origin, signed_checkpoint] : newest_)
    newest.push_back({{"note", signed_checkpoint.note}});
  for (const Alarm& alarm : alarms_) {
    alarms.push_back({alarm.entry, alarm.time.time_since_epoch().count(), alarm.origin, alarm.fault,
                      alarm.kept, alarm.seen});
  }
  return {{"logs", std::move(logs)},
          {"witnesses", std::move(witnesses)},
          {"newest", std::move(newest)},
          {"alarms", std::move(alarms)},
          {"worth_cosigning", worth_cosigning_}};
}

void WitnessBook::Load(const Json& saved) {
  for (const Json& log : saved.at("logs")) Follow(log);
  for (const Json& witness : saved.at("witnesses")) Ask(witness);
  for (const Json& checkpoint : saved.at("newest")) Note(checkpoint);
  for (const Json& alarm : saved.at("alarms")) {
    alarms_.push_back({alarm.at(0).get<std::uint64_t>(), Time(Milliseconds(alarm.at(1).get<std::int64_t>())),
                       alarm.at(2).get<std::string>(), alarm.at(3).get<std::string>(),
                       alarm.at(4).get<std::string>(), alarm.at(5).get<std::string>()});
  }
  worth_cosigning_ = saved.at("worth_cosigning").get<std::uint64_t>();
}

void WitnessBook::Follow(const Json& body) {
  if (const auto key = crypto::VerifyKey::Parse(Text(body, "key"))) logs_.insert_or_assign(key->name(), *key);
}

void WitnessBook::Ask(const Json& body) {
  const auto key = crypto::CosignerKey::Parse(Text(body, "key"));
  if (key) witnesses_.insert_or_assign(key->name(), AskedWitness{*key, Text(body, "url")});
}

void WitnessBook::Note(const Json& body) {
  const auto note = crypto::ParseNote(Text(body, "note"));
  const auto checkpoint =
      note ? ParseCheckpoint(note->text) : Result<Checkpoint>(tl::unexpected(note.error()));
  if (checkpoint)
    newest_.insert_or_assign(checkpoint->origin, SignedCheckpoint{*checkpoint, Text(body, "note")});
}

std::optional<SignedCheckpoint> WitnessBook::Newest(const std::string& origin) const {
  const auto found = newest_.find(origin);
  return found == newest_.end() ? std::nullopt : std::optional(found->second);
}

bool WitnessBook::Alarmed(const std::string& seen) const {
  return std::any_of(alarms_.begin(), alarms_.end(), [&](const Alarm& alarm) { return alarm.seen == seen; });
}

Draft FollowDraft(const crypto::VerifyKey& log, const std::string& by) {
  return {.kind = kind::kWitnessFollows, .body = {{"key", log.Text()}, {"by", by}}, .secret = {}};
}

Draft AskDraft(const AskedWitness& witness, const std::string& by) {
  return {.kind = kind::kWitnessAsks,
          .body = {{"key", witness.key.Text()}, {"url", witness.url}, {"by", by}},
          .secret = {}};
}

Draft StopDraft(const std::string& name, const std::string& by) {
  return {.kind = kind::kWitnessStopped, .body = {{"name", name}, {"by", by}}, .secret = {}};
}

Draft CosignedDraft(const SignedCheckpoint& checkpoint) {
  return {.kind = kind::kWitnessCosigned,
          .body = {{"origin", checkpoint.checkpoint.origin},
                   {"size", checkpoint.checkpoint.size},
                   {"root", ToBase64(checkpoint.checkpoint.root)},
                   {"note", checkpoint.note}},
          .secret = {}};
}

Draft AlarmDraft(const std::string& origin, const std::string& fault, const std::string& kept,
                 const std::string& seen) {
  return {.kind = kind::kWitnessAlarm,
          .body = {{"origin", origin}, {"fault", fault}, {"kept", kept}, {"seen", seen}},
          .secret = {}};
}

}  // namespace concordat::ledger
