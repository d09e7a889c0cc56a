#include "pgwire/throttle.h"

#include <boost/asio/ip/address.hpp>

namespace concordat::pgwire {
namespace {

// Records kept; past this the oldest go, so that a flood of addresses cannot fill memory.
constexpr std::size_t kRecords = 10'000;

}  // namespace

std::optional<Milliseconds> Throttle::LockedOut(const std::string& address) {
  const std::lock_guard lock(mutex_);
  const Milliseconds now = clock_.Elapsed();
  const auto found = records_.find(address);
  if (found == records_.end()) return std::nullopt;
  const Milliseconds waited = now - found->second.last;
  if (waited >= lock_out_) {
    records_.erase(found);
    return std::nullopt;
  }
  if (found->second.failures < failures_) return std::nullopt;
  return lock_out_ - waited;
}

void Throttle::Failed(const std::string& address) {
  const std::lock_guard lock(mutex_);
  const Milliseconds now = clock_.Elapsed();
  if (records_.size() >= kRecords) Forget(now);
  Record& record = records_[address];
  ++record.failures;
  record.last = now;
}

void Throttle::Succeeded(const std::string& address) {
  const std::lock_guard lock(mutex_);
  records_.erase(address);
}

void Throttle::Forget(Milliseconds now) {
  std::erase_if(records_, [&](const auto& entry) { return now - entry.second.last >= lock_out_; });
  while (records_.size() >= kRecords) {
    auto oldest = records_.begin();
    for (auto record = records_.begin(); record != records_.end(); ++record) {
      if (record->second.last < oldest->second.last) oldest = record;
    }
    records_.erase(oldest);
  }
}

std::string AddressKey(const std::string& address) {
  boost::system::error_code error;
  const auto parsed = boost::asio::ip::make_address(address, error);
  if (error || !parsed.is_v6()) return address;
  auto bytes = parsed.to_v6().to_bytes();
  if (parsed.to_v6().is_v4_mapped()) return address;
  std::fill(bytes.begin() + 8, bytes.end(), std::uint8_t{0});
  return boost::asio::ip::make_address_v6(bytes).to_string() + "/64";
}

}  // namespace concordat::pgwire
