// Everything before the charge: may this be asked, what does it mean, what would it do. No row is looked at.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "release/release.h"
#include "sql/plan.h"

namespace concordat::release {

struct Prepared {
  agreement::Permit permit;
  catalogue::PublishedPtr published;
  std::vector<catalogue::PublishedPtr> joined;  // of Plan::publics, in that order
  std::shared_ptr<const sql::Query> query;
  sql::Plan plan;
  Row parameters;        // of the query's types
  std::string asked;     // same question, agreement, terms and revision: the same
  std::string identity;  // the same, and objections as they were then
};

// The query alone, for Describe: parameters may be missing.
struct Bound {
  agreement::Permit permit;
  catalogue::PublishedPtr published;
  std::vector<catalogue::PublishedPtr> joined;  // public products that it is joined with, as sql::PublicsOf
  std::shared_ptr<const sql::Query> query;
  std::string normal;  // the question's text in one form, whatever its spacing and case
};
// May this caller ask this now, as far as the record and the question's settings go? The caller holds Share,
// or is the ledger's own condition.
Outcome<agreement::Permit> DecideOn(const Parts& parts, const Caller& caller, const Question& question);
// Another member's public product that is held here as a copy; null where there is none.
catalogue::PublishedPtr PublicCopy(const catalogue::Catalogue& catalogue,
                                   const agreement::ProductVersion& reference);
// "lewisham/wards@1.3" of each product that was joined.
std::vector<std::string> RevisionsOf(const std::vector<catalogue::PublishedPtr>& joined);
// Is a product being used? Refusals: product_draft, product_retired. The caller as above.
Outcome<void> CheckLife(const catalogue::Catalogue& catalogue, const std::string& product, Time now);
Outcome<Bound> BindQuestion(const Parts& parts, const Caller& caller, const Question& question);
// Leaves out who has objected by now. The caller holds Share, or is the ledger's own condition.
void TakeObjections(const Parts& parts, Prepared& prepared);
Outcome<Prepared> Prepare(const Parts& parts, const Caller& caller, const Question& question);

}  // namespace concordat::release
