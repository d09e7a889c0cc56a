// The public register: who uses data here, why, under which agreement, how often and how much of the budget.
// Everything in it is on the ledger already; nothing of it comes from rows.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "agreement/registry.h"
#include "catalogue/catalogue.h"
#include "ledger/budget.h"
#include "transparency/tally.h"

namespace concordat::transparency {

// What the register is made of, each a fold of one ledger.
struct Sources {
  const agreement::Registry& agreements;
  const catalogue::Catalogue& catalogue;
  const ledger::BudgetBook& budgets;
  const Tally& tally;
};

struct UsedTable {
  std::string name;     // as analysts call it
  std::string product;  // "lewisham/adult@1"
  std::string about;    // what it holds, in the contract's words; empty for another member's
  std::optional<ledger::LevelState> budget;  // what this agreement may spend and has; none for another's
  // The other members that answer of this table, with this one's product; none for another's product.
  std::vector<std::string> together = {};
};

struct Overseen {
  std::string name, say;
};

struct Use {
  std::shared_ptr<const agreement::Agreement> document;
  std::string state;
  std::vector<std::string> bodies;  // whose analysts may ask
  std::vector<UsedTable> tables;
  std::vector<Overseen> overseers;
  Counts counts;
  std::optional<Time> signed_at;
  double spent() const;                       // epsilon, over all its tables here
  std::vector<std::string> together() const;  // the members that this one answers with, over all its tables
};

struct Total {
  std::string of;  // a purpose, a body, a stage of programmes
  std::uint64_t agreements = 0;
  std::uint64_t asked = 0;
  double spent = 0;  // epsilon
};

struct Register {
  std::string member;
  std::vector<Use> in_force;  // by name
  std::vector<Use> coming;    // proposed or approved, not in force yet
  std::vector<Use> past;      // suspended ones are in force no more until resumed, but they are not past
  std::vector<Total> by_purpose, by_body, by_stage;
  // Null when there is no such document.
  const Use* Find(std::string_view id) const;
};

// The caller holds Ledger::Share.
Register MakeRegister(const Sources& sources, Time now);

// {"member", "in_force": […], "coming": […], "past": […], "totals": {…}}; docs/openapi.yaml.
Json ToJson(const Register& all);
Json ToJson(const Use& use);

}  // namespace concordat::transparency
