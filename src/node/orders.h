// SELECT concordat.cancel('…'), concordat.model('…'), concordat.model_card('…'): what analysts ask of their
// own jobs and models in SQL.
#pragma once

#include <optional>
#include <string>

#include "node/node.h"
#include "pgwire/backend.h"

namespace concordat::node {

// None of a statement that is no such thing. Errors of both are refusals: unknown_function, job_unknown,
// job_ended, model_unknown; the ledger's.
Outcome<std::optional<pgwire::Description>> DescribeOrder(const std::string& text);
Outcome<std::optional<pgwire::Answer>> Obey(Node& node, const release::Caller& caller,
                                            const release::Question& question);

}  // namespace concordat::node
