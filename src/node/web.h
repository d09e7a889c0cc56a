// What a node answers over HTTP. For clients and operators: docs/http.md, docs/openapi.yaml.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "node/node.h"
#include "web/router.h"
#include "web/server.h"

namespace concordat::node {

// How many sessions of analysts are open; any thread.
using Sessions = std::function<int()>;

// Who reaches the address: on loopback what this machine and its proxy let in; else the world, which sees
// /metrics with a token alone.
enum class Audience { kThisMachine, kWorld };

// Each topic makes its rows in a file of its own, web_*.cc; WebRoutes puts them together. `node` must outlive
// them.
std::vector<web::Route> LedgerRoutes(Node& node);     // checkpoint, tiles, the witness's door
std::vector<web::Route> RegisterRoutes(Node& node);   // the public register, and data about oneself
std::vector<web::Route> CatalogueRoutes(Node& node);  // for harvesters
std::vector<web::Route> HealthRoutes(Node& node);
std::vector<web::Route> VerbRoutes(Node& node);  // the JSON interface
std::vector<web::Route> MetricRoutes(Node& node, Sessions sessions, Audience audience);
std::vector<web::Route> WebRoutes(Node& node, Sessions sessions, Audience audience);

class Web {
 public:
  // TLS with the node's certificate; on loopback plain HTTP, for a proxy in front. `node` must
  // outlive it. Errors: kInvalidArgument (`listen`), as web::Server::Start.
  static Result<std::unique_ptr<Web>> Start(Node& node, Sessions sessions, const std::string& listen);

  // "http://127.0.0.1:6480", with the port that was taken.
  std::string Address() const;
  Result<void> Reload() { return server_->Reload(); }
  // Lets requests under way finish for `patience`, then ends them.
  void Drain(Milliseconds patience) {
    server_->Drain(patience, [this] { node_.stopping().Request(); });
  }

 private:
  Web(Node& node, Endpoint endpoint, bool tls, std::unique_ptr<web::Server> server)
      : node_(node), endpoint_(std::move(endpoint)), tls_(tls), server_(std::move(server)) {}

  Node& node_;
  Endpoint endpoint_;
  bool tls_;
  std::unique_ptr<web::Server> server_;
};

}  // namespace concordat::node
