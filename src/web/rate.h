// How often one address may ask: a bucket of tokens for each.
#pragma once

#include <map>
#include <mutex>
#include <string>

#include "base/clock.h"

namespace concordat::web {

// Threading: any thread.
class Rate {
 public:
  // `per_second` on average; that many times `burst_seconds` at once.
  Rate(const Clock& clock, double per_second, double burst_seconds)
      : clock_(clock), per_second_(per_second), most_(per_second * burst_seconds) {}

  // 0 when `address` may ask now, and then that is counted; else in how many whole seconds it may.
  int Wait(const std::string& address);

 private:
  struct Bucket {
    double tokens = 0;
    Milliseconds at{0};
  };
  void Forget(Milliseconds now);
  double Filled(const Bucket& bucket, Milliseconds now) const;

  const Clock& clock_;
  const double per_second_;
  const double most_;
  std::mutex mutex_;
  std::map<std::string, Bucket> buckets_;
};

}  // namespace concordat::web
