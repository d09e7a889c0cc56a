#include "dp/sampled.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "base/testing_random.h"
#include "dp/accounting.h"
#include "dp/bernoulli.h"
#include "dp/discrete_gaussian.h"
#include "dp/scale.h"
#include "dp/tradeoff.h"

namespace concordat::dp {
namespace {

constexpr Delta kLittle{1e-6};

Measurement Sampled(double rate, double noise, std::uint32_t times = 1) {
  return {Mechanism::kDiscreteGaussian,
          static_cast<std::uint64_t>(kNoiseScale / noise),
          kNoiseScale,
          times,
          {},
          static_cast<std::uint64_t>(rate * kEveryone)};
}
Measurement OfEveryone(double noise, std::uint32_t times = 1) {
  Measurement plain = Sampled(1, noise, times);
  plain.rate = kEveryone;
  return plain;
}
double CostAt(const Measurements& measurements, Delta delta = kLittle) {
  Composition composition;
  composition.Add(measurements);
  return composition.ToEpsilon(delta).value;
}

TEST(RenyiOf, IsTheClosedFormAtOrderTwo) {
  for (const double rate : {1e-9, 1e-3, 0.1, 0.9}) {
    for (const double noise : {0.5, 1.0, 30.0}) {
      const Measurement m = Sampled(rate, noise);
      const double q = static_cast<double>(m.rate) / kEveryone;
      const double s = static_cast<double>(m.scale) / static_cast<double>(m.sensitivity);
      const double exact = std::log1p(q * q * std::expm1(1 / (s * s)));
      const double at2 = RenyiOf(m)[0];
      EXPECT_GE(at2, exact * (1 - 1e-12)) << rate << " " << noise;
      EXPECT_LE(at2, exact * (1 + 1e-7) + 1e-280) << rate << " " << noise;
    }
  }
}

// Divergence rises with the order, the rate and the sensitivity, and (order - 1) times it is convex.
TEST(RenyiOf, GrowsAsItMust) {
  const RenyiCurve& orders = RenyiOrders();
  for (const double rate : {1e-6, 0.01, 0.5, 0.999}) {
    for (const double noise : {0.5, 0.7, 1.0, 2.0, 8.0, 900.0, 3000.0}) {
      SCOPED_TRACE(testing::Message() << rate << " " << noise);
      const RenyiCurve curve = RenyiOf(Sampled(rate, noise));
      const RenyiCurve more = RenyiOf(Sampled(rate, noise * 0.9));
      const RenyiCurve oftener = RenyiOf(Sampled(std::min(1 - 1e-9, rate * 1.1), noise));
      for (std::size_t i = 0; i < kOrders; ++i) {
        EXPECT_GT(curve[i], 0);
        EXPECT_LE(curve[i], more[i] * (1 + 1e-3)) << orders[i];
        EXPECT_LE(curve[i], oftener[i] * (1 + 1e-3)) << orders[i];
        EXPECT_LE(curve[i], orders[i] / (noise * noise) / 2 * (1 + 1e-4)) << orders[i];
      }
    }
  }
}

TEST(RenyiEpsilon, IsThatOfZcdp) {
  // Proposition 12 of Canonne, Kamath, Steinke at rho 0.0242: what holds 121 counts of sigma 50.
  double least = 64;
  for (double order = 1.5; order < 200; order += 0.01)
    least = std::min(least, RenyiEpsilon(order, order * 121.0 / 5000, 1e-6));
  EXPECT_NEAR(least, 1, 0.005);
}

TEST(SampledComposition, CostsMoreWithEveryMeasurement) {
  const Measurements history = {Sampled(0.01, 1, 100),
                                OfEveryone(40),
                                Sampled(0.2, 6, 3),
                                Sampled(0.01, 1),
                                OfEveryone(30, 4),
                                Sampled(0.001, 0.8, 50),
                                {Mechanism::kDiscreteLaplace, 1 << 14, kNoiseScale, 2, {}}};
  // As they come, and with one of everyone before them.
  for (const bool late : {false, true}) {
    Measurements so_far;
    if (late) so_far.push_back(OfEveryone(100));
    double last = CostAt(so_far);
    for (const Measurement& m : history) {
      so_far.push_back(m);
      const double cost = CostAt(so_far);
      EXPECT_GT(cost, last);
      EXPECT_GT(CostAt(so_far, {1e-9}), cost);
      last = cost;
    }
    EXPECT_LT(last, 6);
  }
}

TEST(SampledComposition, ChargesRoundsOneByOneOrAtOnceAlike) {
  Composition one, all;
  for (int i = 0; i < 200; ++i) one.Add(Sampled(0.02, 1.2));
  all.Add(Sampled(0.02, 1.2, 200));
  EXPECT_NEAR(one.ToEpsilon(kLittle).value, all.ToEpsilon(kLittle).value, 1e-9);
  EXPECT_EQ(Composition::From(one.sums()).ToEpsilon(kLittle), one.ToEpsilon(kLittle));
  EXPECT_EQ(Composition::From(one.sums()).sums(), one.sums());
}

// The order of a filter is not chosen by what history came to: only what was measured first has its own.
TEST(SampledComposition, PaysForNotKnowingTheOrderBefore) {
  const double first = CostAt({Sampled(0.01, 1, 500), OfEveryone(2000)});
  const double late = CostAt({OfEveryone(2000), Sampled(0.01, 1, 500)});
  EXPECT_NEAR(first, CostAt({Sampled(0.01, 1, 500)}), 0.01);
  // delta of one filter of the 12: a 52429th.
  double least = 64;
  const RenyiCurve curve = RenyiOf(Sampled(0.01, 1));
  for (std::size_t i = 0; i < kOrders; ++i)
    least =
        std::min(least, RenyiEpsilon(RenyiOrders()[i], 500 * curve[i], kLittle.value * 15 / 128 / 512 / 12));
  EXPECT_GE(late, least);
  EXPECT_LT(late, least * 1.1);
  EXPECT_GT(late, first * 1.2);
}

TEST(SampledComposition, HoldsNoMoreThanItsBounds) {
  EXPECT_TRUE(std::isinf(CostAt({Sampled(0.01, 1)}, {0})));
  EXPECT_TRUE(std::isinf(CostAt({Sampled(0.01, 1, (1U << 20) + 1)})));
  EXPECT_TRUE(std::isinf(CostAt({Sampled(0.5, 0.02, 100)})));
  Measurement shown = Sampled(0.01, 1);
  shown.delta = kLittle;
  EXPECT_TRUE(std::isinf(CostAt({shown})));
  Measurement huge = Sampled(0.01, 1);
  huge.sensitivity = ~std::uint64_t{0};
  EXPECT_TRUE(std::isinf(CostAt({huge})));
}

TEST(StepsForSampled, BuysTheMostThatFits) {
  const struct {
    SampledRounds rounds;
    PrivacyBudget budget;
  } cases[] = {
      {{.rate = kEveryone / 100, .rounds = 1000}, {{1}, {1e-6}}},
      {{.rate = kEveryone / 100, .rounds = 1000, .owners = 4}, {{1}, {1e-6}}},
      {{.rate = kEveryone / 5, .rounds = 30, .scale = ScaleOfSum(3)}, {{0.1}, {1e-9}}},
      {{.rate = kEveryone, .rounds = 50}, {{3}, {1e-5}}},
      {{.rate = 1, .rounds = 10}, {{1}, {1e-6}}},
  };
  for (const auto& c : cases) {
    const std::uint64_t steps = StepsForSampled(c.rounds, c.budget);
    Composition fits, passes;
    fits.Add(MeasurementOf(c.rounds, steps));
    passes.Add(MeasurementOf(c.rounds, steps + 1));
    EXPECT_GT(steps, 0U);
    EXPECT_TRUE(fits.FitsIn(c.budget));
    EXPECT_TRUE(steps == kMostSteps || !passes.FitsIn(c.budget)) << steps;
  }
  EXPECT_EQ(StepsForSampled({.rate = kEveryone / 2}, {{0}, {1e-6}}), 0U);
  EXPECT_EQ(StepsForSampled({.rate = kEveryone / 2}, {{1}, {0}}), 0U);
}

// A unit with all of n owners is sampled n times, each time for one owner's part.
TEST(StepsForSampled, CountsEachOwnersOwnSample) {
  const SampledRounds four{.rate = kEveryone / 100, .rounds = 100, .owners = 4};
  EXPECT_EQ(MeasurementOf(four, 7).times, 400U);
  EXPECT_LT(StepsForSampled(four, {{1}, kLittle}), StepsForSampled({four.rate, 100}, {{1}, kLittle}));
}

// Transcripts of 8 rounds over two neighbours, as the mechanism makes them; the event is a large likelihood
// ratio, the best there is.
class Attack {
 public:
  Attack(double rate, std::int64_t steps) : rate_(rate), steps_(steps) {}

  std::vector<double> LogRatios(bool with, int transcripts, SeededRandom& random) const {
    BitSource bits(random);
    const DiscreteGaussian noise = *DiscreteGaussian::Make({kNoiseScale, 1});
    std::vector<double> ratios(static_cast<std::size_t>(transcripts));
    for (double& ratio : ratios) {
      for (int round = 0; round < kRounds; ++round) {
        const bool sampled = static_cast<double>(UniformBelow(kEveryone, bits)) < rate_ * kEveryone;
        ratio += LogRatio(noise.Sample(bits) + (with && sampled ? steps_ : 0));
      }
    }
    return ratios;
  }
  static constexpr int kRounds = 8;

 private:
  double LogRatio(std::int64_t answer) const {
    const double step = static_cast<double>(steps_) / kNoiseScale;
    const double z = static_cast<double>(answer) / kNoiseScale;
    return std::log1p(rate_ * std::expm1(step * z - step * step / 2));
  }
  double rate_;
  std::int64_t steps_;
};

// Six standard errors an event, 60 events: false alarms below 1e-6 a run.
bool Refutes(const Measurement& made, const Measurement& charged, double delta) {
  constexpr int kTranscripts = 60'000;
  const double epsilon = CostAt({charged}, {delta});
  const Attack attack(static_cast<double>(made.rate) / kEveryone,
                      static_cast<std::int64_t>(made.sensitivity));
  SeededRandom random(20240607);
  const std::vector<double> with = attack.LogRatios(true, kTranscripts, random);
  const std::vector<double> without = attack.LogRatios(false, kTranscripts, random);
  const auto share = [](const std::vector<double>& ratios, double least) {
    return static_cast<double>(
               std::count_if(ratios.begin(), ratios.end(), [&](double x) { return x >= least; })) /
           kTranscripts;
  };
  for (double least = 0; least < 6; least += 0.1) {
    const double p = share(with, least), q = share(without, least);
    const double error =
        std::sqrt((p * (1 - p) + std::exp(2 * epsilon) * q * (1 - q) + 1e-4 / kTranscripts) / kTranscripts);
    if (p - std::exp(epsilon) * q - delta > 6 * error) return true;
  }
  return false;
}

TEST(SampledRounds, KeepEpsilonAndDelta) {
  EXPECT_FALSE(Refutes(Sampled(0.25, 0.8, Attack::kRounds), Sampled(0.25, 0.8, Attack::kRounds), 0.01));
  EXPECT_FALSE(Refutes(Sampled(0.05, 0.6, Attack::kRounds), Sampled(0.05, 0.6, Attack::kRounds), 0.01));
}
TEST(SampledRounds, RefuterHasPower) {
  EXPECT_TRUE(Refutes(Sampled(0.25, 0.8, Attack::kRounds), Sampled(0.1, 0.8, Attack::kRounds), 0.01));
  EXPECT_TRUE(Refutes(Sampled(0.05, 0.6, Attack::kRounds), Sampled(0.05, 1.2, Attack::kRounds), 0.01));
}

}  // namespace
}  // namespace concordat::dp
