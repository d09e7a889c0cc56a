// Fitted models that this node keeps: each with the answer that showed it, in the secret part of that entry,
// for as long as the agreement keeps answers. Read from the store when asked for. Format:
// docs/formats/entry.md.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "ledger/ledger.h"

namespace concordat::release {

struct FittedModel {
  // SHA-256 in hex of the canonical {"description":…, "model":…}: what was asked, and what came of it.
  std::string id;
  Json model;        // learning::Fitted::model
  Json description;  // of the fit, as all members had it (docs/formats/joint.md)
  std::string job;   // 16 hex digits; release::JobOf
  std::string fit;   // SHA-256 of the description in hex: what owners' ledgers know the fit by
  std::string answer;
  std::string agreement, document, analyst, table;
  std::string method, formula;
  std::vector<std::string> owners;
  Json revisions;      // of the rows it was fitted to, by owner
  Json receipts;       // lists of them, by owner
  Json shown;          // the answer (docs/formats/answer.md)
  std::string notice;  // beside the answer: what was charged
  std::string text;    // the statement
  std::uint64_t rounds = 0;
  double epsilon = 0;  // spent at each owner
  Time when{};
};

// Its id.
std::string ModelId(const Json& description, const Json& model);
// Of an analyst under an agreement, oldest first; without those that are sealed or erased. Errors of all: the
// ledger's.
Result<std::vector<FittedModel>> ModelsOf(const ledger::Ledger& ledger, const std::string& agreement,
                                          const std::string& analyst);
// Of everyone under every agreement.
Result<std::vector<FittedModel>> AllModels(const ledger::Ledger& ledger);
// The one whose id, or whose answer's, begins so; the newest of those with one id. Errors: kNotFound when
// there is none or several.
Result<FittedModel> FindModel(std::vector<FittedModel> models, const std::string& beginning);

}  // namespace concordat::release
