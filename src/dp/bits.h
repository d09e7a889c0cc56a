// Random bits by the block: one fill of the source serves thousands of draws.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "base/random.h"

namespace concordat::dp {

// Threading: one thread at a time. Used bits are overwritten by the next fill, and wiped at the end.
class BitSource {
 public:
  explicit BitSource(RandomSource& random) : random_(random) {}
  BitSource(const BitSource&) = delete;
  BitSource& operator=(const BitSource&) = delete;
  ~BitSource();

  // 16 independent fair bits.
  std::uint16_t Take16() {
    if (used_ == words_.size()) Refill();
    return words_[used_++];
  }

 private:
  void Refill();

  RandomSource& random_;
  std::array<std::uint16_t, 16384> words_{};
  std::size_t used_ = words_.size();
};

}  // namespace concordat::dp
