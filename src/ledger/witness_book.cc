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
