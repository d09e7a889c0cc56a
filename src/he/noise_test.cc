// Noise as it is, against what he.proof.md says of it.
#include "he/noise.h"

#include <gtest/gtest.h>

#include <cmath>

#include "base/testing_random.h"
#include "dp/testing_goodness.h"
#include "he/encoding.h"
#include "he/sample.h"
#include "he/testing_session.h"
#include "he/wire.h"

namespace concordat::he {
namespace {

constexpr Kernel kScalar = Kernel::kScalar;

// The sum of the parties' secret polynomials, as KeyShare derives them.
std::vector<std::int8_t> JointSecret(const Session& session) {
  std::vector<std::int8_t> joint(kRingDegree);
  for (std::size_t i = 0; i < session.parties; ++i) {
    Bytes context = {static_cast<std::uint8_t>(session.set)};
    const Seed common = TestSeed(session.common);
    context.insert(context.end(), common.begin(), common.end());
    Stream stream = Derive(TestSeed(session.first_secret + i), "share", context);
    const auto share = SampleTernary(stream);
    for (std::size_t k = 0; k < joint.size(); ++k)
      joint[k] = static_cast<std::int8_t>(joint[k] + share.all()[k]);
  }
  return joint;
}

// c1 s, of the first polynomial.
Residues TimesSecret(const Shape& shape, ByteView sum, SmallRow secret, std::size_t prime) {
  Residues row(kRingDegree), lifted(kRingDegree);
  const Ring& ring = Ring::Of(prime, kScalar);
  EXPECT_TRUE(Read(row, sum, InCiphertext(shape, 0, Half::kC1, prime), prime, LanesOf(kScalar)));
  ring.Lift(lifted, secret);
  ring.Multiply(row, row, lifted);
  ring.Inverse(row);
  row.resize(shape.values);
  return row;
}

// c0 + c1 s less the encoded sum: the same small integers modulo every prime.
std::vector<double> NoiseOf(const Session& session, const Shape& shape, ByteView sum, ConstRow values) {
  const auto secret = JointSecret(session);
  std::vector<double> noise(shape.values);
  for (std::size_t prime = 0; prime < Of(shape.set).primes; ++prime) {
    const Ring& ring = Ring::Of(prime, kScalar);
    Residues row(shape.values), encoded(shape.values);
    EXPECT_TRUE(Read(row, sum, InCiphertext(shape, 0, Half::kC0, prime), prime, LanesOf(kScalar)));
    ring.Add(row, TimesSecret(shape, sum, secret, prime));
    Encoding(shape.set, values).AddTo(encoded, prime, kScalar);
    ring.Subtract(row, encoded);
    for (std::size_t i = 0; i < row.size(); ++i) {
      const double q = static_cast<double>(kPrimes[prime]), value = static_cast<double>(row[i]);
      const double centred = value > q / 2 ? value - q : value;
      if (prime > 0) EXPECT_EQ(centred, noise[i]);
      noise[i] = centred;
    }
  }
  return noise;
}

double RootMeanSquare(const std::vector<double>& values) {
  double squares = 0;
  for (const double value : values) squares += value * value;
  return std::sqrt(squares / static_cast<double>(values.size()));
}

// Within the bound, and as large as its parts make it: e u and e1 s have n N K terms each of 10.5 times 2/3.
// The root mean square of 8192 coefficients is within 6% of that but with a chance below 1e-6; noise of one
// contribution more or less is not.
TEST(Noise, IsWithinItsBoundAndAsLargeAsItShouldBe) {
  SeededRandom random(1);
  for (const Set set : {Set::kT64, Set::kT32}) {
    for (const std::size_t parties : {1, 3, 10}) {
      for (const std::size_t contributions : {1, 4}) {
        const Session session(set, parties);
        const Shape shape{set, kRingDegree};
        std::vector<std::vector<std::uint64_t>> rows(contributions, std::vector<std::uint64_t>(shape.values));
        std::vector<std::uint64_t> sums(shape.values);
        for (auto& row : rows) {
          for (std::size_t i = 0; i < row.size(); ++i) sums[i] += row[i] = random.NextU64();
        }
        const auto noise = NoiseOf(session, shape, session.SumOf(rows, random), sums);
        const double bound = NoiseBound({.parties = parties, .contributions = contributions});
        for (const double value : noise) ASSERT_LT(std::abs(value), bound);
        const auto expected = [&](double count) {
          return std::sqrt(10.5 * count * (4.0 / 3 * kRingDegree * static_cast<double>(parties) + 1));
        };
        const auto k = static_cast<double>(contributions);
        EXPECT_NEAR(RootMeanSquare(noise) / expected(k), 1, 0.06);
        EXPECT_GT(std::abs(RootMeanSquare(noise) / expected(k + 1) - 1), 0.06);
      }
    }
  }
}

// A partial decryption less c1 s: by the first two primes, of 98 bits, and seen again by the third.
std::vector<Uint128> FloodingOf(const Shape& shape, ByteView sum, ByteView partial, SmallRow secret,
                                int bits) {
  std::vector<Residues> rows;
  for (std::size_t prime = 0; prime < 3; ++prime) {
    const Ring& ring = Ring::Of(prime, kScalar);
    Residues row(shape.values);
    EXPECT_TRUE(Read(row, partial, InPartial(shape, 0, prime), prime, LanesOf(kScalar)));
    ring.Subtract(row, TimesSecret(shape, sum, secret, prime));
    const std::uint64_t middle = ring.modulus().Power(2, static_cast<std::uint64_t>(bits - 1));
    for (std::uint64_t& value : row) value = ring.modulus().Add(value, middle);
    rows.push_back(std::move(row));
  }
  const Modulus second(kPrimes[1]);
  std::vector<Uint128> flooding;
  for (std::size_t i = 0; i < shape.values; ++i) {
    const std::uint64_t less = second.Subtract(rows[1][i], rows[0][i] % kPrimes[1]);
    const std::uint64_t times = second.Multiply(less, second.Inverse(kPrimes[0] % kPrimes[1]));
    flooding.push_back(rows[0][i] + Uint128{times} * kPrimes[0]);
    EXPECT_EQ(static_cast<std::uint64_t>(flooding.back() % kPrimes[2]), rows[2][i]);
  }
  return flooding;
}

// Uniform on 2^bits integers: by its lowest and by its highest four bits (false alarms below 1e-6 each).
// The control: flooding of one bit less is seen.
TEST(Flooding, IsUniformAndAsWideAsItMustBe) {
  SeededRandom random(2);
  for (const Set set : {Set::kT64, Set::kT32}) {
    const Session session(set, 1);
    const Shape shape{set, kRingDegree};
    const Bytes sum = session.SumOf({std::vector<std::uint64_t>(shape.values, 7)}, random);
    const int bits = *FloodingBits(shape, {.parties = 1, .contributions = 1});
    const auto secret = JointSecret(session);
    std::vector<std::int64_t> low, high, narrow;
    for (const Uint128 value :
         FloodingOf(shape, sum, session.Partials(shape, sum, random)[0], secret, bits)) {
      ASSERT_LT(value, Uint128{1} << bits);
      low.push_back(static_cast<std::int64_t>(value & 15));
      high.push_back(static_cast<std::int64_t>(value >> (bits - 4)));
      narrow.push_back(static_cast<std::int64_t>(value >> (bits - 3)));
    }
    const dp::Probability sixteenth = [](std::int64_t value) { return value >= 0 && value < 16 ? 1.0 : 0; };
    EXPECT_FALSE(dp::RefutesDistribution(low, sixteenth));
    EXPECT_FALSE(dp::RefutesDistribution(high, sixteenth));
    EXPECT_TRUE(dp::RefutesDistribution(narrow, sixteenth));
  }
}

// Statistical distance of all values together below 2^-48, and room for every party's flooding.
TEST(Flooding, HidesAndLeavesRoom) {
  for (const Set set : {Set::kT64, Set::kT32}) {
    const double room = 49.0 * static_cast<double>(Of(set).primes) - Of(set).plaintext_bits - 1;
    for (const std::size_t parties : {1, 2, 50, 1024}) {
      for (const std::size_t contributions : {1, 50, 65535}) {
        for (const std::size_t values : {std::size_t{1}, kRingDegree, std::size_t{1} << 20, kMostValues}) {
          const SumNoise noise{.parties = parties, .contributions = contributions};
          const auto bits = FloodingBits({set, values}, noise);
          if (!bits) continue;
          const double distance = NoiseBound(noise) * static_cast<double>(values) / std::exp2(*bits);
          EXPECT_LE(distance, std::exp2(-48) / static_cast<double>(parties));
          const double total = static_cast<double>(parties) * std::exp2(*bits - 1) + NoiseBound(noise);
          EXPECT_LT(total, std::exp2(room - 10));
          EXPECT_GE(static_cast<double>(DistanceBound(set, noise, *bits)),
                    total * std::exp2(128 - 49.0 * static_cast<double>(Of(set).primes)));
        }
      }
    }
  }
  const auto fits = [](Set set, std::size_t values, std::size_t parties) {
    return FloodingBits({set, values}, {.parties = parties, .contributions = parties}).has_value();
  };
  EXPECT_TRUE(fits(Set::kT64, kMostValues, 50));
  EXPECT_TRUE(fits(Set::kT64, std::size_t{1} << 20, 1024));
  EXPECT_TRUE(fits(Set::kT32, std::size_t{1} << 16, 50));
  EXPECT_FALSE(fits(Set::kT32, kMostValues, 1024));
}

}  // namespace
}  // namespace concordat::he
