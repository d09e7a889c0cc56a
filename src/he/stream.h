// The generator behind keys and errors: AES-256 in counter mode, the counter from 0, over zeros.
//
// Not thread-safe. Wiped when it goes.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <span>
#include <string_view>

#include "base/bytes.h"
#include "base/random.h"
#include "he/parameters.h"

namespace concordat::he {

class Stream final : public RandomSource {
 public:
  explicit Stream(const Seed& key);
  explicit Stream(RandomSource& random);  // by a fresh key
  void Fill(std::span<std::uint8_t> out) override;
  void Fill(std::span<std::uint64_t> out);  // little-endian words

 private:
  struct Ends {
    void operator()(void* context) const;
  };
  std::unique_ptr<void, Ends> context_;
};

// A stream of its own for each purpose and context:
// HMAC-SHA-256(seed, "concordat/he/1 PURPOSE\n" || context) is its key.
Stream Derive(const Seed& seed, std::string_view purpose, ByteView context);

}  // namespace concordat::he
