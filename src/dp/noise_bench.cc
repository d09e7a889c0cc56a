// Draws a second: sampled, out of the pool, and the randomness under them.
#include <benchmark/benchmark.h>

#include <vector>

#include "base/random.h"
#include "dp/bits.h"
#include "dp/discrete_gaussian.h"
#include "dp/discrete_laplace.h"
#include "dp/pool.h"
#include "dp/scale.h"

namespace concordat::dp {
namespace {

constexpr Scale kScale{.numerator = kNoiseScale, .denominator = 1};

template <class Sampler>
void Sampled(benchmark::State& state) {
  OsRandom random;
  BitSource bits(random);
  const auto sampler = Sampler::Make(kScale);
  for (auto _ : state) benchmark::DoNotOptimize(sampler->Sample(bits));
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(Sampled<DiscreteGaussian>);
BENCHMARK(Sampled<DiscreteLaplace>);

// `range(0)` draws a call, never more than a full pool holds. Few iterations: each waits, untimed, for a full
// pool.
void OutOfThePool(benchmark::State& state) {
  OsRandom random;
  NoisePool pool(random);
  std::vector<std::int64_t> draws(static_cast<std::size_t>(state.range(0)));
  const auto calls = static_cast<int>(NoisePool::kStock / draws.size());
  for (auto _ : state) {
    state.PauseTiming();
    pool.WaitUntilFull();
    state.ResumeTiming();
    for (int i = 0; i < calls; ++i) pool.Take(Mechanism::kDiscreteGaussian, draws);
  }
  state.SetItemsProcessed(state.iterations() * calls * state.range(0));
}
BENCHMARK(OutOfThePool)->Arg(1)->Arg(16)->Arg(1024)->UseRealTime()->Iterations(50);

void RandomBits(benchmark::State& state) {
  OsRandom random;
  BitSource bits(random);
  for (auto _ : state) benchmark::DoNotOptimize(bits.Take16());
  state.SetBytesProcessed(state.iterations() * 2);
}
BENCHMARK(RandomBits);

}  // namespace
}  // namespace concordat::dp
