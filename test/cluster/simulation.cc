// Simulated federations, a seed each; prints what went wrong and the command that shows it again.
//
//   federation_simulation [--seeds FIRST COUNT] [--sums plain|real] [--fits | --noisy-fits] [--seed ONE]
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>
#include <string>

#include "federation/sums.h"
#include "federation/testing_simulation.h"
#include "federation/testing_sum.h"

namespace {

struct Options {
  std::uint64_t first = 1;
  std::uint64_t count = 5'000;
  bool real = false;
  bool fits = false;
  bool noisy = false;
  bool traces = false;
};

Options Read(int count, char** words) {
  Options options;
  for (int i = 1; i < count; ++i) {
    const std::string word = words[i];
    if (word == "--seeds" && i + 2 < count) {
      options.first = std::strtoull(words[++i], nullptr, 10);
      options.count = std::strtoull(words[++i], nullptr, 10);
    } else if (word == "--seed" && i + 1 < count) {
      options.first = std::strtoull(words[++i], nullptr, 10);
      options.count = 1;
      options.traces = true;
    } else if (word == "--fits") {
      options.fits = true;
    } else if (word == "--noisy-fits") {
      options.fits = options.noisy = true;
    } else if (word == "--sums" && i + 1 < count) {
      options.real = std::strcmp(words[++i], "real") == 0;
    }
  }
  return options;
}

}  // namespace

int main(int count, char** words) {
  const Options options = Read(count, words);
  const concordat::federation::PlainSumming plain;
  const concordat::federation::SecretSumming secret;
  const concordat::federation::Summing* summing = &plain;
  if (options.real) summing = &secret;
  std::map<std::string, std::uint64_t> outcomes;
  std::uint64_t failed = 0, struck = 0, resumed = 0;
  for (std::uint64_t seed = options.first; seed < options.first + options.count; ++seed) {
    const auto run = options.fits ? concordat::federation::SimulateFits(seed, options.noisy, options.traces)
                                  : concordat::federation::Simulate(seed, *summing, options.traces);
    struck += static_cast<std::uint64_t>(run.struck);
    resumed += run.resumed;
    for (const auto& [outcome, times] : run.outcomes) outcomes[outcome] += static_cast<std::uint64_t>(times);
    if (run.faults.empty()) continue;
    ++failed;
    for (const std::string& fault : run.faults)
      std::printf("seed %llu: %s\n", static_cast<unsigned long long>(seed), fault.c_str());
    std::printf("replay: %s --seed %llu%s\n", words[0], static_cast<unsigned long long>(seed),
                options.noisy  ? " --noisy-fits"
                : options.fits ? " --fits"
                : options.real ? " --sums real"
                               : "");
    if (failed == 5) break;
  }
  for (const auto& [outcome, times] : outcomes)
    std::printf("%8llu  %s\n", static_cast<unsigned long long>(times), outcome.c_str());
  if (options.fits)
    std::printf(
        "%8llu  rounds in which a third of the owners died\n%8llu  fits that went on after who asked died\n",
        static_cast<unsigned long long>(struck), static_cast<unsigned long long>(resumed));
  std::printf("%llu seeds, %llu failed\n", static_cast<unsigned long long>(options.count),
              static_cast<unsigned long long>(failed));
  return failed == 0 ? 0 : 1;
}
