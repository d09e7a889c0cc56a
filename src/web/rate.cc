#include "web/rate.h"

#include <algorithm>
#include <cmath>

namespace concordat::web {
namespace {

constexpr std::size_t kMostAddresses = 10'000;

}  // namespace

double Rate::Filled(const Bucket& bucket, Milliseconds now) const {
  return std::min(most_, bucket.tokens + per_second_ * static_cast<double>((now - bucket.at).count()) / 1000);
}

// A full bucket says nothing. When a crowd leaves none full, the oldest goes.
void Rate::Forget(Milliseconds now) {
  std::erase_if(buckets_, [&](const auto& item) { return Filled(item.second, now) >= most_; });
  if (buckets_.size() < kMostAddresses) return;
  buckets_.erase(std::min_element(buckets_.begin(), buckets_.end(),
                                  [](const auto& a, const auto& b) { return a.second.at < b.second.at; }));
}

int Rate::Wait(const std::string& address) {
  const std::lock_guard lock(mutex_);
  const Milliseconds now = clock_.Elapsed();
  if (buckets_.size() >= kMostAddresses && !buckets_.contains(address)) Forget(now);
  Bucket& bucket = buckets_.try_emplace(address, Bucket{most_, now}).first->second;
  bucket = {Filled(bucket, now), now};
  if (bucket.tokens < 1) return static_cast<int>(std::ceil((1 - bucket.tokens) / per_second_));
  bucket.tokens -= 1;
  return 0;
}

}  // namespace concordat::web
