#include "node/web.h"

#include <fmt/format.h>

#include <iterator>

#include "node/log.h"

namespace concordat::node {

std::vector<web::Route> WebRoutes(Node& node, Sessions sessions, Audience audience) {
  std::vector<web::Route> all;
  for (auto routes : {LedgerRoutes(node), RegisterRoutes(node), CatalogueRoutes(node), HealthRoutes(node),
                      VerbRoutes(node), MetricRoutes(node, std::move(sessions), audience)}) {
    std::move(routes.begin(), routes.end(), std::back_inserter(all));
  }
  return all;
}

Result<std::unique_ptr<Web>> Web::Start(Node& node, Sessions sessions, const std::string& listen) {
  const Endpoint endpoint = TRY(ParseEndpoint(listen));
  const bool tls = !web::IsLoopback(endpoint.address);
  web::ServerOptions options;
  options.address = endpoint.address;
  options.port = endpoint.port;
  if (tls) {
    options.certificate = node.home().certificate();
    options.key = node.home().certificate_key();
  }
  options.log = [](const std::string& line) { Log(Severity::kInfo, line); };
  options.answered = [&node](unsigned status) { node.tally().CountHttp(status); };
  const auto audience = tls ? Audience::kWorld : Audience::kThisMachine;
  auto server = TRY(
      web::Server::Start(web::Router(WebRoutes(node, std::move(sessions), audience)), node.clock(), options));
  return std::unique_ptr<Web>(new Web(node, endpoint, tls, std::move(server)));
}

std::string Web::Address() const {
  const bool v6 = endpoint_.address.find(':') != std::string::npos;
  return fmt::format("{}://{}{}{}:{}", tls_ ? "https" : "http", v6 ? "[" : "", endpoint_.address,
                     v6 ? "]" : "", server_->port());
}

}  // namespace concordat::node
