// A whole agreement of few words: what a request for access, or a program of this member's own, fills in,
// with cautious terms for the rest.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "agreement/agreement.h"
#include "base/clock.h"

namespace concordat::agreement {

// "Some legal basis": a draft may leave it at that, a proposal must name one (DPV 2, core taxonomy of legal
// bases).
inline constexpr const char* kBasisOpen = "dpv:LegalBasis";

struct Outline {
  std::string name;
  std::string supersedes = {};                   // id of the document that it amends; may be empty
  std::string member;                            // of which it is an agreement with itself
  std::map<std::string, ProductVersion> tables;  // by what SQL calls them
  std::string analyst;                           // "ana@lewisham"
  std::string purpose;
  std::string legal_basis = kBasisOpen;
  std::string question;  // in plain words
  PrivacyBudget budget;
  Epsilon per_query;
  std::vector<std::string> training;
  Time from;  // its day
  int days = 365;
};

// The document, for ReadAgreement to judge: one approval; groups of ten people; answers kept for 90 days.
Json DocumentOf(const Outline& outline);

// A document as a person would begin to edit it: YAML, a clause a line, in the order of docs/agreements.md.
std::string DocumentText(const Agreement& agreement);

}  // namespace concordat::agreement
