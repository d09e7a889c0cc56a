#include "dp/noise.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "base/check.h"
#include "base/mutation.h"

namespace concordat::dp {

void AddNoise(Mechanism mechanism, std::span<Int128> sums, Noise& noise) {
  CHECK(sums.size() <= kMostCoordinates);
  if (Mutated("noise_left_out")) return;
  std::array<std::int64_t, 512> draws{};
  while (!sums.empty()) {
    const std::size_t count = std::min(sums.size(), draws.size());
    noise.Take(mechanism, std::span(draws).first(count));
    for (std::size_t i = 0; i < count; ++i) sums[i] += draws[i];
    sums = sums.subspan(count);
  }
  explicit_bzero(draws.data(), sizeof draws);
}

}  // namespace concordat::dp
