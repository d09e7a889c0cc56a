#include "release/failure.h"

#include <fmt/format.h>

namespace concordat::release {

Refusal FailureOf(const Error& error, const std::string& id) {
  const bool cancelled = error.code == ErrorCode::kCancelled;
  const bool late = error.code == ErrorCode::kTimeout;
  return {.reason = cancelled ? "cancelled"
                    : late    ? "too_slow"
                              : "failed",
          .message = fmt::format("the question could not be {} after its charge, which stands",
                                 cancelled || late ? "finished" : "computed"),
          .hint = fmt::format(
              "receipt: concordat receipt {}; ask the operator, who finds it in the node's log", id),
          .sqlstate = cancelled || late ? "57014" : "XX000",
          .position = {}};
}

Refusal WithReceipt(Refusal refusal, const std::string& id) {
  refusal.hint += fmt::format("; the charge of this question stands, receipt: concordat receipt {}", id);
  return refusal;
}

Refusal UnavailableOf(const Error& error) {
  const bool changed = error.code == ErrorCode::kFailedPrecondition || error.code == ErrorCode::kNotFound;
  const bool full = error.code == ErrorCode::kResourceExhausted;
  return {.reason = changed ? "product_unavailable"
                    : full  ? "node_full"
                            : "node_failed",
          .message = changed ? "the product's files are not those that were published"
                     : full  ? "the node cannot record anything now, so it answers nothing"
                             : "the node could not take the question",
          .hint = "nothing was charged; tell the operator: concordat doctor says more",
          .sqlstate = full ? "53100" : "58000",
          .position = {}};
}

}  // namespace concordat::release
