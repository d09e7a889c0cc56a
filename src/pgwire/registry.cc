#include "pgwire/registry.h"

namespace concordat::pgwire {

Registry::Ticket::Ticket(Registry& registry, std::string address)
    : registry_(registry), address_(std::move(address)) {
  const std::lock_guard lock(registry_.mutex_);
  total = ++registry_.connections_;
  of_this_address = ++registry_.addresses_[address_];
}

Registry::Ticket::~Ticket() {
  const std::lock_guard lock(registry_.mutex_);
  --registry_.connections_;
  const auto found = registry_.addresses_.find(address_);
  if (--found->second == 0) registry_.addresses_.erase(found);
}

CancelRequest Registry::Enter(const std::shared_ptr<Interrupt>& interrupt) {
  const std::lock_guard lock(mutex_);
  for (;;) {
    const std::uint64_t bits = random_.NextU64();
    const CancelRequest key{static_cast<std::int32_t>(bits >> 33), static_cast<std::int32_t>(bits)};
    if (key.process != 0 && sessions_.try_emplace(key.process, Session{key.secret, interrupt}).second)
      return key;
  }
}

void Registry::Leave(std::int32_t process) {
  const std::lock_guard lock(mutex_);
  sessions_.erase(process);
}

void Registry::Cancel(const CancelRequest& request) {
  std::shared_ptr<Interrupt> interrupt;
  {
    const std::lock_guard lock(mutex_);
    const auto found = sessions_.find(request.process);
    if (found == sessions_.end() || found->second.secret != request.secret) return;
    interrupt = found->second.interrupt.lock();
  }
  if (interrupt) interrupt->Request(Cause::kUser);
}

int Registry::connections() const {
  const std::lock_guard lock(mutex_);
  return connections_;
}

}  // namespace concordat::pgwire
