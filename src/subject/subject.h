// Data subjects: the people whom rows are about, as far as they speak up.
//
// Their body gives a person a token, which names the units that are theirs: with it they see what was asked
// of the products that hold rows about them, and may object, which takes their unit out of every later
// answer. Nothing here reads a row: which unit is whose is what the body says.
//
// Entries: subject.* (docs/formats/entry.md). Who it is about is in their secret parts alone.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/refusal.h"
#include "ledger/ledger.h"

namespace concordat::subject {

using Units = std::map<std::string, std::string>;  // by product ("lewisham/adult"): the person's unit there

// A token as the record has it; the token itself is known to its bearer alone.
struct Grant {
  std::string id;  // 16 hex digits, for the body to name it by
  Units units;
  Time since{};
  Time until{};
};

// What is left out of answers over one product.
struct Objections {
  std::set<std::string> units;
  std::uint64_t changed = 0;  // index of the entry that changed them last
};
using ObjectionsPtr = std::shared_ptr<const Objections>;

// Reads hold Ledger::Share; what they return stays as it is.
class Subjects final : public ledger::Fold {
 public:
  void Apply(const ledger::Entry& entry) override;
  void Clear() override;
  std::vector<std::string> Kinds() const override { return {"subject."}; }

  // Null when nobody has that token at `now`. By its hash, so that the search tells nothing of others.
  const Grant* FindByToken(std::string_view token, Time now) const;
  const Grant* Find(std::string_view id) const;  // null when there is none, or no more
  const std::map<std::string, Grant, std::less<>>& grants() const { return grants_; }
  // Null where nobody ever objected.
  ObjectionsPtr To(std::string_view product) const;
  const std::map<std::string, ObjectionsPtr, std::less<>>& objections() const { return objections_; }

 private:
  void ApplyGrant(const ledger::Entry& entry);
  void ApplyObjection(const ledger::Entry& entry);

  std::map<std::string, Grant, std::less<>> grants_;          // by id
  std::map<std::string, std::string, std::less<>> by_token_;  // SHA-256 of the token in hex, to the id
  std::map<std::string, ObjectionsPtr, std::less<>> objections_;
};

// A new token over `units`, valid for `days`. Threading: as the ledger.
struct Granted {
  std::string id;
  std::string token;  // shown once, kept nowhere
  Time until{};
};
Result<Granted> GrantToken(ledger::Ledger& ledger, RandomSource& random, const Units& units, int days,
                           const std::string& by);
// Refusal: token_unknown.
Result<Outcome<ledger::Entry>> EndToken(ledger::Ledger& ledger, const Subjects& subjects,
                                        const std::string& id, const std::string& by);

enum class Stand { kObject, kWithdraw };
// `unit` in the product's own spelling; `by` whoever enters it, "subject" where the person did. Holds for
// every question charged after the entry. Refusals: objection_stands, objection_unknown.
Result<Outcome<ledger::Entry>> Enter(ledger::Ledger& ledger, const Subjects& subjects, Stand stand,
                                     const std::string& product, const std::string& unit,
                                     const std::string& by);

}  // namespace concordat::subject
