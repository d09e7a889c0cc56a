// Agreements between members: steps sealed with this member's key, and notes that travel by file.
#pragma once

#include <memory>
#include <string>

#include "agreement/lifecycle.h"
#include "base/json.h"
#include "base/refusal.h"
#include "base/result.h"
#include "ledger/entry.h"
#include "node/node.h"

namespace concordat::node {

tl::unexpected<Error> NoAgreement(const std::string& name);  // kNotFound
tl::unexpected<Error> NoProduct(const std::string& name);    // the same

// A document that this member takes part in. Errors: kInvalidArgument: what is wrong in it; it names this
// member by another key or not at all; a product of this member's that is not published.
Result<std::shared_ptr<const agreement::Agreement>> ReadOwnDocument(Node& node, const std::string& text);

// A step of this member's, by whom `arguments` say.
agreement::Step StepFor(Node& node, agreement::Verb verb, const Json& arguments,
                        const agreement::Agreement& document);

// "heart-study is proposed: it waits for 1 of 2 approvals here". The caller holds Share.
std::string StateText(const Node& node, const agreement::Standing& standing, Time now);

// Enters a step, with this member's signature where it takes one. Others' steps come with theirs.
Result<Outcome<ledger::Entry>> EnterSealed(Node& node, agreement::Step step);

}  // namespace concordat::node
