#include "he/lanes.h"

#include <gtest/gtest.h>

#include <bit>
#include <random>

#include "he/aligned.h"

namespace concordat::he {
namespace {

using Wide = unsigned __int128;

// Random ones and the edges, where lazy sums would run over; lengths that vectors do not divide.
Residues RandomResidues(std::mt19937_64& random, std::size_t size, std::uint64_t q) {
  Residues values(size);
  for (std::uint64_t& value : values) {
    const std::uint64_t edges[] = {0, 1, q / 2, q - 2, q - 1, random() % q, random() % q};
    value = edges[random() % 7];
  }
  return values;
}

constexpr std::size_t kSizes[] = {1, 2, 7, 8, 9, 15, 16, 31, 100, 1000};

class EveryKernel : public testing::TestWithParam<Kernel> {
 protected:
  void SetUp() override {
    if (!Supports(GetParam())) GTEST_SKIP() << "this processor does not have it";
  }
  // Calls with each prime and length.
  template <class Check>
  void ForEach(Check check) {
    for (const std::uint64_t q : kPrimes) {
      for (const std::size_t size : kSizes) {
        for (int i = 0; i < 5; ++i) check(Modulus(q), size);
      }
    }
  }
  const Lanes& lanes() const { return LanesOf(GetParam()); }
  std::mt19937_64 random_{1};
};
INSTANTIATE_TEST_SUITE_P(Lanes, EveryKernel, testing::Values(Kernel::kScalar, Kernel::kAvx2, Kernel::kIfma));

TEST_P(EveryKernel, AddsSubtractsAndMultiplies) {
  ForEach([&](const Modulus& modulus, std::size_t size) {
    const std::uint64_t q = modulus.value();
    const Residues a = RandomResidues(random_, size, q), b = RandomResidues(random_, size, q);
    Residues sum = a, difference = a, product(size);
    lanes().add(sum, b, modulus);
    lanes().subtract(difference, b, modulus);
    lanes().multiply(product, a, b, modulus);
    for (std::size_t i = 0; i < size; ++i) {
      ASSERT_EQ(sum[i], (a[i] + b[i]) % q);
      ASSERT_EQ(difference[i], (a[i] + q - b[i]) % q);
      ASSERT_EQ(product[i], static_cast<std::uint64_t>(Wide{a[i]} * b[i] % q));
    }
  });
}

TEST_P(EveryKernel, AddsSmallAndScaledIntegers) {
  ForEach([&](const Modulus& modulus, std::size_t size) {
    const std::uint64_t q = modulus.value();
    const Residues a = RandomResidues(random_, size, q);
    const std::uint64_t factor = RandomResidues(random_, 1, q)[0];
    std::vector<std::int8_t> small(size);
    std::vector<std::uint64_t> words(size);
    for (std::size_t i = 0; i < size; ++i) {
      small[i] = static_cast<std::int8_t>(random_());
      words[i] = random_() % 3 == 0 ? ~std::uint64_t{0} >> random_() % 64 : random_();
    }
    Residues shifted = a, scaled = a;
    lanes().add_small(shifted, small, modulus);
    lanes().add_scaled(scaled, words, factor, modulus);
    for (std::size_t i = 0; i < size; ++i) {
      ASSERT_EQ(shifted[i], (a[i] + q + static_cast<std::uint64_t>(std::int64_t{small[i]})) % q);
      ASSERT_EQ(scaled[i], static_cast<std::uint64_t>((Wide{words[i]} * factor + a[i]) % q));
    }
  });
}

TEST_P(EveryKernel, CentresCountsOfOnes) {
  for (const std::size_t size : kSizes) {
    std::vector<std::uint64_t> words(size);
    for (std::uint64_t& word : words)
      word = random_() % 4 == 0 ? ~std::uint64_t{0} << random_() % 64 : random_();
    std::vector<std::int8_t> out(size);
    lanes().centre(out, words);
    for (std::size_t i = 0; i < size; ++i) ASSERT_EQ(out[i], std::popcount(words[i] << 22) - 21);
  }
}

// Bit 49 i + k of the packed bytes is bit k of residue i.
TEST_P(EveryKernel, PacksAndUnpacks) {
  ForEach([&](const Modulus& modulus, std::size_t size) {
    const Residues residues = RandomResidues(random_, size, modulus.value());
    Bytes packed(PackedBytes(size)), expected(packed.size());
    for (std::size_t bit = 0; bit < 49 * size; ++bit)
      expected[bit / 8] |= static_cast<std::uint8_t>((residues[bit / 49] >> bit % 49 & 1) << bit % 8);
    lanes().pack(packed, residues);
    ASSERT_EQ(packed, expected);
    Residues unpacked(size);
    ASSERT_TRUE(lanes().unpack(unpacked, packed, modulus));
    ASSERT_EQ(unpacked, residues);
  });
}

TEST_P(EveryKernel, SeesResiduesOutOfRangeAndPadding) {
  ForEach([&](const Modulus& modulus, std::size_t size) {
    Residues residues = RandomResidues(random_, size, modulus.value()), unpacked(size);
    residues[random_() % size] = random_() % 2 == 0 ? modulus.value() : (std::uint64_t{1} << 49) - 1;
    Bytes packed(PackedBytes(size));
    lanes().pack(packed, residues);
    ASSERT_FALSE(lanes().unpack(unpacked, packed, modulus));
    if (size * 49 % 8 == 0) return;
    lanes().pack(packed, RandomResidues(random_, size, modulus.value()));
    ASSERT_TRUE(lanes().unpack(unpacked, packed, modulus));
    packed.back() |= 0x80;
    ASSERT_FALSE(lanes().unpack(unpacked, packed, modulus));
  });
}

}  // namespace
}  // namespace concordat::he
