// Jobs and models of this node, as views and verbs show them.
#pragma once

#include <string>
#include <vector>

#include "node/node.h"
#include "release/fitted.h"
#include "release/job.h"

namespace concordat::node {

// Who asks: the one named in the arguments, or the only analyst of the agreement. Errors: kNotFound,
// kInvalidArgument.
Result<std::string> AnalystFor(Node& node, const Json& arguments, const std::string& agreement);
// An answer as people read it: its table, and what is said beside it.
std::string AnswerText(const release::Answer& answer);

// Of an analyst under an agreement; of everyone under all where `agreement` is empty. Errors: the ledger's.
Result<std::vector<release::Job>> JobsFor(Node& node, const std::string& agreement = {},
                                          const std::string& analyst = {});
// Those whose id begins so. Errors: kNotFound when there is none or several.
Result<release::Job> FindJob(std::vector<release::Job> jobs, const std::string& beginning);
Result<std::vector<release::FittedModel>> ModelsFor(Node& node, const std::string& agreement = {},
                                                    const std::string& analyst = {});

// Was it asked by another than the arguments say: `agreement` and `analyst`, where they are given?
bool IsOfAnother(const Json& arguments, const std::string& agreement, const std::string& analyst);

// How many rows it was fitted to; NULL where its method does not show it.
Value RowsOf(const release::FittedModel& model);
// The agreement's; empty where the node knows its document no more.
std::string PurposeOf(Node& node, const release::FittedModel& model);

// What is to be known of a model before it is used: docs/formats/model-card.md.
Json CardOf(Node& node, const release::FittedModel& model);
// The same for people to read.
std::string CardText(const Json& card);

}  // namespace concordat::node
