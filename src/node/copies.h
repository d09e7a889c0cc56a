// Public products that travel: this member's for others, and others' held here.
#pragma once

#include <string>
#include <string_view>

#include "catalogue/copy.h"
#include "node/node.h"

namespace concordat::node {

// A public product of this member's, with its receipt: "wards" or "lewisham/wards@1". Errors: kNotFound when
// there is none, or it is a draft or retired; ExportCopy's.
Result<std::string> CopyOf(Node& node, const std::string& reference);

// Takes in a copy of "cleveland/wards@1". `key`: the owner's vkey; empty: the one by which the agreements
// here know it. Errors: kNotFound when they know none, or several; ImportCopy's.
struct CopyOffer {
  std::string reference, key;
  std::string by;  // who brings it
};
Result<catalogue::Copied> TakeCopy(Node& node, const CopyOffer& offer, std::string_view bytes);

}  // namespace concordat::node
