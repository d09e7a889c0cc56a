// Watches a simulated world and says what happened in it that must never happen.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "federation/testing_world.h"

namespace concordat::federation {

class Judge {
 public:
  explicit Judge(World& world) : world_(world) {}

  // Fits of this world: the state that each begins with, and what the total of a round leads to.
  static constexpr char kStart[] = "start";
  static std::string StateAfter(const release::FitRound& round, const std::vector<Int128>& total);

  release::Sharing sharing;                                                      // as the agreement has it
  std::map<std::string, std::shared_ptr<const agreement::Agreement>> documents;  // each member's
  std::uint32_t limit = 0;                                                       // of every budget
  bool noisy = false;                                                            // fits are

  // An owner's charge that its release was told is durable.
  void Charged(const Node& node, const std::string& id);
  void Shared(const Node& node, const std::string& id, const std::string& description,
              const std::vector<Row>& keys, const std::vector<Int128>& values);
  // An owner's charge of a round of a fit: once in a session, whatever state it is asked at.
  void ChargedInRound(const Node& node, ByteView session, std::uint32_t number);
  // What Shared tells, of a round of an exact fit.
  void SharedInRound(const std::string& id, const release::FitRound& round);
  void Opens(const Node& node, const std::string& id, const std::string& description);
  // A reply leaves a node.
  void Leaves(const std::string& from, Node& node, const Call& call, const Bytes& reply);
  // An honest coordinator has this answer, of so many owners.
  void Answered(const std::string& id, const std::vector<Int128>& sums, std::size_t included);
  // At the end: what is on every disk.
  void Close();

 private:
  struct Share {
    std::string description;
    std::vector<Row> keys;
    std::vector<Int128> values;
  };
  // A session at an owner.
  struct Seen {
    std::string id;
    Statement statement;
    std::map<std::string, Bytes> replies;  // by method; of rounds of a fit also by their number
    Setting setting;
    std::set<std::uint16_t> revealed;  // whose keys the sum is under
  };

  void Fault(const std::string& what) { world_.faults.push_back(what); }
  void SeesStatement(const std::string& from, Node& node, const Call& call);
  void SeesSetting(Node& node, Seen& seen, const Call& call);
  void SeesRound(const std::string& from, Node& node, Seen& seen, const Call& call, const Bytes& reply);
  // Does any set of what honest owners contributed to one round come to their numbers, but all together?
  void LooksForParts();
  void SeesReveals(Seen& seen, const Call& call);
  void SeesOpening(Node& node, const Seen& seen, const Call& call);
  void SeesRestored(Node& node, const Seen& seen, const Call& call);
  void SeesKeysGiven(const Node& node, const Seen& seen, const Relayed& there);
  std::size_t OnDisk(Node& node, Entry::Kind kind, const std::string& id) const;

  World& world_;
  std::map<std::string, std::vector<std::string>> charges_;                  // by owner
  std::map<std::string, std::map<std::string, std::vector<Share>>> shares_;  // by id and owner
  std::map<std::string, std::set<std::string>> plans_opened_;                // by id
  std::map<std::string, std::set<crypto::Hash>> sums_opened_;                // by id
  // By id and setting: of whose key which honest owners gave their share.
  std::map<std::string, std::map<std::uint16_t, std::set<std::string>>> keys_given_;
  // Of one round in one session, an owner's contribution: masked numbers, and true ones.
  struct Masked {
    std::string id;
    std::vector<Int128> numbers, truth;
  };
  std::map<std::string, std::map<std::string, Masked>> masked_;  // by session and number; by owner
  std::set<std::string> rounds_charged_;                         // by owner, session and number
  std::set<std::string> states_;                                 // of fits: those that totals have led to
  std::map<std::string, Seen> sessions_;                         // by owner, caller and session
  std::map<std::string, crypto::Hash> once_;                     // by owner, id and method: what left, ever
};

}  // namespace concordat::federation
