// One channel to another node, and one call over it; inside this module alone.
#pragma once

#include <memory>
#include <mutex>
#include <set>
#include <string>

#include "base/clock.h"
#include "peer/credentials.h"
#include "peer/envelope.h"

namespace grpc {
class Channel;
class ClientContext;
}  // namespace grpc

namespace concordat::peer {

// Calls under way, so that they can be ended. Threading: any.
class Underway {
 public:
  // False when no call may begin any more.
  bool Begin(grpc::ClientContext& context);
  void End(grpc::ClientContext& context);
  void CancelAll();

 private:
  std::mutex mutex_;
  bool cancelled_ = false;
  std::set<grpc::ClientContext*> contexts_;
};

struct Request {
  std::uint32_t protocol = 0;
  std::string method;
  ByteView body;
};

// Threading: any.
class Channel {
 public:
  // Connects when first asked. `name`: of whom is asked, for messages.
  Channel(std::string name, const std::string& address, const crypto::Certificate& identity,
          CertificateCheck check);
  ~Channel();

  const std::string& address() const { return address_; }
  // Errors: those that the other side sent; kTimeout, kCancelled; kPermissionDenied when the certificate is
  // the wrong one; kUnavailable; kResourceExhausted past `longest` bytes; kCorrupt for what is no answer.
  Result<Bytes> Ask(const Request& request, std::size_t longest, Milliseconds patience, Underway& underway);
  // Tries again at once, whatever the back-off.
  void ResetBackoff();

 private:
  Error ErrorOf(int code, const std::string& said);

  const std::string name_, address_;
  std::mutex mutex_;
  std::string refusal_;  // why the newest certificate was the wrong one; empty: it was right
  std::shared_ptr<grpc::Channel> channel_;
};

}  // namespace concordat::peer
