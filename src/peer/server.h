// The door for other members: gRPC over mutual TLS 1.3, each call admitted anew by the directory.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/clock.h"
#include "base/result.h"
#include "crypto/certificate.h"
#include "peer/directory.h"
#include "peer/hello.h"

namespace concordat::peer {

// What a member asks, answered. Errors travel to who asked, code, words and remedy. Any thread.
using Handler = std::function<Result<Bytes>(const std::string& member, ByteView body)>;
// The same for somebody whom nobody knows yet, by their certificate (PEM).
using StrangerHandler = std::function<Result<Bytes>(const std::string& certificate_pem, ByteView body)>;

struct ServerOptions {
  std::string listen;                                 // "127.0.0.1:6490"; port 0 takes a free one
  crypto::Certificate identity;                       // what others pin
  std::string member;                                 // this one's name
  std::string address;                                // what others reach it by; empty: `listen`
  int calls = 64;                                     // at once, each a thread while it lasts
  int calls_of_a_member = 16;                         // at once
  std::size_t longest_body = std::size_t{128} << 20;  // bytes
  std::size_t bodies = std::size_t{1} << 30;          // bytes of requests held at once
  std::function<void(const std::string& line)> log = [](const std::string&) {};
  // A member said hello.
  std::function<void(const Greeting& greeting)> greeted = [](const Greeting&) {};
  std::vector<std::pair<std::string, Handler>> handlers = {};  // by method, or prefix up to a '/' at its end
  std::vector<std::pair<std::string, StrangerHandler>> strangers = {};  // by method
};

class Server {
 public:
  // Directory and clock must outlive it. Errors: kUnavailable when the address is taken; kInvalidArgument.
  static Result<std::unique_ptr<Server>> Start(Directory& directory, const Clock& clock,
                                               ServerOptions options);
  virtual ~Server() = default;              // as Drain, without patience
  virtual std::string Address() const = 0;  // "127.0.0.1:6490", with the port that was taken
  // Takes no more calls, lets those under way finish for `patience`, then ends them.
  virtual void Drain(Milliseconds patience) = 0;
};

}  // namespace concordat::peer
