// The catalogue for harvesters: DCAT-AP with ODRL, contracts, lineage. For everybody; nothing of it is
// secret.
#include <fmt/format.h>

#include <charconv>
#include <nlohmann/json.hpp>

#include "dcat/lineage.h"
#include "dcat/odcs.h"
#include "node/copies.h"
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

// Both texts, made anew when there are new entries, or a minute is over: a day may have come on which a
// product is retired or an agreement ends. Threading: any thread.
class Texts {
 public:
  explicit Texts(Node& node) : node_(node) {}

  std::string Turtle() { return Newest()->turtle; }
  std::string JsonLd() { return Newest()->json; }

 private:
  struct Made {
    std::string turtle, json;
    std::uint64_t size = 0;  // of the ledger
    Milliseconds at{};
  };

  std::shared_ptr<const Made> Newest() {
    const std::lock_guard lock(mutex_);
    const std::uint64_t size = node_.ledger().Head().size;
    const Milliseconds now = node_.clock().Elapsed();
    if (made_ && made_->size == size && now - made_->at < kFresh) return made_;
    const dcat::Graph graph = GraphOf(HoldingsOf(node_));
    made_ = std::make_shared<const Made>(
        Made{.turtle = graph.Turtle(), .json = graph.JsonLd().dump() + "\n", .size = size, .at = now});
    return made_;
  }

  static constexpr Milliseconds kFresh{60'000};
  Node& node_;
  std::mutex mutex_;
  std::shared_ptr<const Made> made_;  // guarded by mutex_
};

// What an Accept header asks for, as far as it names one of the two; a browser and a tool that name neither
// get Turtle, which people can read.
web::Response ServeEither(Texts& texts, const web::Request& request) {
  const bool json = request.accept.find("application/ld+json") != std::string::npos ||
                    request.accept.find("application/json") != std::string::npos;
  web::Response response = json ? Of(texts.JsonLd(), kJsonLd) : Of(texts.Turtle(), kTurtle);
  response.headers.emplace_back("Vary", "Accept");
  return response;
}

web::Response ServeContract(Node& node, const web::Request& request) {
  const dcat::Holdings holdings = HoldingsOf(node, {request.named.at("product")});
  if (holdings.products.empty())
    return web::Problem(404, "the catalogue has no product with this id", "see /catalogue for all of them");
  const dcat::Offered& offered = holdings.products.front();
  return Of(dcat::OdcsOf(offered.published->product, offered.life.At(holdings.now)).dump(2) + "\n",
            "application/json");
}

// What others read this member's public data by.
web::Response ServeCopy(Node& node, const web::Request& request) {
  auto copy = CopyOf(node, request.named.at("product"));
  if (!copy) return web::Problem(copy.error());
  return Of(*std::move(copy), "application/octet-stream");
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
  const auto texts = std::make_shared<Texts>(node);
  return {
      {"GET", "/catalogue", [texts](const web::Request& request) { return ServeEither(*texts, request); }},
      {"GET", "/catalogue.ttl", [texts](const web::Request&) { return Of(texts->Turtle(), kTurtle); }},
      {"GET", "/catalogue.jsonld", [texts](const web::Request&) { return Of(texts->JsonLd(), kJsonLd); }},
      route("/catalogue/contracts/{product*}", ServeContract),
      route("/catalogue/copies/{product*}", ServeCopy),
      route("/catalogue/lineage.ndjson", ServeLineage),
      route("/catalogue/lineage-facet.json", ServeFacet)};
}

}  // namespace concordat::node
