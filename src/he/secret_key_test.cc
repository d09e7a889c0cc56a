#include "he/secret_key.h"

#include <gtest/gtest.h>

#include "base/testing_random.h"
#include "he/threshold.h"

namespace concordat::he {
namespace {

TEST(SecretKey, DecryptsWhatItEncryptsAddsAndSelects) {
  SeededRandom random(1);
  const SecretKey key(Set::kP64, random);
  for (const std::size_t size : {1, 5, 8192, 8200}) {
    const Shape shape{Set::kP64, size};
    std::vector<std::uint64_t> values(size), doubled(size);
    std::vector<std::uint8_t> selected(size);
    std::uint64_t sum = 0;
    for (std::size_t i = 0; i < size; ++i) {
      values[i] = random.NextU64();
      doubled[i] = 2 * values[i];
      selected[i] = random.NextU64() & 1;
      sum += selected[i] * values[i];
    }
    const auto seeded = EncryptSeeded(key, values, random);
    ASSERT_TRUE(seeded);
    EXPECT_EQ(seeded->size(), SeededBytes(shape));
    const auto full = Expand(shape, *seeded);
    ASSERT_TRUE(full);
    EXPECT_EQ(*Decrypt(key, shape, *full), values);
    const std::vector<ByteView> twice = {*full, *full};
    EXPECT_EQ(*Decrypt(key, shape, *Add(shape, twice)), doubled);
    const auto one = SumSelected(shape, *full, selected);
    ASSERT_TRUE(one);
    EXPECT_EQ(*Decrypt(key, {Set::kP64, 1}, *one), std::vector<std::uint64_t>{sum});
  }
}

}  // namespace
}  // namespace concordat::he
