// Quality measured on a schedule, for products whose agreement about it is in force.
#pragma once

#include <map>
#include <string>

#include "base/result.h"
#include "node/node.h"

namespace concordat::node {

// The analyst that measures, unless there is one.
Result<void> AddQualityAnalyst(Node& node, const std::string& by);

// Threading: one thread at a time.
class QualityRounds {
 public:
  explicit QualityRounds(Node& node) : node_(node) {}
  // Measures every product whose newest rows were not; each at most once a day, whatever came of it.
  void Measure();

 private:
  Node& node_;
  std::map<std::string, Time> tried_;  // by product
};

}  // namespace concordat::node
