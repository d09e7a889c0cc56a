// The log for everybody, as c2sp.org/tlog-tiles has it, and the door of this member's witness, as
// c2sp.org/tlog-witness has it. Leaves are public bytes alone: what is secret of an entry is not in them.
#include "ledger/tile.h"
#include "ledger/witness.h"
#include "node/web.h"

namespace concordat::node {
namespace {

constexpr std::string_view kLedger = "/ledger/";

web::Response NotThere() {
  return web::Problem(404, "the log has nothing at this address",
                      "read ledger/checkpoint for its size; addresses are those of c2sp.org/tlog-tiles");
}

// Before the first entry there is nothing to serve yet.
web::Response ServeCheckpoint(const Node& node) {
  auto note = node.ServedCheckpoint();
  if (!note) return web::Problem(note.error());
  if (note->empty()) return NotThere();
  return {.body = *std::move(note), .cache = "no-cache"};
}

// The newest that witnesses have cosigned: an older one where only cosignatures given have come since.
web::Response ServeCosigned(const Node& node) {
  std::string note = node.cosigned().Newest();
  if (!note.empty()) return {.body = std::move(note), .cache = "no-cache"};
  return web::Problem(404, "no witness has cosigned this log yet", "read ledger/checkpoint");
}

// By the path as it was sent: one spelling of each is the right one.
web::Response ServeTile(Node& node, std::string_view path) {
  const auto parts = ledger::ParseTilePath(path);
  if (!parts) return NotThere();
  const auto bytes = node.ledger().TileBytes(parts->id, parts->width);
  if (!bytes) return bytes.error().code == ErrorCode::kNotFound ? NotThere() : web::Problem(bytes.error());
  return {.type = "application/octet-stream",
          .body = std::string(AsText(*bytes)),
          .cache = "public, max-age=31536000, immutable"};
}

web::Response Cosign(Node& node, const web::Request& request) {
  const auto reply = ledger::AddCheckpoint(node.ledger(), node.witnesses(), node.cosigner(), request.body);
  if (!reply) return web::Problem(reply.error());
  return {.status = static_cast<unsigned>(reply->status), .type = reply->content_type, .body = reply->body};
}

}  // namespace

std::vector<web::Route> LedgerRoutes(Node& node) {
  return {{"GET", "/ledger/checkpoint", [&node](const web::Request&) { return ServeCheckpoint(node); }},
          {"GET", "/ledger/cosigned", [&node](const web::Request&) { return ServeCosigned(node); }},
          {"GET", "/ledger/tile/{path*}",
           [&node](const web::Request& request) {
             return ServeTile(node, std::string_view(request.target.path).substr(kLedger.size()));
           }},
          {"POST", "/witness/add-checkpoint",
           [&node](const web::Request& request) { return Cosign(node, request); }}};
}

}  // namespace concordat::node
