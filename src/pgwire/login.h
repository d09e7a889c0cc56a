// From the first byte to a user who is who they say: TLS, the start-up message, SCRAM.
#pragma once

#include <boost/asio/thread_pool.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "base/random.h"
#include "pgwire/backend.h"
#include "pgwire/reply.h"
#include "pgwire/server.h"
#include "pgwire/stream.h"
#include "pgwire/throttle.h"

namespace concordat::pgwire {

// Runs something that may block on a worker; the coroutine goes on, on its own thread, when it is done.
Awaitable<void> OnWorker(boost::asio::thread_pool& workers, std::function<void()> work);

// What a login needs; all outlives it.
struct Door {
  Backend& backend;
  RandomSource& random;
  const ServerOptions& options;
  Throttle& throttle;
  boost::asio::thread_pool& workers;
  std::shared_ptr<Tls> tls;  // none: plain connections alone
};

// Reads what comes before a session: the start-up message, after TLS where the client asks for it, or a
// CancelRequest. SSLRequest is answered 'S' (or 'N' without a certificate), GSSENCRequest 'N'; TLS may also
// start at once (ALPN).
Awaitable<Result<Opening>> Open(Stream& stream, const Door& door);

// Authenticates who a start-up message says they are, and asks the backend whether they may enter.
// The report of a failure is FATAL; none of its kinds tells a wrong name from a wrong password.
Awaitable<tl::expected<release::Caller, Report>> LogIn(Stream& stream, const Door& door,
                                                       const StartupMessage& startup);

// "FATAL", for everything that ends a connection.
Report Fatal(std::string sqlstate, std::string message, std::string hint = {});

}  // namespace concordat::pgwire
