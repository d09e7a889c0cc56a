// What this member has to tell another about the agreements that both take part in: notes, from the ledger.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "node/node.h"

namespace concordat::node {

// The document with every signature that is known: members' first, then this member's people's. The caller
// holds Share.
std::string DocumentNote(const Node& node, const agreement::Standing& standing);

// A suspension, resumption, revocation or objection, with the signature of the party that took it.
std::string StepNote(const agreement::Standing& standing, const agreement::Step& step);

// Documents that still bind or may come to, and all signed steps upon them by others than `member`; in the
// order in which they can be taken in. The caller holds Share.
std::vector<std::string> OffersFor(Node& node, const std::string& member);

// Products in agreements that bind or may come to, and that `member` takes part in. The caller holds Share.
std::set<agreement::ProductVersion> ProductsNamed(const Node& node, const std::string& member);

// "catalogue/product": what `member` may know of a product that an agreement of both names, as this ledger
// has it. Body: its name, "heart@1"; the answer: the public JSON of its entry. Errors: kNotFound, also where
// no agreement of both names it. Hold no Share.
Result<Bytes> DescribeProduct(Node& node, const std::string& member, ByteView body);

// "catalogue/copy": the whole of such a product, if it is public (catalogue/copy.h). Body and errors as
// above; ExportCopy's.
Result<Bytes> GiveCopy(Node& node, const std::string& member, ByteView body);

// Takes in a note that `member` sent: what is here already is no error. Errors: kPermissionDenied when the
// agreement is none that the sender takes part in; those of 'agreement import'. Hold no Share.
Result<void> TakeOffer(Node& node, const std::string& member, const std::string& text);

}  // namespace concordat::node
