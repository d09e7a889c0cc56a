// What a sum costs: one member's processor time under masks, whole sums under encryption, and bytes.
#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <vector>

#include "aggregation/party.h"
#include "aggregation/receiver.h"
#include "base/check.h"

namespace concordat::aggregation {
namespace {

struct Session {
  Terms terms;
  std::vector<crypto::SigningKey> keys;
  std::vector<std::unique_ptr<Party>> parties;
  std::unique_ptr<Receiver> receiver;
  OsRandom random;
  std::size_t bytes = 0;  // that the receiver was sent

  Session(Way way, Width width, std::size_t count, std::size_t length) {
    terms = {.way = way, .width = width, .length = length, .quorum = count, .colluding = count / 2};
    random.Fill(terms.context);
    for (std::size_t i = 0; i < count; ++i) {
      keys.push_back(*crypto::SigningKey::Generate(fmt::format("member{:03}", i), random));
      terms.parties.push_back(keys.back().verify_key());
    }
    for (std::size_t i = 0; i < count; ++i) parties.push_back(*MakeParty(terms, i, keys[i], random));
    receiver = *MakeReceiver(terms);
  }

  // Every party speaks; what they are handed next.
  template <class Speak>
  std::vector<Message> Round(Speak speak) {
    for (auto& party : parties) {
      auto message = speak(*party);
      CHECK(message);
      bytes += message->body.size();
      CHECK(receiver->Add(std::move(*message)));
    }
    return *receiver->Close();
  }
};

// Up to the member's masked vector, signed: 10^7 numbers, 50 members.
void MaskedContribution(benchmark::State& state) {
  const std::vector<Int128> values(static_cast<std::size_t>(state.range(0)), Int128{12345});
  const auto width = static_cast<Width>(state.range(2));
  for (auto _ : state) {
    state.PauseTiming();
    Session session(Way::kMasks, width, static_cast<std::size_t>(state.range(1)), values.size());
    const auto commits = session.Round([](Party& party) { return party.Commit(); });
    const auto reveals = session.Round([&](Party& party) { return party.Reveal(commits); });
    state.ResumeTiming();
    auto message = session.parties[0]->Contribute(reveals, values);
    CHECK(message);
    state.PauseTiming();
    message = {};
    state.ResumeTiming();
  }
}
BENCHMARK(MaskedContribution)
    ->ArgNames({"numbers", "members", "bits"})
    ->Args({10'000'000, 50, 64})
    ->Args({10'000'000, 50, 128})
    ->ArgsProduct({{1'000'000}, {2, 4, 8, 16, 32, 50}, {64}})
    ->Unit(benchmark::kMillisecond)
    ->Iterations(2);

// The receiver's side of the same: each contribution taken as it comes, then every mask that is left taken
// off.
void MaskedReceipt(benchmark::State& state) {
  const std::vector<Int128> values(static_cast<std::size_t>(state.range(0)), Int128{12345});
  for (auto _ : state) {
    state.PauseTiming();
    Session session(Way::kMasks, Width::k64, static_cast<std::size_t>(state.range(1)), values.size());
    const auto commits = session.Round([](Party& party) { return party.Commit(); });
    const auto reveals = session.Round([&](Party& party) { return party.Reveal(commits); });
    for (auto& party : session.parties) {
      auto message = party->Contribute(reveals, values);
      CHECK(message);
      state.ResumeTiming();
      CHECK(session.receiver->Add(*std::move(message)));
      state.PauseTiming();
    }
    const auto contributions = *session.receiver->Close();
    const auto agreements = session.Round([&](Party& party) { return party.Agree(contributions); });
    session.Round([&](Party& party) { return party.Open(agreements); });
    state.ResumeTiming();
    CHECK(session.receiver->Finish());
  }
}
BENCHMARK(MaskedReceipt)
    ->ArgNames({"numbers", "members"})
    ->Args({10'000'000, 50})
    ->Unit(benchmark::kMillisecond)
    ->Iterations(1);

// All parties and the receiver, one after the other, in one thread.
void WholeSum(benchmark::State& state) {
  const auto way = static_cast<Way>(state.range(0));
  const std::vector<Int128> values(static_cast<std::size_t>(state.range(1)), Int128{-7});
  std::size_t bytes = 0;
  for (auto _ : state) {
    state.PauseTiming();
    Session session(way, static_cast<Width>(state.range(3)), static_cast<std::size_t>(state.range(2)),
                    values.size());
    state.ResumeTiming();
    const auto commits = session.Round([](Party& party) { return party.Commit(); });
    const auto reveals = session.Round([&](Party& party) { return party.Reveal(commits); });
    const auto contributions = session.Round([&](Party& party) { return party.Contribute(reveals, values); });
    const auto agreements = session.Round([&](Party& party) { return party.Agree(contributions); });
    session.Round([&](Party& party) { return party.Open(agreements); });
    CHECK(session.receiver->Finish());
    bytes = session.bytes;
  }
  state.counters["bytes_received"] = static_cast<double>(bytes);
}
BENCHMARK(WholeSum)
    ->ArgNames({"way", "numbers", "members", "bits"})
    ->ArgsProduct({{1, 2}, {1, 16, 1024, 16384}, {4}, {64, 128}})
    ->ArgsProduct({{1, 2}, {1024}, {2, 8, 16, 32, 50}, {64}})
    ->Unit(benchmark::kMillisecond)
    ->Iterations(3);

}  // namespace
}  // namespace concordat::aggregation
