#include "dp/pool.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <thread>

#include "base/testing_random.h"
#include "dp/discrete_gaussian.h"
#include "dp/discrete_laplace.h"
#include "dp/scale.h"
#include "dp/testing_noise.h"

namespace concordat::dp {
namespace {

using enum Mechanism;
constexpr Scale kScale{.numerator = kNoiseScale, .denominator = 1};

struct Stocks {
  std::vector<std::int64_t> gaussian, laplace;
};

// What the refill thread puts in first: blocks of each in turn, until both stocks are full.
Stocks FirstStocks(std::uint64_t seed) {
  SeededRandom random(seed);
  BitSource bits(random);
  const auto gaussian = DiscreteGaussian::Make(kScale);
  const auto laplace = DiscreteLaplace::Make(kScale);
  Stocks stocks;
  while (stocks.laplace.size() < NoisePool::kStock) {
    for (std::size_t i = 0; i < NoisePool::kBlock; ++i) stocks.gaussian.push_back(gaussian->Sample(bits));
    for (std::size_t i = 0; i < NoisePool::kBlock; ++i) stocks.laplace.push_back(laplace->Sample(bits));
  }
  return stocks;
}

// Four threads empty a full stock in uneven bites: together they hold each draw that was put in exactly once.
TEST(NoisePool, HandsOutEachDrawOnce) {
  SeededRandom random(1);
  NoisePool pool(random);
  pool.WaitUntilFull();
  constexpr std::size_t kThreads = 4, kEach = NoisePool::kStock / kThreads;
  std::vector<std::int64_t> gaussians(NoisePool::kStock), laplaces(NoisePool::kStock);
  std::vector<std::thread> threads;
  for (std::size_t t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      for (std::size_t at = 0, bite = 1; at < kEach; at += bite, bite = bite % 97 + 1) {
        bite = std::min(bite, kEach - at);
        pool.Take(kDiscreteGaussian, std::span(gaussians).subspan(t * kEach + at, bite));
        pool.Take(kDiscreteLaplace, std::span(laplaces).subspan(t * kEach + at, bite));
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  Stocks expected = FirstStocks(1);
  std::sort(gaussians.begin(), gaussians.end());
  std::sort(laplaces.begin(), laplaces.end());
  std::sort(expected.gaussian.begin(), expected.gaussian.end());
  std::sort(expected.laplace.begin(), expected.laplace.end());
  EXPECT_EQ(gaussians, expected.gaussian);
  EXPECT_EQ(laplaces, expected.laplace);
}

TEST(NoisePool, KeepsOrderForOneTaker) {
  SeededRandom random(2);
  NoisePool pool(random);
  pool.WaitUntilFull();
  std::vector<std::int64_t> laplaces(NoisePool::kStock);
  pool.Take(kDiscreteLaplace, laplaces);
  EXPECT_EQ(laplaces, FirstStocks(2).laplace);
}

TEST(NoisePool, ServesMoreThanItHolds) {
  SeededRandom random(3);
  NoisePool pool(random);
  std::vector<std::int64_t> draws(NoisePool::kStock * 3 + 17);
  pool.Take(kDiscreteGaussian, draws);
  double square = 0;
  for (const std::int64_t x : draws) square += std::pow(static_cast<double>(x) / kNoiseScale, 2);
  const auto count = static_cast<double>(draws.size());
  EXPECT_NEAR(square / count, 1, 6 * std::sqrt(2 / count));  // false alarm below 1e-8
  // A cell handed out after it was wiped would be a zero; a true zero comes up once in 2.6 million draws, so
  // that eight are a false alarm below 1e-13.
  EXPECT_LT(std::count(draws.begin(), draws.end(), 0), 8);
}

TEST(NoisePool, StopsWhileItRefills) {
  SeededRandom random(4);
  for (int i = 0; i < 50; ++i) {
    NoisePool pool(random);
    std::int64_t draw = 0;
    if (i % 2 == 0) pool.Take(kDiscreteLaplace, {&draw, 1});
  }
}

TEST(AddNoise, AddsOneDrawToEachSum) {
  FrozenNoise noise(5);
  std::vector<std::int64_t> draws(2000);
  noise.Take(kDiscreteGaussian, draws);
  noise.Rewind();
  std::vector<Int128> sums(2000, Int128{7} << 80);
  AddNoise(kDiscreteGaussian, sums, noise);
  for (std::size_t i = 0; i < sums.size(); ++i) EXPECT_EQ(sums[i] - (Int128{7} << 80), Int128{draws[i]});
}

TEST(FrozenNoise, RepeatsAfterRewindHoweverItIsTaken) {
  FrozenNoise noise(6);
  std::vector<std::int64_t> whole(100), parts(100), other(100);
  noise.Take(kDiscreteLaplace, whole);
  noise.Rewind();
  noise.Take(kDiscreteGaussian, other);
  noise.Take(kDiscreteLaplace, std::span(parts).first(1));
  noise.Take(kDiscreteLaplace, std::span(parts).subspan(1));
  EXPECT_EQ(whole, parts);
  EXPECT_NE(whole, other);
  NoNoise none;
  none.Take(kDiscreteGaussian, parts);
  EXPECT_EQ(parts, std::vector<std::int64_t>(100, 0));
}

}  // namespace
}  // namespace concordat::dp
