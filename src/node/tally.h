// What this process has done since it began, counted for /metrics.
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <utility>

#include "base/refusal.h"

namespace concordat::node {

// Threading: any thread.
class Tally {
 public:
  // By outcome ("answered", "refused", "failed") and the refusal's reason; empty where it was answered.
  using Questions = std::map<std::pair<std::string, std::string>, std::uint64_t>;

  void CountAnswered();
  void CountDeclined(const Refusal& refusal);
  void CountHttp(unsigned status);
  void CountWitnessFailure(const std::string& witness);

  Questions questions() const;
  std::map<unsigned, std::uint64_t> http() const;                 // by status
  std::map<std::string, std::uint64_t> witness_failures() const;  // by the witness's name

 private:
  mutable std::mutex mutex_;
  Questions questions_;
  std::map<unsigned, std::uint64_t> http_;
  std::map<std::string, std::uint64_t> witness_failures_;
};

}  // namespace concordat::node
