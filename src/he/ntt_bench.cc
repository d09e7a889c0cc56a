// One transform of n = 8192 residues by each kernel. The figures to beat: SEAL 4.1 121 us, with HEXL 13.5;
// HEXL of 49 bits 16.3; OpenFHE 106.
#include <benchmark/benchmark.h>

#include "he/aligned.h"
#include "he/ntt.h"

namespace concordat::he {
namespace {

void Transform(benchmark::State& state, Kernel kernel, bool forward) {
  if (!Supports(kernel)) return state.SkipWithError("this processor does not have it");
  const Ntt ntt(Modulus(kPrimes[0]), kRingDegree, kernel);
  Residues values(kRingDegree);
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = i * i;
  for (auto _ : state) {
    forward ? ntt.Forward(values) : ntt.Inverse(values);
    benchmark::DoNotOptimize(values.data());
    benchmark::ClobberMemory();
  }
}
BENCHMARK_CAPTURE(Transform, forward_scalar, Kernel::kScalar, true)->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(Transform, inverse_scalar, Kernel::kScalar, false)->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(Transform, forward_avx2, Kernel::kAvx2, true)->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(Transform, inverse_avx2, Kernel::kAvx2, false)->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(Transform, forward_ifma, Kernel::kIfma, true)->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(Transform, inverse_ifma, Kernel::kIfma, false)->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace concordat::he
