// A seeded source of randomness: tests alone link it (concordat_base_testing).
#pragma once

#include <random>

#include "base/random.h"

namespace concordat {

// Same seed, same bytes, on every machine. Not thread-safe.
class SeededRandom final : public RandomSource {
 public:
  explicit SeededRandom(std::uint64_t seed) : engine_(seed) {}
  void Fill(std::span<std::uint8_t> out) override;

 private:
  std::mt19937_64 engine_;
};

}  // namespace concordat
