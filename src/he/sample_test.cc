// False alarms below 1e-6 each (dp/testing_goodness.h); seeds are fixed.
#include "he/sample.h"

#include <gtest/gtest.h>

#include <cmath>

#include "base/testing_random.h"
#include "dp/testing_goodness.h"

namespace concordat::he {
namespace {

constexpr int kPolynomials = 400;

std::vector<std::int64_t> Drawn(Secret<std::int8_t> (*draw)(Stream&)) {
  SeededRandom random(1);
  Stream stream(random);
  std::vector<std::int64_t> sample;
  for (int i = 0; i < kPolynomials; ++i) {
    const auto polynomial = draw(stream);
    sample.insert(sample.end(), polynomial.all().begin(), polynomial.all().end());
  }
  return sample;
}

// The count of ones of so many fair coins, less 21.
dp::Probability Coins(int coins) {
  return [coins](std::int64_t value) {
    const double ones = static_cast<double>(value) + 21;
    return ones < 0 || ones > coins
               ? 0
               : std::exp(std::lgamma(coins + 1) - std::lgamma(ones + 1) - std::lgamma(coins - ones + 1));
  };
}

TEST(Ternary, HasThreeValuesAlike) {
  const auto sample = Drawn(SampleTernary);
  const dp::Probability alike = [](std::int64_t value) { return std::abs(value) <= 1 ? 1.0 : 0; };
  const dp::Probability halved = [](std::int64_t value) { return value == 0 ? 2.0 : std::abs(value) == 1; };
  // What bytes would give by their remainder of 3 if 243 and more were not passed over: the least bias
  // that a wrong sampler could have.
  const dp::Probability biased = [](std::int64_t value) {
    return value == -1 ? 86.0 : std::abs(value) <= 1 ? 85.0 : 0;
  };
  EXPECT_FALSE(dp::RefutesDistribution(sample, alike));
  EXPECT_TRUE(dp::RefutesDistribution(sample, halved));
  EXPECT_TRUE(dp::RefutesDistribution(sample, biased));
}

TEST(Error, IsCentredBinomial) {
  const auto sample = Drawn([](Stream& stream) { return SampleError(stream, BestKernel()); });
  EXPECT_FALSE(dp::RefutesDistribution(sample, Coins(42)));
  EXPECT_TRUE(dp::RefutesDistribution(sample, Coins(41)));
  EXPECT_TRUE(dp::RefutesDistribution(sample, Coins(43)));
}

// By the place among sixteen parts of equal size; the control is a prime that is an eighth smaller.
TEST(Uniform, FillsTheRange) {
  SeededRandom random(2);
  Stream stream(random);
  const Residues residues = SampleUniform(stream, 4);
  std::vector<std::int64_t> parts;
  for (std::size_t i = 0; i < residues.size(); ++i) {
    ASSERT_LT(residues[i], kPrimes[i / kRingDegree]);
    parts.push_back(static_cast<std::int64_t>(residues[i] >> 45));
  }
  const auto below = [](std::int64_t end) {
    return [end](std::int64_t value) { return value >= 0 && value < end ? 1.0 : 0; };
  };
  EXPECT_FALSE(dp::RefutesDistribution(parts, below(16)));
  EXPECT_TRUE(dp::RefutesDistribution(parts, below(14)));
}

TEST(Stream, GivesTheSameInAnyPieces) {
  const Seed key{1, 2, 3};
  Stream whole(key), pieces(key);
  Bytes expected(1000), got(1000);
  whole.Fill(std::span(expected));
  for (std::size_t at = 0, size = 1; at < got.size(); at += size, size = std::min(size + 7, got.size() - at))
    pieces.Fill(std::span(got).subspan(at, size));
  EXPECT_EQ(got, expected);
}

// AES-256 of the block of zeros under the key of zeros (known answer of the GCM specification, case 13: H).
TEST(Stream, IsAes256) {
  Stream stream(Seed{});
  Bytes block(16);
  stream.Fill(std::span(block));
  EXPECT_EQ(ToHex(block), "dc95c078a2408989ad48a21492842087");
}

}  // namespace
}  // namespace concordat::he
