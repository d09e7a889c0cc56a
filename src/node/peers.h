// The line to other members while a node serves: a door for them, the asking of them, and what they are told.
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "federation/link.h"
#include "node/delivery.h"
#include "node/descriptions.h"
#include "node/members.h"
#include "node/node.h"
#include "node/rounds.h"
#include "peer/client.h"
#include "peer/server.h"

namespace concordat::node {

// What members may ask of this node, by method or prefix: the table that a new one is added to.
std::vector<std::pair<std::string, peer::Handler>> PeerHandlers(Node& node, Members& members);

// Threading: any. gRPC is started when there is a door to open or a member to ask, and not before.
class Peers final : public federation::Link {
 public:
  // `listen`: where others dial; empty: nowhere, and this node dials them. The node must outlive it.
  // Errors: kInvalidArgument, kUnavailable (the address is taken).
  static Result<std::unique_ptr<Peers>> Start(Node& node, const std::string& listen);
  ~Peers() override;

  std::vector<Result<Bytes>> AskAll(const std::vector<federation::Call>& calls,
                                    Milliseconds patience) override;

  // What others reach this node by; empty when nobody can.
  std::string Address() const;
  // What its door is bound to, with the port that was taken; empty without a door.
  std::string Listening() const;
  // Tells members now what they have not been told, and waits for it.
  Delivery::Told Tell(Milliseconds patience) { return delivery_.Round(Delivery::Whom::kAll, patience); }
  void Wake() { rounds_->Wake(); }
  // Shows the key that is in the home now, to all.
  Result<void> Renew();
  // Takes no more calls, ends those under way after `patience`.
  void Drain(Milliseconds patience);

 private:
  Peers(Node& node, std::string listen);
  Result<void> OpenDoor(const std::string& listen);
  std::shared_ptr<peer::Client> Client();
  void Greeted(const peer::Greeting& greeting);

  Node& node_;
  Members members_;
  const std::string listen_;
  mutable std::mutex mutex_;
  std::shared_ptr<peer::Client> client_;  // guarded by mutex_; made when first needed
  std::unique_ptr<peer::Server> server_;  // the same
  bool draining_ = false;                 // the same
  Delivery delivery_;
  Descriptions descriptions_;       // the rounds' own
  std::unique_ptr<Rounds> rounds_;  // the last: it uses the others
};

// "127.0.0.1:6490" if others can dial what is listened on so; empty for 0.0.0.0, port 0 and "".
std::string AddressFor(const std::string& listen);

}  // namespace concordat::node
