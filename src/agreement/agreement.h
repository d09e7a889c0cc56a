// The agreement: who may ask what, of which products, why, until when, under what protection. One document,
// whose canonical JSON is hashed and kept; YAML is accepted where a person writes it. Fields:
// docs/agreements.md.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/json.h"
#include "base/result.h"
#include "base/units.h"

namespace concordat::agreement {

// "lewisham/adult@1".
struct ProductVersion {
  std::string product;  // "lewisham/adult": the catalogue's id
  std::int64_t version = 1;
  auto operator<=>(const ProductVersion&) const = default;
};

struct Protection {
  Epsilon epsilon;  // of the whole agreement
  Delta delta;
  Epsilon per_query;                   // the most that one question may spend, and what it spends unless told
  std::int64_t minimum_people = 1;     // groups of fewer are not shown
  std::optional<Epsilon> per_analyst;  // absent: the agreement's epsilon is the only bound
};

struct Needs {
  std::map<std::string, int> approvals;  // by party: how many of its people must approve
  std::vector<std::string> training;     // that every analyst must have attested
  std::string assessment;                // reference of the impact assessment; may be empty
};

struct Agreement {
  std::string id;         // SHA-256 of `canonical`, in hex
  std::string canonical;  // the document, in canonical JSON
  std::string name;
  std::map<std::string, std::string>
      parties;  // member to its key: a vkey, or "self" where no other party has to check
  std::map<std::string, ProductVersion> tables;
  std::string purpose;
  std::string legal_basis;
  std::string question;
  std::vector<std::string> analysts;  // "ana@lewisham"
  std::vector<std::string> allows;    // kinds of analysis: "sql"
  Protection protection;
  Needs needs;
  Time from;
  Time until;  // exclusive
  int retention_days = 0;

  bool Names(std::string_view analyst) const;  // "ana@lewisham"
  bool Allows(std::string_view analysis) const;
};

// Reads YAML or JSON. Unknown fields, several parties and several products for a table are refused.
// Errors: kInvalidArgument: "line 7: protection.epsilon is …", with what to write instead.
Result<Agreement> ParseAgreement(std::string_view text);
// The same of a document already parsed; messages name fields but no lines.
Result<Agreement> ReadAgreement(const Json& document);

}  // namespace concordat::agreement
