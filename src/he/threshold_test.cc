#include "he/threshold.h"

#include <gtest/gtest.h>

#include "base/testing_random.h"

namespace concordat::he {
namespace {

std::vector<ByteView> Views(const std::vector<Bytes>& messages) { return {messages.begin(), messages.end()}; }

Seed SeedOf(std::uint8_t byte) {
  Seed seed;
  seed.fill(byte);
  return seed;
}

TEST(Threshold, OpensTheSum) {
  SeededRandom random(1);
  for (const Set set : {Set::kT64, Set::kT32}) {
    for (const std::size_t size : {1, 3, 8192, 9000}) {
      const Shape shape{set, size};
      std::vector<Bytes> shares, parts, partials;
      std::vector<KeyShare> keys;
      for (std::uint8_t i = 0; i < 3; ++i) {
        keys.emplace_back(set, SeedOf(9), SeedOf(i));
        shares.push_back(keys.back().PublicShare());
      }
      const auto key = JoinKeys(set, SeedOf(9), Views(shares));
      ASSERT_TRUE(key);
      std::vector<std::uint64_t> expected(size);
      for (int i = 0; i < 3; ++i) {
        std::vector<std::uint64_t> values(size);
        for (std::size_t j = 0; j < size; ++j) {
          values[j] = random.NextU64();
          expected[j] += values[j];
        }
        parts.push_back(*Encrypt(*key, values, random));
      }
      if (set == Set::kT32)
        for (auto& value : expected) value &= 0xffffffff;
      const auto sum = Add(shape, Views(parts));
      ASSERT_TRUE(sum);
      for (auto& share : keys) partials.push_back(*DecryptPartly(std::move(share), shape, 3, *sum, random));
      const auto opened = Open(shape, *sum, Views(partials));
      ASSERT_TRUE(opened) << opened.error().message;
      EXPECT_EQ(*opened, expected);
    }
  }
}

}  // namespace
}  // namespace concordat::he
