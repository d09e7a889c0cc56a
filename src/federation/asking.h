// One question on its way round the owners: from their plans to the answer.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "federation/circle.h"
#include "federation/coordinator.h"

namespace concordat::federation {

// All but the signature; in a session of its own.
Statement StatementOf(const CoordinatorParts& parts, const Asked& asked, const release::Question& question);

class Asking {
 public:
  // All that it is given outlives it.
  Asking(const CoordinatorParts& parts, const CoordinatorTerms& terms, Asked& asked,
         SignedStatement statement, const engine::Cancel& cancel, const Progress& progress);

  Outcome<release::Answer> Ask();
  // A line for each owner; nothing is charged.
  std::vector<std::string> Explain();

 protected:
  // What owners plan, once all of them have answered; and whether it is one plan.
  Outcome<void> TakePlans();
  // Leaves out who cannot be charged: better before the others are.
  Outcome<void> CheckBudgets();
  std::map<std::string, std::vector<std::string>> Finish(const std::string& id);
  std::string Notice(const std::string& id,
                     const std::map<std::string, std::vector<std::string>>& receipts) const;
  // Nobody is left who could answer, or it was cancelled: who is missing, and where charges stand.
  Refusal Missing() const;
  Refusal Failed(const std::string& what) const;
  Bytes Bare() const { return Encode(Relayed{statement_.statement.session, {}}); }
  // Of their rows, by owner: an answer without one of them is another answer.
  std::map<std::string, std::string> Revisions(const std::vector<std::string>& owners) const;

  const CoordinatorParts& parts_;
  const SignedStatement statement_;
  Circle circle_;
  std::map<std::string, Prepared> prepared_;
  std::vector<std::string> included_;  // owners whose values are in the sum

 private:
  Outcome<void> Prepare();
  Outcome<void> ComparePlans() const;
  Outcome<std::vector<Row>> SelectKeys();
  Outcome<Setting> Settle(std::vector<Row> keys) const;
  // The sums of who is included then.
  Outcome<std::vector<Int128>> Sum(const Setting& setting);
  Outcome<std::vector<Int128>> SumSecretly(const Setting& setting);
  Outcome<std::vector<Int128>> SumPlainly(const Setting& setting);
  Result<std::vector<Bytes>> GoRound(aggregation::Receiver& receiver, const Setting& setting,
                                     const char* method, const Bytes& request, const char* done);
  Result<Plain> CheckPlain(const std::string& owner, ByteView body, const Setting& setting) const;
  Refusal Refused(Refusal by) const;  // an owner's own, with where charges stand
  std::string Charges() const;

  Asked& asked_;
  const std::string id_;
  std::map<std::string, std::string> left_;  // of budgets, at who has finished
  std::string doubts_;                       // receipts that do not hold
};

}  // namespace concordat::federation
