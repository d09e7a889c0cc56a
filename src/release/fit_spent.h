// What the rounds of a fit under noise were charged at each owner, over all of its runs. Pure.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "base/json.h"
#include "base/units.h"
#include "dp/measurement.h"

namespace concordat::release {

class FitSpent {
 public:
  // One round more. Rounds that cost alike are counted, not listed.
  void Add(const dp::Measurements& round);
  // What the newest round cost: what is counted where nobody knows the next one's cost.
  dp::Measurements Newest() const;
  // What all of it costs together. Infinite where dp::Composition says so.
  Epsilon At(Delta delta) const;
  bool empty() const { return rounds_.empty(); }
  const dp::Measurements& rounds() const { return rounds_; }

  // As entries keep it (docs/formats/entry.md), and back; nothing where there is no such list.
  Json ToJson() const;
  static FitSpent From(const Json& secret);

 private:
  dp::Measurements rounds_;
};

// A round that owners were asked for, and may have charged.
struct FitDoubt {
  std::string session;   // 64 hex digits; empty where that is not known, so that nobody can be asked
  std::string question;  // its id
  dp::Measurements cost;
};

// What a fit comes to at each owner: rounds that all charged, and those in doubt, each of which counts until
// owners have said whether they charged it. So what is told is never less than what an owner has charged.
class FitBill {
 public:
  FitBill() = default;
  explicit FitBill(FitSpent settled) : settled_(std::move(settled)) {}

  // A question that is in doubt already stays there once.
  void Ask(FitDoubt doubt);
  // All owners charged what they were asked for.
  void Close();
  // Which of those in doubt each owner charged. Of rounds that cost alike the most that one of them did
  // counts.
  void Settle(const std::vector<std::set<std::string>>& by_owner);
  FitSpent spent() const;
  const std::vector<FitDoubt>& doubts() const { return doubts_; }

 private:
  FitSpent settled_;
  std::vector<FitDoubt> doubts_;
};

}  // namespace concordat::release
