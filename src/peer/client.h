// Asking other members: a channel each, opened when first needed, and again after it broke, with back-off.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/clock.h"
#include "base/result.h"
#include "crypto/certificate.h"
#include "crypto/hash.h"
#include "federation/link.h"
#include "peer/directory.h"
#include "peer/hello.h"

namespace concordat::peer {

struct ClientOptions {
  crypto::Certificate identity;
  std::string member;                                 // this one's name
  std::string address;                                // what others reach it by; empty: nobody can
  int calls = 256;                                    // at once
  int calls_of_a_member = 16;                         // at once; the server's own limit is no higher
  std::size_t longest_body = std::size_t{128} << 20;  // bytes
  std::function<void(const std::string& line)> log = [](const std::string&) {};
};

// Threading: any.
class Client : public federation::Link {
 public:
  // Directory and clock must outlive it.
  static std::unique_ptr<Client> Make(Directory& directory, const Clock& clock, ClientOptions options);

  // AskAll, as Link has it; errors also: kResourceExhausted when too many calls are under way.
  // One call.
  Result<Bytes> Ask(const federation::Call& call, Milliseconds patience);
  // The member was heard of: it is tried again at once, whatever the back-off.
  virtual void Heard(const std::string& member) = 0;
  // Ends calls under way, and all later ones: kCancelled.
  virtual void Cancel() = 0;
};

// One call to somebody whom the directory does not know, at an address, by the pin of their key.
struct Stranger {
  std::string address;
  crypto::Hash pin{};
};
Result<Bytes> AskStranger(const Stranger& stranger, const ClientOptions& options, const std::string& method,
                          ByteView body, Milliseconds patience);

}  // namespace concordat::peer
