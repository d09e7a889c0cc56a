// Sources of randomness without surprises: tests alone link them (concordat_base_testing).
#pragma once

#include <algorithm>
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

// Every byte the same.
class ConstantRandom final : public RandomSource {
 public:
  explicit ConstantRandom(std::uint8_t byte) : byte_(byte) {}
  void Fill(std::span<std::uint8_t> out) override { std::ranges::fill(out, byte_); }

 private:
  std::uint8_t byte_;
};

}  // namespace concordat
