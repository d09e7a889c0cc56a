// The owners of one question who are still there: asks all of them the same in a round, again where an answer
// was lost, and remembers why the others are gone.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/refusal.h"
#include "engine/engine.h"
#include "federation/coordinator.h"

namespace concordat::federation {

class Circle {
 public:
  // All that it is given outlives it. `quorum`: owners without whom there is no answer.
  Circle(const CoordinatorParts& parts, const CoordinatorTerms& terms, std::vector<std::string> owners,
         std::size_t quorum, const engine::Cancel& cancel, const Progress& progress)
      : parts_(parts),
        terms_(terms),
        all_(owners),
        there_(std::move(owners)),
        quorum_(quorum),
        cancel_(cancel),
        progress_(progress) {}

  // What each answered who did, by name; the others are lost. `done`: what they have done, for the progress.
  std::map<std::string, Bytes> Ask(const char* method, const Bytes& request, const char* done);
  // To who listens to the progress; not twice the same in a row.
  void Report(const std::string& stage);
  // Asks once, and takes no answer.
  void Tell(const char* method, const Bytes& request);

  void Lose(const std::string& owner, const std::string& why);
  void Decline(const std::string& owner, Refusal refusal);  // it refuses, in these words
  void KeepOnly(const std::vector<std::string>& owners, const std::string& why);

  const std::vector<std::string>& all() const { return all_; }
  const std::vector<std::string>& there() const { return there_; }
  std::size_t quorum() const { return quorum_; }
  bool complete() const { return there_.size() == all_.size(); }
  bool enough() const { return there_.size() >= quorum_; }
  bool cancelled() const { return cancel_.requested(); }
  // "'budapest' did not answer; 'cleveland' …"; empty when all are there.
  std::string LostText() const;
  // The first refusal of an owner, with its name in the message; and the first in the round that was last.
  const std::optional<Refusal>& refusal() const { return refusal_; }
  const std::optional<Refusal>& refusal_now() const { return refusal_now_; }
  // Owners that were asked to charge: their charges stand, or may.
  const std::set<std::string>& charged() const { return charged_; }

 private:
  void Try(const char* method, const Bytes& request, Milliseconds patience, std::vector<std::string>& waiting,
           std::map<std::string, Bytes>& answers);
  void ReportWaiting(const std::vector<std::string>& waiting, bool computes);
  void GiveUpAbsent(std::vector<std::string>& waiting);
  // Is the owner done with, one way or the other?
  bool Take(const std::string& owner, const Result<Bytes>& reply, std::map<std::string, Bytes>& answers);

  const CoordinatorParts& parts_;
  const CoordinatorTerms& terms_;
  std::vector<std::string> all_;
  std::vector<std::string> there_;
  std::size_t quorum_;
  const engine::Cancel& cancel_;
  const Progress& progress_;
  std::string reported_;                           // last
  std::map<std::string, std::string> lost_;        // and why
  std::map<std::string, Milliseconds> unreached_;  // in this round: since when
  std::map<std::string, std::string> last_;        // why an owner's last attempt failed
  std::optional<Refusal> refusal_, refusal_now_;
  std::set<std::string> charged_;
};

}  // namespace concordat::federation
