#include "node/tally.h"

#include <algorithm>
#include <iterator>

namespace concordat::node {
namespace {

// Cancelled or too slow, failed, unavailable, full: not declined for what was asked.
constexpr const char* kFailures[] = {"57014", "XX000", "58000", "53100"};

bool IsFailure(const Refusal& refusal) {
  return std::find(std::begin(kFailures), std::end(kFailures), refusal.sqlstate) != std::end(kFailures);
}

}  // namespace

void Tally::CountAnswered() {
  const std::lock_guard lock(mutex_);
  ++questions_[{"answered", ""}];
}

void Tally::CountDeclined(const Refusal& refusal) {
  const std::lock_guard lock(mutex_);
  ++questions_[{IsFailure(refusal) ? "failed" : "refused", refusal.reason}];
}

void Tally::CountHttp(unsigned status) {
  const std::lock_guard lock(mutex_);
  ++http_[status];
}

void Tally::CountWitnessFailure(const std::string& witness) {
  const std::lock_guard lock(mutex_);
  ++witness_failures_[witness];
}

Tally::Questions Tally::questions() const {
  const std::lock_guard lock(mutex_);
  return questions_;
}

std::map<unsigned, std::uint64_t> Tally::http() const {
  const std::lock_guard lock(mutex_);
  return http_;
}

std::map<std::string, std::uint64_t> Tally::witness_failures() const {
  const std::lock_guard lock(mutex_);
  return witness_failures_;
}

}  // namespace concordat::node
