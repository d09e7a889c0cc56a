// What a contract says of its product beside its columns and bounds: for people who look for data, and for
// catalogues elsewhere. Nothing of it changes what an agreement relies on.
#pragma once

#include <string>
#include <vector>

#include "base/json.h"

namespace concordat::catalogue {

struct Contact {
  std::string name, role, address;  // "Olu Adeyemi", "data steward", "olu@lewisham.example"; any may be empty
  bool operator==(const Contact&) const = default;
};

// A promise of service, as ODCS has it: {"frequency", "1", "d", ""}.
struct Promise {
  std::string property, value, unit, element;
  bool operator==(const Promise&) const = default;
};

struct About {
  std::string purpose, usage, limitations;
  std::string domain;               // the field of work: "employment"
  std::string licence;              // an address or a name; empty: none stated
  std::vector<std::string> tags;    // free words
  std::vector<std::string> themes;  // codes of the EU's data themes: "SOCI", "HEAL", …
  std::vector<Contact> team;        // who answers for it, the first of them first
  std::vector<Contact> support;     // name: the channel; role: its kind; address: where it is
  std::vector<Promise> promises;
  bool operator==(const About&) const = default;

  // The first of `team` by name, else the member.
  std::string OwnerAt(std::string_view member) const;
};

// Domain, themes and tags: what one may look for.
std::vector<std::string> WordsOf(const About& about);

Json ToJson(const About& about);
// Of what ToJson wrote; what is missing is empty. Throws Json::exception on another shape.
About AboutFrom(const Json& json);

}  // namespace concordat::catalogue
