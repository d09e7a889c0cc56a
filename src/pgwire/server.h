// PostgreSQL's wire protocol, version 3, over TCP and TLS: the door for psql, drivers and everything built on
// them. Source: PostgreSQL 15 documentation, chapters "Frontend/Backend Protocol" and "SASL Authentication".
//
// Threading: one thread runs all sockets; a pool of workers runs everything that may block (the Backend). A
// connection's own state is touched by one of them at a time. Start, Reload, Drain and the destructor may be
// called from any thread.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include "base/bytes.h"
#include "base/clock.h"
#include "base/random.h"
#include "base/result.h"
#include "pgwire/backend.h"

namespace concordat::pgwire {

struct Limits {
  int connections = 200;              // past this: 53300
  int connections_per_address = 100;  // past this: 53300
  std::size_t message_bytes = std::size_t{4} << 20;
  std::size_t statement_bytes = std::size_t{128} << 10;  // what the parser takes
  int prepared_statements = 1'000;                       // of one session
  int portals = 200;                                     // of one session, cursors among them
  std::size_t held_bytes = std::size_t{256}
                           << 20;  // answers that one session's portals and cursors hold, roughly
  int failed_logins = 10;          // of one address, until it is locked out
  Milliseconds lock_out{60'000};
  Milliseconds login_delay{1'000};    // before a failed login is answered
  Milliseconds login_time{30'000};    // from connecting to being admitted
  Milliseconds idle_time{3'600'000};  // without a message; 0: no limit
};

struct ServerOptions {
  std::string address = "127.0.0.1";
  std::uint16_t port = 0;             // 0: any free one, see port()
  std::filesystem::path certificate;  // PEM, the chain after it
  std::filesystem::path key;          // PEM
  bool allow_plain = false;           // connections without TLS, from this machine alone; for development
  // Makes the mock verifiers of unknown names; keep it the same across restarts and secret. Empty: one for
  // this run.
  Bytes server_secret;
  int workers = 8;  // questions that may run at once
  Limits limits;
  std::function<void(const std::string& line)> log;  // what happened, without data or secrets; any thread
};

class Server {
 public:
  // Listens and serves until destroyed. `backend`, `random` and `clock` must outlive it and be thread-safe.
  // Errors: kInvalidArgument (address, allow_plain without a loopback address and without a certificate),
  // kNotFound or kInvalidArgument (certificate, key), kUnavailable (the port is taken).
  static Result<std::unique_ptr<Server>> Start(Backend& backend, RandomSource& random, const Clock& clock,
                                               const ServerOptions& options);
  ~Server();  // ends what Drain has not
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  std::uint16_t port() const;
  // Reads the certificate and key again; connections from now on use them. On an error the old ones stay.
  Result<void> Reload();
  // Stops accepting, tells idle connections that the node is going (57P01), lets running questions finish for
  // at most `patience`, then cancels them; returns when no connection is left.
  void Drain(Milliseconds patience);
  // Connections open now.
  int connections() const;

 private:
  class Impl;
  explicit Server(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace concordat::pgwire
