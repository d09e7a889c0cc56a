// Randomness that is none, for tests.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>

#include "base/random.h"

namespace concordat::aggregation {

// Every byte the same.
class Constant final : public RandomSource {
 public:
  explicit Constant(std::uint8_t byte) : byte_(byte) {}
  void Fill(std::span<std::uint8_t> out) override { std::ranges::fill(out, byte_); }

 private:
  std::uint8_t byte_;
};

}  // namespace concordat::aggregation
