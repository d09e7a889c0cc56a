// Failed logins of an address: counted, and after too many of them locked out for a while.
#pragma once

#include <cstddef>
#include <map>
#include <mutex>
#include <optional>
#include <string>

#include "base/clock.h"

namespace concordat::pgwire {

// Threading: any thread.
class Throttle {
 public:
  Throttle(const Clock& clock, int failures, Milliseconds lock_out)
      : clock_(clock), failures_(failures), lock_out_(lock_out) {}

  // How long `address` still has to wait; none if it may try.
  std::optional<Milliseconds> LockedOut(const std::string& address);
  void Failed(const std::string& address);
  void Succeeded(const std::string& address);

 private:
  struct Record {
    int failures = 0;
    Milliseconds last{0};
  };
  void Forget(Milliseconds now);

  const Clock& clock_;
  const int failures_;
  const Milliseconds lock_out_;
  std::mutex mutex_;
  std::map<std::string, Record> records_;
};

// What counts as one address: an IPv4 address, or an IPv6 network of 64 bits, which is what one household
// has.
std::string AddressKey(const std::string& address);

}  // namespace concordat::pgwire
