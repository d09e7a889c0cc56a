// Randomness, injected. The product has one source, the operating system's. The seeded source for tests is in
// testing_random.h, in a library that no product target links.
#pragma once

#include <cstdint>
#include <span>

namespace concordat {

// Threading: as the implementation says; OsRandom may be used from any thread.
class RandomSource {
 public:
  virtual ~RandomSource() = default;
  // Fills `out` with independent uniform bytes. Cannot fail: a system without entropy is a CHECK.
  virtual void Fill(std::span<std::uint8_t> out) = 0;
  std::uint64_t NextU64();
};

// getrandom(2).
class OsRandom final : public RandomSource {
 public:
  void Fill(std::span<std::uint8_t> out) override;
};

}  // namespace concordat
