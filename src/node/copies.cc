#include "node/copies.h"

#include <fmt/format.h>

#include <set>

#include "node/exchange.h"
#include "node/proof.h"

namespace concordat::node {
namespace {

Result<crypto::VerifyKey> KeyOf(Node& node, const std::string& member) {
  const auto lock = node.ledger().Share();
  std::set<std::string> keys;
  for (const auto& [name, standing] : node.agreements().agreements()) {
    if (const std::string key = standing.document->KeyOf(member); !key.empty()) keys.insert(key);
  }
  if (keys.size() == 1) return crypto::VerifyKey::Parse(*keys.begin());
  return Fail(ErrorCode::kNotFound,
              fmt::format("{} key of {} stands in the agreements here", keys.empty() ? "no" : "more than one",
                          member),
              "give it with --key, from a place that you trust");
}

}  // namespace

Result<std::string> CopyOf(Node& node, const std::string& reference) {
  const auto published = [&]() -> catalogue::PublishedPtr {
    const auto lock = node.ledger().Share();
    auto found = node.catalogue().Find(reference);
    if (!found || !found->product.id.starts_with(node.member() + "/")) return nullptr;
    const auto stage = node.catalogue().LifeOf(found->product.id).At(node.ledger().Now());
    const bool used = stage == catalogue::Stage::kActive || stage == catalogue::Stage::kDeprecated;
    return used ? found : nullptr;
  }();
  if (!published) return NoProduct(reference);
  return catalogue::ExportCopy(*published, TRY(ReceiptText(node, published->entry)));
}

Result<catalogue::Copied> TakeCopy(Node& node, const CopyOffer& offer, std::string_view bytes) {
  const auto& [reference, key, by] = offer;
  const std::string member = reference.substr(0, reference.find('/'));
  if (member == node.member()) {
    return Fail(ErrorCode::kInvalidArgument, reference + " is this member's own",
                "concordat product publish makes it");
  }
  const auto owner = TRY(key.empty() ? KeyOf(node, member) : crypto::VerifyKey::Parse(key));
  return catalogue::ImportCopy(
      {.bytes = bytes, .reference = reference, .owner = owner, .folder = node.home().copies(), .by = by},
      node.ledger(), node.catalogue());
}

}  // namespace concordat::node
