#include "base/testing_random.h"

#include <algorithm>
#include <cstring>

namespace concordat {

void SeededRandom::Fill(std::span<std::uint8_t> out) {
  while (!out.empty()) {
    const std::uint64_t word = engine_();
    const std::size_t take = std::min(out.size(), sizeof word);
    std::memcpy(out.data(), &word, take);
    out = out.subspan(take);
  }
}

}  // namespace concordat
