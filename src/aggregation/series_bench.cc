// What secrecy costs a member in a round of a series: its contribution as it is, and the same numbers hashed
// and signed alike without masks; and once a fit, agreeing on the keys that masks come from.
#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <vector>

#include "aggregation/masks.h"
#include "aggregation/octets.h"
#include "aggregation/series.h"
#include "base/check.h"

namespace concordat::aggregation {
namespace {

struct Members {
  SeriesTerms terms;
  std::vector<crypto::SigningKey> keys;
  OsRandom random;

  explicit Members(std::size_t count) {
    terms.colluding = count / 2;
    random.Fill(terms.context);
    for (std::size_t i = 0; i < count; ++i) {
      keys.push_back(*crypto::SigningKey::Generate(fmt::format("member{:03}", i), random));
      terms.parties.push_back(keys.back().verify_key());
    }
  }
  SeriesParty Party(std::size_t self) { return {terms, self, keys[self], random}; }
  std::vector<Bytes> Pledges(SeriesParty& first) {
    std::vector<Bytes> pledges = {first.Pledge()};
    for (std::size_t i = 1; i < keys.size(); ++i) pledges.push_back(Party(i).Pledge());
    return pledges;
  }
};

std::vector<Int128> Values(const benchmark::State& state) {
  return std::vector<Int128>(static_cast<std::size_t>(state.range(0)), Int128{12345} << 64);
}

void Masked(benchmark::State& state) {
  Members members(static_cast<std::size_t>(state.range(1)));
  SeriesParty party = members.Party(0);
  CHECK(party.Meet(members.Pledges(party)));
  const auto values = Values(state);
  for (auto _ : state) benchmark::DoNotOptimize(party.Contribute(AsBytes("a state"), values));
}

void Plain(benchmark::State& state) {
  Members members(static_cast<std::size_t>(state.range(1)));
  SeriesParty party = members.Party(0);
  SeriesRoll roll(members.terms);
  CHECK(roll.Meet(members.Pledges(party)));
  const auto values = Values(state);
  for (auto _ : state) {
    roll.Begin(AsBytes("a state"), values.size());
    const Bytes body = Residues(Width::k128, values);
    const crypto::Hash digest = crypto::Sha256(body);
    benchmark::DoNotOptimize(Joined({members.keys[0].Sign(roll.ContributionText(0, digest)), body}));
  }
}

// What a fit begins with: a key made and pledged, others' pledges checked, a secret shared with each.
void Keys(benchmark::State& state) {
  Members members(static_cast<std::size_t>(state.range(0)));
  for (auto _ : state) {
    SeriesParty party = members.Party(0);
    state.PauseTiming();
    const auto pledges = members.Pledges(party);
    state.ResumeTiming();
    CHECK(party.Meet(pledges));
  }
}

void Sizes(benchmark::internal::Benchmark* bench) {
  bench->ArgNames({"numbers", "members"});
  for (const int numbers : {16, 256, 1'024, 4'096, 8'192, 65'536}) bench->Args({numbers, 4});
  bench->Unit(benchmark::kMicrosecond);
}
BENCHMARK(Masked)->Apply(Sizes);
BENCHMARK(Plain)->Apply(Sizes);
BENCHMARK(Keys)->ArgName("members")->Arg(4)->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace concordat::aggregation
