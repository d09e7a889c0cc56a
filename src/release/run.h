// What engines do for a question: the statement over rows, and the one over released values.
#pragma once

#include <vector>

#include "release/answer.h"
#include "release/prepare.h"
#include "sql/shape.h"

namespace concordat::release {

inline constexpr Milliseconds kOuterLimit{60'000};  // for RunOuter, where nobody set another

std::vector<OutputColumn> ColumnsOf(const sql::Query& query, bool margins);

// Runs the statement over rows, whose secret is fresh, and hands batches to `sink`. Errors: the engine's, the
// sink's; kFailedPrecondition when the files changed meanwhile.
Result<void> RunInner(const Parts& parts, engine::Engine& engine, const Prepared& prepared,
                      Milliseconds limit, const engine::Cancel& cancel,
                      const std::function<Result<void>(const std::vector<Row>&)>& sink);
// The rows of the answer that noisy values come to, of the types that answers have. Errors: the engine's.
Result<std::vector<Row>> RunOuter(const Parts& parts, const Prepared& prepared, const std::vector<Row>& noisy,
                                  Milliseconds limit, const engine::Cancel& cancel);

}  // namespace concordat::release
