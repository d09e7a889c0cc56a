// One client from its first byte to its last: login, then messages to its session and answers back.
#pragma once

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/thread_pool.hpp>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "pgwire/interrupt.h"
#include "pgwire/login.h"
#include "pgwire/registry.h"
#include "pgwire/session.h"
#include "pgwire/stream.h"

namespace concordat::pgwire {

// What all connections of a server share; outlives them.
struct House {
  Backend& backend;
  RandomSource& random;
  ServerOptions options;
  Throttle throttle;
  Registry registry;
  boost::asio::thread_pool workers;
  std::mutex tls_mutex;
  std::shared_ptr<Tls> tls;  // guarded by tls_mutex
  bool draining = false;     // the socket thread's

  void Log(const std::string& line) const {
    if (options.log) options.log(line);
  }
};

// Threading: the socket thread's alone, but for Send; its session runs on workers, one step at a time. The
// coroutines that run it keep it alive.
class Connection : public std::enable_shared_from_this<Connection> {
 public:
  Connection(boost::asio::ip::tcp::socket socket, House& house);

  Awaitable<void> Run();
  // The server is stopping: end as soon as nothing is under way.
  void Drain() { wake_.cancel(); }
  // Cancel what is under way, and then go.
  void Cancel() { interrupt_->Request(Cause::kShutdown); }
  void Abort() { stream_.Shut(); }

 private:
  Awaitable<void> Begin(const StartupMessage& startup);
  std::optional<Report> Objection(const StartupMessage& startup) const;
  Awaitable<void> Serve(Session& session);
  Awaitable<bool> ServeBatch(Session& session);
  Awaitable<bool> Step(Session& session, bool& more);
  bool Send(const std::string& bytes);  // as Session wants it; any thread
  std::string TakeSaid();
  Awaitable<void> Read();
  Awaitable<bool> Rest(const Session& session);
  Awaitable<void> StopReading();
  Awaitable<void> Refuse(const Report& report, std::string before = {});
  void Watch(Milliseconds limit);
  void ArmStatement(std::uint64_t statement, Milliseconds limit);
  Door TheDoor();

  House& house_;
  Stream stream_;
  Registry::Ticket ticket_;
  std::shared_ptr<Interrupt> interrupt_;
  boost::asio::steady_timer watch_;      // the login's time
  boost::asio::steady_timer statement_;  // the running statement's time
  // Cancelled when there is something new: input, its end, draining; something said, the end of a step.
  boost::asio::steady_timer wake_;
  boost::asio::steady_timer space_;  // cancelled when the reader may read on
  std::string input_;
  std::mutex said_mutex_;
  std::string said_;       // within a step, and not written yet; guarded by said_mutex_
  bool reading_ = false;   // Read is under way
  bool stopping_ = false;  // and is to end
  bool gone_ = false;
};

}  // namespace concordat::pgwire
