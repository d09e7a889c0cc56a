#include "node/serve.h"

#include <fmt/format.h>
#include <signal.h>
#include <systemd/sd-daemon.h>

#include <algorithm>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <thread>

#include "node/control.h"
#include "node/door.h"
#include "node/holdings.h"
#include "node/log.h"
#include "node/node.h"
#include "node/peers.h"
#include "node/quality.h"
#include "node/web.h"
#include "node/witnessing.h"
#include "pgwire/server.h"
#include "release/retention.h"

namespace concordat::node {
namespace {

constexpr Milliseconds kDrainPatience{30'000};
constexpr Milliseconds kCheckEvery{std::chrono::hours(24)};
constexpr Milliseconds kEraseEvery{std::chrono::hours(1)};
constexpr Milliseconds kMeasureEvery{std::chrono::hours(1)};
constexpr timespec kRememberEvery{.tv_sec = 5, .tv_nsec = 0};
// Most of them wait, for the grid or their turn at the engine: with a grid of 100 ms they give 640 answers a
// second.
constexpr int kMostWorkers = 64;

Result<pgwire::ServerOptions> OptionsFor(const Home& home, const Endpoint& endpoint) {
  pgwire::ServerOptions options;
  options.address = endpoint.address;
  options.port = endpoint.port;
  options.certificate = home.certificate();
  options.key = home.certificate_key();
  options.limits.connections = static_cast<int>(home.config.connections);
  options.workers = std::min(options.limits.connections, kMostWorkers);
  options.limits.connections_per_address = static_cast<int>(home.config.connections);
  options.server_secret = TRY(ReadLoginKey(home));
  options.limits.idle_time = home.config.idle_time;
  options.log = [](const std::string& line) { Log(Severity::kInfo, line); };
  return options;
}

// Signals are waited for in one place; every thread started after this has them blocked.
sigset_t BlockSignals() {
  sigset_t signals;
  sigemptyset(&signals);
  for (const int signal : {SIGTERM, SIGINT, SIGHUP}) sigaddset(&signals, signal);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  ::signal(SIGPIPE, SIG_IGN);
  return signals;
}

// Meanwhile the newest checkpoint goes beside the store, again and again.
void WaitUntilToldToStop(const sigset_t& signals, pgwire::Server& server, Web* web, Node& node) {
  bool remembers = true;
  for (;;) {
    const auto remembered = node.Remember();
    if (!remembered && remembers) Log(Severity::kWarning, remembered.error().message);
    remembers = remembered.has_value();
    const int signal = sigtimedwait(&signals, nullptr, &kRememberEvery);
    if (signal < 0) continue;
    if (signal != SIGHUP) return;
    sd_notify(0, "RELOADING=1");
    auto reloaded = server.Reload();
    if (reloaded && web != nullptr) reloaded = web->Reload();
    Log(reloaded ? Severity::kInfo : Severity::kError,
        reloaded ? "certificate read again" : reloaded.error().message);
    sd_notify(0, "READY=1");
  }
}

// What agreements say is kept no longer.
void EraseDue(release::Retention& retention) {
  const auto erased = retention.Erase();
  if (!erased)
    Log(Severity::kError, "answers past their time were not erased", {{"said", erased.error().message}});
  if (erased && *erased > 0)
    Log(Severity::kInfo, "erased answers past their time", {{"count", std::to_string(*erased)}});
}

// A damaged page is found in a day at the latest, not when somebody needs it.
void CheckStore(const store::Store& store) {
  if (const auto checked = store.Check(); !checked) Log(Severity::kError, checked.error().message);
}

// On standard output, a line for each door: programs that start a node read its ports there.
void SayReady(const Node& node, const std::string& address, int port) {
  const Node::Addresses addresses = node.addresses();
  fmt::print("{} is ready: psql \"host={} port={} dbname=AGREEMENT user=ANALYST sslmode=require\" ({}:{})\n",
             node.member(), address, port, address, port);
  if (!addresses.web.empty()) fmt::print("over HTTP: {}\n", addresses.web);
  if (!addresses.peer.empty()) fmt::print("for members: {}\n", addresses.peer);
  std::fflush(stdout);
  Log(Severity::kInfo, "ready", {{"member", node.member()}, {"port", std::to_string(port)}});
}

void Drain(pgwire::Server& server, Web* web, Peers& peers) {
  sd_notify(0, "STOPPING=1");
  Log(Severity::kInfo, "draining");
  std::thread web_drains([&] {
    if (web != nullptr) web->Drain(kDrainPatience);
  });
  std::thread peers_drain([&] { peers.Drain(kDrainPatience); });
  server.Drain(kDrainPatience);
  web_drains.join();
  peers_drain.join();
  Log(Severity::kInfo, "stopped");
}

}  // namespace

Result<void> Serve(const std::filesystem::path& root, const Json& arguments) {
  const sigset_t signals = BlockSignals();
  Home home = TRY(OpenHome(root));
  if (arguments.contains("config")) home.config = TRY(ReadConfig(arguments["config"].get<std::string>()));
  const Endpoint endpoint = TRY(ParseEndpoint(arguments.value("listen", home.config.listen)));
  const auto node = TRY(Node::Open(home));
  if (const auto behind = node->ledger().ClockBehind(); behind > Milliseconds(1000)) {
    Log(Severity::kWarning, "the clock is behind the ledger",
        {{"behind_ms", std::to_string(behind.count())}});
  }
  const auto door = TRY(Door::Open(*node));
  const pgwire::ServerOptions options = TRY(OptionsFor(home, endpoint));
  const auto server = TRY(pgwire::Server::Start(*door, node->random(), node->clock(), options));
  const std::string web_listen = arguments.value("web_listen", home.config.web_listen);
  const auto web = web_listen.empty() ? nullptr
                                      : TRY(Web::Start(
                                            *node, [&server] { return server->connections(); }, web_listen));
  const auto peers = TRY(Peers::Start(*node, arguments.value("peer_listen", home.config.peer_listen)));
  const auto control =
      TRY(ControlServer::Start(home.control_socket(), [&](std::string_view verb, const Json& verb_arguments,
                                                          const Progress& progress) {
        return RunVerb(*node, verb, verb_arguments, progress);
      }));
  const std::string host = HostOf(home.config, endpoint.address);
  node->SetAddresses({.web = web ? web->Address() : "",
                      .sql = fmt::format("postgresql://{}:{}", host, server->port()),
                      .peer = peers->Listening()});
  SayReady(*node, endpoint.address, server->port());
  sd_notify(0, "READY=1");
  {
    const WitnessRounds witnesses(*node, home.config.witness_every);
    release::Retention retention(node->ledger(), node->agreements());
    QualityRounds quality(*node);
    const Rounds measurements(kMeasureEvery, [&quality] { quality.Measure(); });
    const Rounds checks(kCheckEvery, [&node] { CheckStore(node->store()); });
    const Rounds erasures(kEraseEvery, [&retention] { EraseDue(retention); });
    WaitUntilToldToStop(signals, *server, web.get(), *node);
  }
  Drain(*server, web.get(), *peers);
  return {};
}

}  // namespace concordat::node
