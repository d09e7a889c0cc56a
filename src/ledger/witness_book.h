// Whom this member witnesses, who witnesses it, and what was cosigned: a fold, so that a fork or a roll-back
// of a peer is found after a restart too. Entries: docs/formats/entry.md.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "crypto/cosignature.h"
#include "ledger/checkpoint.h"
#include "ledger/entry.h"
#include "ledger/fold.h"

namespace concordat::ledger {

// A checkpoint and the note that proves its log signed it.
struct SignedCheckpoint {
  Checkpoint checkpoint;
  std::string note;
};

struct Alarm {
  std::uint64_t entry = 0;
  Time time{};
  std::string origin;
  std::string fault;       // "fork" or "rollback"
  std::string kept, seen;  // the two notes that contradict each other
};

struct AskedWitness {
  crypto::CosignerKey key;
  std::string url;  // submission prefix; empty when requests go by file
};

// Reads hold Ledger::Share.
class WitnessBook final : public Fold {
 public:
  void Apply(const Entry& entry) override;
  void Clear() override;
  std::string Form() const override { return "witnesses/1"; }
  Json Save() const override;
  void Load(const Json& saved) override;

  const std::map<std::string, crypto::VerifyKey>& logs() const { return logs_; }
  const std::map<std::string, AskedWitness>& witnesses() const { return witnesses_; }
  const std::vector<Alarm>& alarms() const { return alarms_; }
  // What was last cosigned of a log; none before the first time. Stands when a log is no longer followed.
  std::optional<SignedCheckpoint> Newest(const std::string& origin) const;
  bool Alarmed(const std::string& seen) const;
  // A cosignature given is an entry and makes a new head: members that witness each other would never be done
  // if that alone were worth asking for. Entries up to here hold something else.
  std::uint64_t worth_cosigning() const { return worth_cosigning_; }

 private:
  void Follow(const Json& body);
  void Ask(const Json& body);
  void Note(const Json& body);

  std::map<std::string, crypto::VerifyKey> logs_;   // by origin
  std::map<std::string, AskedWitness> witnesses_;   // by name
  std::map<std::string, SignedCheckpoint> newest_;  // by origin
  std::vector<Alarm> alarms_;
  std::uint64_t worth_cosigning_ = 0;
};

Draft FollowDraft(const crypto::VerifyKey& log, const std::string& by);
Draft AskDraft(const AskedWitness& witness, const std::string& by);
// Neither follow the log nor ask the witness of this name any more.
Draft StopDraft(const std::string& name, const std::string& by);
Draft CosignedDraft(const SignedCheckpoint& checkpoint);
Draft AlarmDraft(const std::string& origin, const std::string& fault, const std::string& kept,
                 const std::string& seen);

}  // namespace concordat::ledger
