// The catalogue for harvesters: DCAT-AP with ODRL, contracts, lineage. For everybody; nothing of it is
// secret.
#include <fmt/format.h>

#include <charconv>
#include <nlohmann/json.hpp>

#include "dcat/lineage.h"
#include "dcat/odcs.h"
#include "node/holdings.h"
#include "node/web.h"

namespace concordat::node {
namespace {

constexpr const char* kTurtle = "text/turtle; charset=utf-8";
constexpr const char* kJsonLd = "application/ld+json";
constexpr std::uint64_t kEntriesAPage = 4096;

web::Response Of(std::string body, const char* type) {
  return {.type = type, .body = std::move(body), .cache = "no-cache"};
}

web::Response ServeTurtle(Node& node, const web::Request&) {
  const auto lock = node.ledger().Share();
  return Of(GraphOf(HoldingsOf(node)).Turtle(), kTurtle);
}

web::Response ServeJsonLd(Node& node, const web::Request&) {
  const auto lock = node.ledger().Share();
  return Of(GraphOf(HoldingsOf(node)).JsonLd().dump() + "\n", kJsonLd);
}

// What an Accept header asks for, as far as it names one of the two; a browser and a tool that name neither
// get Turtle, which people can read.
web::Response ServeCatalogue(Node& node, const web::Request& request) {
  const bool json = request.accept.find("application/ld+json") != std::string::npos ||
                    request.accept.find("application/json") != std::string::npos;
  web::Response response = json ? ServeJsonLd(node, request) : ServeTurtle(node, request);
  response.headers.emplace_back("Vary", "Accept");
  return response;
}

web::Response ServeContract(Node& node, const web::Request& request) {
  const auto lock = node.ledger().Share();
  const dcat::Holdings holdings = HoldingsOf(node, {request.named.at("product")});
  if (holdings.products.empty())
    return web::Problem(404, "the catalogue has no product with this id", "see /catalogue for all of them");
  const dcat::Offered& offered = holdings.products.front();
  return Of(dcat::OdcsOf(offered.published->product, offered.life.At(holdings.now)).dump(2) + "\n",
            "application/json");
}

web::Response ServeLineage(Node& node, const web::Request& request) {
  std::uint64_t first = 0;
  if (const auto field = request.target.query.find("from"); field != request.target.query.end()) {
    const std::string& text = field->second;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), first);
    if (error != std::errc{} || end != text.data() + text.size())
      return web::Problem(400, "'from' is not the number of an entry",
                          "follow the Link header from page to page");
  }
  const auto lineage = dcat::LineageOf(node.ledger(), SiteOf(node), first, kEntriesAPage);
  if (!lineage) return web::Problem(lineage.error());
  web::Response response = Of(lineage->lines, "application/x-ndjson");
  if (lineage->next < node.ledger().Head().size)
    response.headers.emplace_back(
        "Link", fmt::format("</catalogue/lineage.ndjson?from={}>; rel=\"next\"", lineage->next));
  return response;
}

web::Response ServeFacet(Node& node, const web::Request&) {
  return Of(dcat::LineageFacetSchema(SiteOf(node)).dump(2) + "\n", "application/schema+json");
}

}  // namespace

std::vector<web::Route> CatalogueRoutes(Node& node) {
  const auto route = [&node](const char* pattern, web::Response (*serve)(Node&, const web::Request&)) {
    return web::Route{"GET", pattern,
                      [&node, serve](const web::Request& request) { return serve(node, request); }};
  };
  return {route("/catalogue", ServeCatalogue),
          route("/catalogue.ttl", ServeTurtle),
          route("/catalogue.jsonld", ServeJsonLd),
          route("/catalogue/contracts/{product*}", ServeContract),
          route("/catalogue/lineage.ndjson", ServeLineage),
          route("/catalogue/lineage-facet.json", ServeFacet)};
}

}  // namespace concordat::node
