#include "peer/backoff.h"

#include <algorithm>

namespace concordat::peer {

Milliseconds BackoffAfter(int failures, Milliseconds first, Milliseconds longest, RandomSource& random) {
  constexpr int kMostDoublings = 20;
  const std::int64_t doubled = first.count() << std::clamp(failures - 1, 0, kMostDoublings);
  const auto most = static_cast<std::uint64_t>(std::min(doubled, longest.count()));
  return Milliseconds(static_cast<std::int64_t>(most - random.NextU64() % (most / 2 + 1)));
}

}  // namespace concordat::peer
