// The views of schema `concordat`: what an analyst may know of their own standing.
#pragma once

#include <vector>

#include "node/node.h"
#include "pgcatalog/pgcatalog.h"

namespace concordat::node {

// budget, products, agreements, releases, jobs, models: of the caller alone.
std::vector<pgcatalog::View> ViewsFor(Node& node, const release::Caller& caller);

}  // namespace concordat::node
