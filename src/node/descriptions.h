// What other members' ledgers say of their products, as far as agreements with them name one: asked over the
// line, kept on this ledger (catalogue/abroad.h). Public ones come whole (catalogue/copy.h).
#pragma once

#include <map>
#include <string>
#include <vector>

#include "federation/link.h"
#include "node/node.h"

namespace concordat::node {

// One thread at a time; hold no Share.
class Descriptions {
 public:
  Descriptions(Node& node, federation::Link& link) : node_(node), link_(link) {}

  // Asks for those that were not asked for in a while; all at once when an agreement has changed.
  void Round();

 private:
  // By the name in the agreement, "budapest/heart@1": whose it is.
  std::map<std::string, std::string> Named();
  void Take(const federation::Call& call, const std::string& product, const Result<Bytes>& answer);
  // Is it public, and not here as described?
  bool WantsCopy(const std::string& product);
  void FetchCopy(const std::string& owner, const std::string& product);

  Node& node_;
  federation::Link& link_;
  std::uint64_t news_ = 0;
  Milliseconds looked_{0};
  std::map<std::string, Milliseconds> due_;  // by product
};

}  // namespace concordat::node
