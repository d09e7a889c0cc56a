// HTTP/1.1 over TCP and TLS: the door for the public and for programs. Source: RFC 9110, RFC 9112;
// Boost.Beast reads and writes it.
//
// Threading: a few threads run all connections, and more of them the routes' handlers; a connection's own
// state is touched by one of them at a time. Start, Reload, Drain and the destructor may be called from any
// thread.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include "base/clock.h"
#include "base/result.h"
#include "web/router.h"

namespace concordat::web {

struct Limits {
  int connections = 200;                              // past this: 503
  std::uint32_t header_bytes = 16 << 10;              // past this: 431
  std::uint64_t body_bytes = std::uint64_t{1} << 20;  // past this: 413
  Milliseconds idle_time{60'000};                     // between requests; then closed
  Milliseconds request_time{15'000};                  // for a request to come in; then 408
  Milliseconds answer_time{60'000};                   // for an answer to be taken; then closed
  double requests_per_second = 100;                   // of one address; past this: 429
  double burst_seconds = 5;                           // of which this many may come at once
};

struct ServerOptions {
  std::string address = "127.0.0.1";
  std::uint16_t port = 0;             // 0: any free one, see port()
  std::filesystem::path certificate;  // PEM, the chain after it; empty: plain HTTP, on loopback alone
  std::filesystem::path key;          // PEM
  int threads = 2;                    // for the sockets
  int workers = 32;                   // for the routes, which may block
  Limits limits;
  // One line a request (address, method, path without its query, status, bytes) and what happened; any
  // thread.
  std::function<void(const std::string& line)> log;
  std::function<void(unsigned status)> answered;  // of each answer; any thread
};

// Is this an address of the machine's own, where plain HTTP may be spoken?
bool IsLoopback(const std::string& address);

class Server {
 public:
  // Listens and serves until destroyed; `clock` must outlive it and be thread-safe.
  // Errors: kInvalidArgument (address, or plain HTTP elsewhere than on loopback), kNotFound or
  // kInvalidArgument (certificate, key), kUnavailable (the port is taken).
  static Result<std::unique_ptr<Server>> Start(Router router, const Clock& clock,
                                               const ServerOptions& options);
  ~Server();  // ends what Drain has not
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  std::uint16_t port() const;
  // Reads the certificate and key again; connections from now on use them. On an error the old ones stay.
  Result<void> Reload();
  // Stops accepting, closes idle connections, lets requests under way finish for at most `patience`, then
  // cuts them off, calling `hurry` before, for routes that are at work; returns when no connection is left.
  void Drain(Milliseconds patience, const std::function<void()>& hurry = {});
  // Connections open now.
  int connections() const;

 private:
  class Impl;
  explicit Server(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace concordat::web
