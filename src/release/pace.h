// How often each analyst asked in the last hour, as a fold over the ledger: what rates are held to.
#pragma once

#include <deque>
#include <map>
#include <string>
#include <utility>

#include "ledger/fold.h"

namespace concordat::release {

// Reads hold Ledger::Share.
class Pace final : public ledger::Fold {
 public:
  void Apply(const ledger::Entry& entry) override;
  void Clear() override;
  std::string Form() const override { return "pace/1"; }
  Json Save() const override;
  void Load(const Json& saved) override;

  // Questions of an analyst under an agreement that were charged in the hour before `now`.
  int AskedInTheHourBefore(Time now, const std::string& agreement, const std::string& analyst) const;

 private:
  // By agreement and analyst: when they asked, of the hour before their newest.
  std::map<std::pair<std::string, std::string>, std::deque<Time>> asked_;
  Time newest_{};
};

}  // namespace concordat::release
