// Asking witnesses for cosignatures, by hand and on a schedule.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>

#include "node/node.h"
#include "node/rounds.h"

namespace concordat::node {

// How many entries of this ledger the cosigned checkpoint shows that the witness knows.
std::uint64_t KnownTo(const Node& node, const crypto::CosignerKey& witness);

struct Round {
  std::map<std::string, std::uint64_t> cosigned;  // entries, by the witness's name
  std::map<std::string, Error> failed;
};
// Asks every witness that is reached and has not cosigned what is worth it, and those not `settled` in any
// case: one that cosigned more than there is says so. What one does not answer keeps no other from being
// asked. May take half a minute for each that is away. The caller does not hold Share.
Round AskWitnesses(Node& node, const Progress& progress, const std::set<std::string>& settled);

// Asks them again and again while it lives, logs which fail and each alarm that comes onto the ledger.
class WitnessRounds {
 public:
  WitnessRounds(Node& node, Milliseconds every);

 private:
  void Ask();
  void LookAtAlarms();

  Node& node_;
  std::map<std::string, std::string> failing_;  // what was logged of each; the thread's alone
  std::set<std::string> settled_;               // have cosigned since this node began to serve; the same
  std::size_t alarms_ = 0;                      // on the ledger and known; the thread's alone
  Rounds rounds_;                               // the last: it uses the others
};

}  // namespace concordat::node
