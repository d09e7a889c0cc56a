// The connections of a server: how many, from where, and by which key each may be cancelled.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "base/random.h"
#include "pgwire/interrupt.h"
#include "pgwire/message.h"

namespace concordat::pgwire {

// Threading: any thread.
class Registry {
 public:
  explicit Registry(RandomSource& random) : random_(random) {}

  // Counts a connection of `address` until the ticket goes.
  class Ticket {
   public:
    Ticket(Registry& registry, std::string address);
    ~Ticket();
    Ticket(const Ticket&) = delete;
    Ticket& operator=(const Ticket&) = delete;
    int total = 0;            // connections, this one among them
    int of_this_address = 0;  // the same

   private:
    Registry& registry_;
    std::string address_;
  };

  // A key that no other session has; forgotten with Leave.
  CancelRequest Enter(const std::shared_ptr<Interrupt>& interrupt);
  void Leave(std::int32_t process);
  // Cancels what the session runs if the key is right; says nothing either way, as the protocol has it.
  void Cancel(const CancelRequest& request);

  int connections() const;

 private:
  struct Session {
    std::int32_t secret = 0;
    std::weak_ptr<Interrupt> interrupt;
  };

  RandomSource& random_;
  mutable std::mutex mutex_;
  std::map<std::int32_t, Session> sessions_;
  std::map<std::string, int> addresses_;
  int connections_ = 0;
};

}  // namespace concordat::pgwire
