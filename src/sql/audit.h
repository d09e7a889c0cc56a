// concordat.calibration and concordat.fairness: reports on a model, which are questions like any other.
//
// SELECT * FROM concordat.calibration('heart_risk', 'patients', outcome => disease = 'present', bins => 10)
// is rewritten, before anything else looks at it, to the grouped question that a person would write with
// concordat.predict; what holds of questions holds of it, and there is nothing else to argue. Pure.
#pragma once

#include <pg_query.pb.h>

#include <optional>

#include "base/refusal.h"

namespace concordat::sql {

// Does a report stand in place of a table of the outermost SELECT?
bool AsksForReport(const pg_query::SelectStmt& select);
// The question that a report stands for. Refusals: report_arguments; report_not_alone, for anything but
// SELECT *, ORDER BY and LIMIT around it. Precondition: AsksForReport.
Outcome<pg_query::SelectStmt> QuestionOfReport(const pg_query::SelectStmt& select);

}  // namespace concordat::sql
