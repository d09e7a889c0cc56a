// What of a node others may harvest: its products and agreements, and the addresses under which they know it.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "dcat/datasets.h"
#include "node/node.h"

namespace concordat::node {

// Where others connect to who listens on `address`: "0.0.0.0" is no address to connect to, so then the first
// name of the certificate is it.
std::string HostOf(const Config& config, const std::string& address);

// By node.yaml: `web_url` where it is set, else where HTTP and the analysts' door are.
dcat::Site SiteOf(const Node& node);

// Products that are not drafts (of `only`, by id, where it names some) and agreements in force. Hold no
// Share.
dcat::Holdings HoldingsOf(Node& node, const std::vector<std::string>& only = {});

}  // namespace concordat::node
