// A verb: one thing a steward or an operator can do, the same whether the command line opened the member's
// home itself or asked the running node over its control socket.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/result.h"

namespace concordat::node {

class Node;

struct Reply {
  std::string text;                  // for people
  std::shared_ptr<const Json> data;  // for machines (--json)
};
std::shared_ptr<const Json> Data(Json json);

// Long work says where it is; may be called from any thread.
using Progress = std::function<void(std::string_view)>;

using VerbFunction = Result<Reply> (*)(Node& node, const Json& arguments, const Progress& progress);

struct Verb {
  const char* name;  // "product publish"
  VerbFunction run;
};

// Errors: kNotFound for an unknown verb; else what the verb says. A refusal is kPermissionDenied with its
// reason.
Result<Reply> RunVerb(Node& node, std::string_view name, const Json& arguments, const Progress& progress);

// All of them.
const std::vector<Verb>& Verbs();

// The verbs of each part, one table a file.
std::vector<Verb> ProductVerbs();
std::vector<Verb> AnalystVerbs();
std::vector<Verb> AgreementVerbs();
std::vector<Verb> ExchangeVerbs();
std::vector<Verb> ExportVerbs();
std::vector<Verb> CopyVerbs();
std::vector<Verb> ModelPublishVerbs();
std::vector<Verb> QualityVerbs();
std::vector<Verb> RequestVerbs();
std::vector<Verb> ExplainVerbs();
std::vector<Verb> PersonVerbs();
std::vector<Verb> TokenVerbs();
std::vector<Verb> SubjectVerbs();
std::vector<Verb> LedgerVerbs();
std::vector<Verb> WitnessVerbs();
std::vector<Verb> MemberVerbs();
std::vector<Verb> AskVerbs();
std::vector<Verb> FitVerbs();
std::vector<Verb> ModelVerbs();
std::vector<Verb> CareVerbs();  // doctor, backup

}  // namespace concordat::node
