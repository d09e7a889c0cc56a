// How a coordinator reaches owners: the seam between federation and the network, real (peer) or simulated.
#pragma once

#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/clock.h"
#include "base/result.h"

namespace concordat::federation {

struct Call {
  std::string member;
  std::string method;  // "federation/contribute"
  Bytes request;
};

class Link {
 public:
  virtual ~Link() = default;
  // Asks all side by side; a result for each call, in their order, once all have answered or `patience` is
  // over. Errors of one: kTimeout, kUnavailable (not reached, paused, removed), kPermissionDenied, and those
  // that the other side's handler returned, as they were.
  virtual std::vector<Result<Bytes>> AskAll(const std::vector<Call>& calls, Milliseconds patience) = 0;
};

}  // namespace concordat::federation
