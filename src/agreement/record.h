// Steps as entries of the ledger, and back. Format: docs/formats/agreement.md.
#pragma once

#include "agreement/analyst.h"
#include "agreement/lifecycle.h"
#include "agreement/person.h"
#include "ledger/entry.h"

namespace concordat::agreement {

// The entry's time is the ledger's own; `when` is not written.
ledger::Draft DraftOf(const Step& step);
ledger::Draft DraftOf(const AnalystStep& step);
ledger::Draft DraftOf(const PersonStep& step);

// Is an entry one of an agreement, of an analyst, or of a person? Reading one that is: kCorrupt when it is
// not what DraftOf writes.
bool IsAgreementKind(std::string_view kind);
Result<Step> StepOf(const ledger::Entry& entry);
bool IsAnalystKind(std::string_view kind);
Result<AnalystStep> AnalystStepOf(const ledger::Entry& entry);
bool IsPersonKind(std::string_view kind);
Result<PersonStep> PersonStepOf(const ledger::Entry& entry);

}  // namespace concordat::agreement
