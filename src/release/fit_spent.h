// What the rounds of a fit under noise were charged at each owner, over all of its runs. Pure.
#pragma once

#include "base/json.h"
#include "base/units.h"
#include "dp/measurement.h"

namespace concordat::release {

class FitSpent {
 public:
  // One round more. Rounds that cost alike are counted, not listed.
  void Add(const dp::Measurements& round);
  // The newest round once more: what is counted where nobody knows the next one's cost.
  void AddLastAgain();
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

}  // namespace concordat::release
