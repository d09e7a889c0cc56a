#include "node/holdings.h"

#include <fmt/format.h>

#include <algorithm>

#include "web/server.h"

namespace concordat::node {
namespace {

std::string AddressOf(const Config& config, const std::string& scheme, const std::string& listen) {
  const auto endpoint = ParseEndpoint(listen);
  if (!endpoint) return scheme + "://localhost";
  return fmt::format("{}://{}:{}", scheme, HostOf(config, endpoint->address), endpoint->port);
}

std::optional<quality::Measured> MeasuredOf(const Node& node, const std::string& product) {
  const quality::Measured* measured = node.quality().Find(product);
  return measured == nullptr ? std::nullopt : std::optional(*measured);
}

}  // namespace

std::string HostOf(const Config& config, const std::string& address) {
  const bool any = address == "0.0.0.0" || address == "::";
  if (any && !config.hosts.empty()) return config.hosts.front();
  return address.find(':') == std::string::npos ? address : "[" + address + "]";
}

dcat::Site SiteOf(const Node& node) {
  const Config& config = node.home().config;
  const auto endpoint = ParseEndpoint(config.web_listen);
  const bool tls = endpoint && !web::IsLoopback(endpoint->address);
  const Node::Addresses served = node.addresses();
  const std::string web =
      served.web.empty() ? AddressOf(config, tls ? "https" : "http", config.web_listen) : served.web;
  return {.member = config.member,
          .web = config.web_url.empty() ? web : config.web_url,
          .sql = served.sql.empty() ? AddressOf(config, "postgresql", config.listen) : served.sql};
}

dcat::Holdings HoldingsOf(Node& node, const std::vector<std::string>& only) {
  const auto lock = node.ledger().Share();
  const Time now = node.ledger().Now();
  dcat::Holdings holdings{.site = SiteOf(node), .products = {}, .agreements = {}, .now = now};
  for (const auto& published : node.catalogue().Newest()) {
    const std::string& id = published->product.id;
    const catalogue::Life life = node.catalogue().LifeOf(id);
    const bool wanted = only.empty() || std::find(only.begin(), only.end(), id) != only.end();
    if (wanted && life.stage != catalogue::Stage::kDraft)
      holdings.products.push_back({published, life, MeasuredOf(node, id)});
  }
  if (!only.empty()) return holdings;
  for (const auto& [name, standing] : node.agreements().agreements()) {
    const agreement::Standing* in_force = node.agreements().Find(name, now);
    if (in_force != nullptr && in_force->At(now) == agreement::State::kActive)
      holdings.agreements.push_back(in_force->document);
  }
  return holdings;
}

}  // namespace concordat::node
