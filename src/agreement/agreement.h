// The agreement: who may ask what, of which products, why, until when, under what protection. One document,
// whose canonical JSON is hashed, signed and kept; YAML is accepted where a person writes it. Fields:
// docs/agreements.md.
#pragma once

#include <array>
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
  std::string Name() const { return product + '@' + std::to_string(version); }
  std::string_view Member() const { return std::string_view(product).substr(0, product.find('/')); }
  auto operator<=>(const ProductVersion&) const = default;
};

// How what several members hold together is protected.
enum class Mode {
  kDp,         // one sum, with as much noise as it needs; owners' parts in it stay secret
  kDpLocal,    // each owner's part has the whole noise, and needs no secrecy
  kThreshold,  // fits alone: exact sums of all, under rules about what is shown; no epsilon
};

// kThreshold: what is not shown. ADR 9.
struct Disclosure {
  std::int64_t minimum_rows = 50;  // that a fit rests on
  std::int64_t minimum_cell = 10;  // rows of a cell, a level, a cluster; events of a step
  double parameters_share = 0.33;  // parameters for each row, at most
  bool operator==(const Disclosure&) const = default;
};

struct Protection {
  Mode mode = Mode::kDp;
  Disclosure disclosure;  // kThreshold
  Epsilon epsilon;        // of the whole agreement
  Delta delta;
  Epsilon per_query;                   // the most that one question may spend, and what it spends unless told
  std::int64_t minimum_people = 1;     // groups of fewer are not shown
  std::optional<Epsilon> per_analyst;  // absent: the agreement's epsilon is the only bound
};

struct Needs {
  std::map<std::string, int> approvals;  // by party or overseer: how many of its people must approve
  std::vector<std::string> training;     // that every analyst must have attested
  std::string assessment;                // reference of the impact assessment; may be empty
};

// A body that has a say without having data: an expert panel, a regulator, civil society.
enum class Say { kApproves, kObjects, kWatches };
struct Overseer {
  std::string key;  // a vkey
  Say say = Say::kWatches;
  int days = 0;  // kObjects: for so long after all have signed
};

// What the sharing is for, so that a body sees which sharing pays.
struct Programme {
  std::string stage;  // pilot, roll-out, deployed, expanding
  std::string benefit;
  std::string measure;  // how the benefit is told
};

// When questions are answered: days from Monday, minutes of the day, in UTC.
struct Hours {
  std::array<bool, 7> days{};
  int from = 0;
  int until = 24 * 60;  // exclusive
  bool Hold(Time now) const;
};

struct Conditions {
  std::optional<Hours> hours;
  std::optional<int> per_hour;  // questions of one analyst
  int sealed_days = 0;          // for how long nobody is shown what was asked; 0: the register shows it
};

// How members who hold a table together answer of it: docs/adr/0007-federated-questions.md, section 3.
enum class SumsBy { kEncryption, kMasks };
struct Federation {
  std::optional<int> quorum;     // owners that must contribute; absent: all
  std::optional<int> colluding;  // owners that may work together; absent: half, or what the quorum leaves
  std::optional<SumsBy> sums;    // absent: by the size of what is asked
  std::vector<std::string> non_disclosing;  // members that contribute only under encryption

  // Of a table that so many members hold.
  std::int64_t QuorumOf(std::int64_t owners) const;
  std::int64_t ColludingOf(std::int64_t owners) const;
};

inline constexpr const char* kSelf = "self";

struct Agreement {
  std::string id;         // SHA-256 of `canonical`, in hex
  std::string canonical;  // the document, in canonical JSON
  std::string name;
  std::string supersedes;  // id of the document that this one amends; empty: it amends none
  std::map<std::string, std::string> parties;  // member to its vkey, or kSelf where no other has to check
  std::map<std::string, Overseer> oversight;   // by name; never a party too
  std::map<std::string, std::vector<ProductVersion>> tables;  // each the union of what its members hold
  std::string purpose;
  std::string legal_basis;
  std::string question;
  std::optional<Programme> programme;
  std::map<std::string, std::string> safes;  // the five: data, outputs, people, projects, settings; or none
  std::vector<std::string> analysts;         // "ana@lewisham"
  std::vector<std::string> allows;           // kinds of analysis: "sql", or methods: "glm"
  Protection protection;
  Federation federation;
  Conditions conditions;
  Needs needs;
  Time from;
  Time until;  // exclusive
  int retention_days = 0;

  bool Names(std::string_view analyst) const;  // "ana@lewisham"
  bool Allows(std::string_view analysis) const;
  // Tables that this member holds alone; the rest are asked of several.
  std::map<std::string, ProductVersion> TablesOf(std::string_view member) const;
  // Tables that one other member holds alone: what of these is public is asked here, from a copy.
  std::map<std::string, ProductVersion> TablesOfOthers(std::string_view member) const;
  // Is there one party that checks for itself, so that nothing is signed?
  bool IsSelf() const { return parties.begin()->second == kSelf; }
  // The vkey of a party or overseer; empty for who is neither, or for kSelf.
  std::string KeyOf(std::string_view signer) const;
  // Who must sign before it is in force: parties, and overseers that approve.
  std::vector<std::string> Signers() const;
  // For how long after that overseers may object; 0 when none may.
  Milliseconds ObjectionTime() const;
};

// Members' vkeys by name, as whoever writes a document knows them.
using KnownKeys = std::map<std::string, std::string>;

// Reads YAML or JSON. Unknown fields are refused. Parties may be a list of names that are among `known`: the
// document has their keys. Errors: kInvalidArgument: "line 7: protection.epsilon is …", with what to write
// instead.
Result<Agreement> ParseAgreement(std::string_view text, const KnownKeys& known = {});
// The same of a document already parsed; messages name fields but no lines.
Result<Agreement> ReadAgreement(const Json& document);

}  // namespace concordat::agreement
