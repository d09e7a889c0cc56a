// Everything before the charge: may this be asked, what does it mean, what would it do. No row is looked at.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "release/decide.h"
#include "release/models.h"
#include "release/release.h"
#include "sql/bind.h"
#include "sql/plan.h"

namespace concordat::release {

struct Prepared {
  agreement::Permit permit;
  catalogue::PublishedPtr published;
  std::vector<catalogue::PublishedPtr> joined;  // of Plan::publics, in that order
  std::vector<catalogue::PublishedPtr> models;  // that it applies, as Query::models
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
  std::vector<catalogue::PublishedPtr> models;  // that it applies, as Query::models
  std::shared_ptr<const sql::Query> query;
  std::string normal;  // the question's text in one form, whatever its spacing and case
};
// The product that an agreement grants, which this member holds: published, in use, and at the version that
// is named. The caller holds Share.
Outcome<catalogue::PublishedPtr> Granted(const Parts& parts, const agreement::ProductVersion& reference);
// Values of the query's types: a client may have sent PostgreSQL's text form.
Outcome<Row> TypedParameters(const sql::Query& query, const Row& given);
sql::Terms TermsOf(const agreement::Permit& permit, const Settings& settings);
// Another member's public product that is held here as a copy; null where there is none.
catalogue::PublishedPtr PublicCopy(const catalogue::Catalogue& catalogue,
                                   const agreement::ProductVersion& reference);
// Refuses what no one engine can read together: it opens one database file.
Outcome<void> CheckFiles(const catalogue::Published& published,
                         const std::vector<catalogue::PublishedPtr>& joined);
// "lewisham/wards@1.3" of each product that was joined.
std::vector<std::string> RevisionsOf(const std::vector<catalogue::PublishedPtr>& joined);
// The question of a permit, bound to tables; `published_of` finds each table's product. The caller holds
// Share.
Outcome<Bound> BindTo(const sql::Scope& scope, agreement::Permit permit, const sql::Question& asked,
                      const PublishedOf& published_of);
// What was bound, planned: all but `asked` and `identity`.
Prepared Planned(Bound bound, sql::Plan plan, Row parameters);
Outcome<Bound> BindQuestion(const Parts& parts, const Caller& caller, const Question& question);
// Leaves out who has objected by now. The caller holds Share, or is the ledger's own condition.
void TakeObjections(const Parts& parts, Prepared& prepared);
Outcome<Prepared> Prepare(const Parts& parts, const Caller& caller, const Question& question);

}  // namespace concordat::release
