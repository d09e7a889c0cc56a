// 8192 values (one polynomial), three parties. The figures to beat: encrypting, SEAL with HEXL 1415 us,
// OpenFHE 5527; flooded partial decryption, OpenFHE 2545.
#include <benchmark/benchmark.h>

#include <optional>

#include "he/secret_key.h"
#include "he/threshold.h"

namespace concordat::he {
namespace {

constexpr std::size_t kParties = 3;

Seed SeedOf(std::size_t number) { return {static_cast<std::uint8_t>(number)}; }

// A session, up to the sum of everybody's encryption.
struct Session {
  Session(Set set, Kernel kernel) : shape{set, kRingDegree}, values(kRingDegree, 0x123456789abcdef) {
    std::vector<Bytes> shares, parts;
    for (std::size_t i = 0; i < kParties; ++i)
      shares.push_back(KeyShare(set, SeedOf(99), SeedOf(i), kernel).PublicShare());
    key.emplace(*JoinKeys(set, SeedOf(99), std::vector<ByteView>(shares.begin(), shares.end()), kernel));
    for (std::size_t i = 0; i < kParties; ++i) parts.push_back(*Encrypt(*key, values, random));
    sum = *Add(shape, std::vector<ByteView>(parts.begin(), parts.end()), kernel);
    part = parts[0];
  }
  Shape shape;
  std::vector<std::uint64_t> values;
  OsRandom random;
  std::optional<PublicKey> key;
  Bytes part, sum;
};

void Encrypts(benchmark::State& state, Set set, Kernel kernel) {
  if (!Supports(kernel)) return state.SkipWithError("this processor does not have it");
  Session session(set, kernel);
  for (auto _ : state) benchmark::DoNotOptimize(Encrypt(*session.key, session.values, session.random));
  state.counters["bytes_a_byte"] = static_cast<double>(session.part.size()) / (8 * kRingDegree);
}

// With the share made from its seed before, as in a session.
void DecryptsPartly(benchmark::State& state, Set set, Kernel kernel) {
  if (!Supports(kernel)) return state.SkipWithError("this processor does not have it");
  Session session(set, kernel);
  for (auto _ : state) {
    state.PauseTiming();
    KeyShare share(set, SeedOf(99), SeedOf(1), kernel);
    state.ResumeTiming();
    benchmark::DoNotOptimize(
        DecryptPartly(std::move(share), session.shape, kParties, session.sum, session.random));
  }
}

void Adds(benchmark::State& state, Set set, Kernel kernel) {
  if (!Supports(kernel)) return state.SkipWithError("this processor does not have it");
  Session session(set, kernel);
  const std::vector<ByteView> parts(kParties, session.part);
  for (auto _ : state) benchmark::DoNotOptimize(Add(session.shape, parts, kernel));
}

void Opens(benchmark::State& state, Set set, Kernel kernel) {
  if (!Supports(kernel)) return state.SkipWithError("this processor does not have it");
  Session session(set, kernel);
  std::vector<Bytes> partials;
  for (std::size_t i = 0; i < kParties; ++i)
    partials.push_back(*DecryptPartly(KeyShare(set, SeedOf(99), SeedOf(i), kernel), session.shape, kParties,
                                      session.sum, session.random));
  const std::vector<ByteView> views(partials.begin(), partials.end());
  for (auto _ : state) {
    auto opened = Open(session.shape, session.sum, views, kernel);
    if (!opened) return state.SkipWithError("it does not open");
    benchmark::DoNotOptimize(opened);
  }
}

void MakesShares(benchmark::State& state, Set set, Kernel kernel) {
  if (!Supports(kernel)) return state.SkipWithError("this processor does not have it");
  for (auto _ : state) benchmark::DoNotOptimize(KeyShare(set, SeedOf(99), SeedOf(1), kernel).PublicShare());
}

void EncryptsSeeded(benchmark::State& state, Set set, Kernel kernel) {
  if (!Supports(kernel)) return state.SkipWithError("this processor does not have it");
  OsRandom random;
  const SecretKey key(set, random, kernel);
  const std::vector<std::uint64_t> values(kRingDegree, 7);
  for (auto _ : state) benchmark::DoNotOptimize(EncryptSeeded(key, values, random));
  state.counters["bytes_a_byte"] = static_cast<double>(SeededBytes({set, kRingDegree})) / (8 * kRingDegree);
}

#define BY_EVERY_KERNEL(what, set)                                                                    \
  BENCHMARK_CAPTURE(what, set##_scalar, Set::k##set, Kernel::kScalar)->Unit(benchmark::kMicrosecond); \
  BENCHMARK_CAPTURE(what, set##_avx2, Set::k##set, Kernel::kAvx2)->Unit(benchmark::kMicrosecond);     \
  BENCHMARK_CAPTURE(what, set##_ifma, Set::k##set, Kernel::kIfma)->Unit(benchmark::kMicrosecond)

BY_EVERY_KERNEL(Encrypts, T64);
BY_EVERY_KERNEL(Encrypts, T32);
BY_EVERY_KERNEL(DecryptsPartly, T64);
BY_EVERY_KERNEL(Adds, T64);
BY_EVERY_KERNEL(Opens, T64);
BY_EVERY_KERNEL(MakesShares, T64);
BY_EVERY_KERNEL(EncryptsSeeded, P64);

}  // namespace
}  // namespace concordat::he
