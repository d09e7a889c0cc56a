// Noise that repeats, for neighbour replay: the same draws for two databases, so that what is left between
// two answers is the data's. Tests alone link it (concordat_dp_testing).
#pragma once

#include "dp/noise.h"

namespace concordat::dp {

// The same sequence from the same seed, and again after Rewind. Not thread-safe.
class FrozenNoise final : public Noise {
 public:
  explicit FrozenNoise(std::uint64_t seed) : seed_(seed) {}
  void Take(Mechanism mechanism, std::span<std::int64_t> out) override;
  void Rewind() { taken_ = 0; }

 private:
  std::uint64_t seed_;
  std::uint64_t taken_ = 0;
};

// No noise at all: what a release computes on the way.
class NoNoise final : public Noise {
 public:
  void Take(Mechanism mechanism, std::span<std::int64_t> out) override;
};

}  // namespace concordat::dp
