// Noise that repeats, for neighbour replay: the same draws for two databases, so that what is left between
// two answers is the data's. Tests alone link it (concordat_dp_testing).
#pragma once

#include <array>
#include <vector>

#include "base/testing_random.h"
#include "dp/bits.h"
#include "dp/noise.h"

namespace concordat::dp {

// The same sequence for each mechanism from the same seed, and again after Rewind. Not thread-safe.
class FrozenNoise final : public Noise {
 public:
  explicit FrozenNoise(std::uint64_t seed) : random_(seed), bits_(random_) {}
  void Take(Mechanism mechanism, std::span<std::int64_t> out) override;
  void Rewind() { used_ = {}; }

 private:
  SeededRandom random_;
  BitSource bits_;
  std::array<std::vector<std::int64_t>, 2> drawn_;
  std::array<std::size_t, 2> used_{};
};

// No noise at all: what a release computes on the way.
class NoNoise final : public Noise {
 public:
  void Take(Mechanism mechanism, std::span<std::int64_t> out) override;
};

}  // namespace concordat::dp
