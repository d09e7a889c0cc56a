#include "node/peers.h"

#include <algorithm>

#include "node/federated.h"
#include "node/log.h"

namespace concordat::node {
namespace {

constexpr Milliseconds kNewsEvery{250};  // whether there is news: a comparison of two numbers
constexpr Milliseconds kDuePatience{5000};
constexpr Milliseconds kRenewPatience{5000};

void LogLine(const std::string& line) { Log(Severity::kWarning, line, {{"door", "members"}}); }

}  // namespace

std::string AddressFor(const std::string& listen) {
  const auto endpoint = ParseEndpoint(listen);
  const bool everywhere = endpoint && (endpoint->address == "0.0.0.0" || endpoint->address == "::");
  return endpoint && !everywhere && endpoint->port != 0 ? listen : std::string();
}

Peers::Peers(Node& node, std::string listen)
    : node_(node),
      members_(node),
      listen_(std::move(listen)),
      delivery_(node, *this),
      descriptions_(node, *this) {}

Result<std::unique_ptr<Peers>> Peers::Start(Node& node, const std::string& listen) {
  std::unique_ptr<Peers> peers(new Peers(node, listen));
  if (!listen.empty()) TRY(ParseEndpoint(listen));
  if (!listen.empty()) TRY(peers->OpenDoor(listen));
  peers->rounds_ = std::make_unique<Rounds>(kNewsEvery, [raw = peers.get()] {
    raw->delivery_.Round(Delivery::Whom::kDue, kDuePatience);
    raw->descriptions_.Round();
    raw->node_.federated().owner().Sweep();
  });
  node.SetPeers(peers.get());
  return peers;
}

Peers::~Peers() {
  node_.SetPeers(nullptr);
  Drain(Milliseconds(0));
  rounds_.reset();
}

Result<void> Peers::OpenDoor(const std::string& listen) {
  auto identity = TRY(ReadPeerIdentity(node_.home()));
  auto server = TRY(peer::Server::Start(
      members_, node_.clock(),
      {.listen = listen,
       .identity = std::move(identity),
       .member = node_.member(),
       .address = node_.home().config.peer_address,
       .log = LogLine,
       .greeted = [this](const peer::Greeting& greeting) { Greeted(greeting); },
       .handlers = PeerHandlers(node_, members_),
       .strangers = {{"member/join", [this](const std::string& certificate, ByteView body) {
                        return AnswerGuest(node_, certificate, body);
                      }}}}));
  const std::lock_guard lock(mutex_);
  server_ = std::move(server);
  return {};
}

std::string Peers::Address() const {
  const std::string& set = node_.home().config.peer_address;
  const std::lock_guard lock(mutex_);
  if (!set.empty() || !server_) return set;
  return AddressFor(server_->Address());
}

std::string Peers::Listening() const {
  const std::lock_guard lock(mutex_);
  return server_ ? server_->Address() : "";
}

std::shared_ptr<peer::Client> Peers::Client() {
  const std::string address = Address();
  const std::lock_guard lock(mutex_);
  if (client_ || draining_) return client_;
  auto identity = ReadPeerIdentity(node_.home());
  if (!identity) {
    Log(Severity::kError, identity.error().message);
    return nullptr;
  }
  client_ = peer::Client::Make(
      members_, node_.clock(),
      {.identity = *std::move(identity), .member = node_.member(), .address = address, .log = LogLine});
  return client_;
}

std::vector<Result<Bytes>> Peers::AskAll(const std::vector<federation::Call>& calls, Milliseconds patience) {
  if (calls.empty()) return {};
  const auto client = Client();
  if (client) return client->AskAll(calls, patience);
  return {calls.size(), Fail(ErrorCode::kCancelled, "this node is stopping, or has no key for the line")};
}

// A member that has moved says so itself; and one that was away is back.
void Peers::Greeted(const peer::Greeting& greeting) {
  bool moved = false;
  {
    const auto lock = node_.ledger().Share();
    const member::Member* found = node_.members().Find(greeting.member);
    moved = found != nullptr && !greeting.address.empty() && found->announced != greeting.address &&
            member::CheckAddress(greeting.address).has_value();
  }
  if (moved) {
    const auto entered =
        node_.ledger().Append(member::AddressDraft(greeting.member, greeting.address, true, greeting.member));
    if (!entered) Log(Severity::kError, entered.error().message);
  }
  std::shared_ptr<peer::Client> client;
  {
    const std::lock_guard lock(mutex_);
    client = client_;
  }
  if (client) client->Heard(greeting.member);
  delivery_.Heard(greeting.member);
}

Result<void> Peers::Renew() {
  std::string address;
  std::unique_ptr<peer::Server> old;
  {
    const std::lock_guard lock(mutex_);
    if (client_) client_->Cancel();
    client_.reset();
    old = std::move(server_);
    if (old) address = old->Address();
  }
  if (old) old->Drain(kRenewPatience);
  old.reset();
  if (!address.empty()) TRY(OpenDoor(address));
  delivery_.Forget();
  Wake();
  return {};
}

void Peers::Drain(Milliseconds patience) {
  std::shared_ptr<peer::Client> client;
  peer::Server* server = nullptr;
  {
    const std::lock_guard lock(mutex_);
    draining_ = true;
    client = client_;
    server = server_.get();
  }
  if (server != nullptr) server->Drain(patience);
  if (client) client->Cancel();
}

}  // namespace concordat::node
