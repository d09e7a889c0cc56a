// Where answers get their noise: the seam that the pool (pool.h) fills in a node, and frozen noise
// (testing_noise.h) in neighbour-replay tests.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "base/int128.h"
#include "dp/measurement.h"

namespace concordat::dp {

// Coordinates of one released vector. The accountant's bound on how far discrete noise is from continuous
// noise (accounting.proof.md) holds for as many.
inline constexpr std::size_t kMostCoordinates = std::size_t{1} << 20;

// Threading: as the implementation says.
class Noise {
 public:
  virtual ~Noise() = default;
  // Fills `out` with fresh independent draws at kNoiseScale (scale.h). Each is handed out once.
  virtual void Take(Mechanism mechanism, std::span<std::int64_t> out) = 0;
};

// Adds one fresh draw to each exact sum, and wipes the draws. Precondition: at most kMostCoordinates sums.
void AddNoise(Mechanism mechanism, std::span<Int128> sums, Noise& noise);

}  // namespace concordat::dp
