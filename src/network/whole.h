// Gradients of units, clipped and made whole, and added up without being made one by one: under noise no
// unit, whatever its rows are, moves the sum by more than so many steps. Argument: whole.proof.md.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/int128.h"
#include "network/network.h"

namespace concordat::network {

// How gradients become integers: a gradient of `bound` is `steps` of them, longer ones are pulled to it.
struct WholeClip {
  double bound = 1;         // above 0
  std::uint64_t steps = 0;  // at most kMostSteps
};
inline constexpr std::uint64_t kMostSteps = std::uint64_t{1} << 32;

// Not thread-safe.
class WholeSum {
 public:
  WholeSum(const Network& network, const WholeClip& clip);
  // The gradients of some units whose lanes lie one after the other: `starts` are units' first lanes,
  // ascending from 0. A unit whose gradient is not finite adds nothing.
  void Add(const std::vector<Factors>& factors, std::span<const Index> starts, Index lanes);
  // What all units added; the sum is 0 afterwards.
  std::vector<Int128> Take();

 private:
  const Network& network_;
  WholeClip clip_;
  std::vector<Int128> sum_;
};

}  // namespace concordat::network
