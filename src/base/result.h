// Failure as a value: Result<T> holds a T or the Error that says why there is none.
//
// A failure is something of the world (a file, a disk, a peer) that went wrong. What the product declines to
// do is a Refusal (refusal.h); what must never happen is a CHECK (check.h). Libraries' exceptions end in the
// file that calls the library.
#pragma once

#include <string>
#include <tl/expected.hpp>
#include <type_traits>
#include <utility>

namespace concordat {

enum class ErrorCode {
  kInvalidArgument,  // the caller's input is wrong: say what and how to mend it
  kNotFound,
  kAlreadyExists,
  kFailedPrecondition,  // right request, wrong state
  kPermissionDenied,
  kResourceExhausted,  // disk full, memory limit, too many
  kTimeout,
  kCancelled,
  kUnavailable,  // try again later
  kCorrupt,      // stored bytes are not what was written
  kInternal,
};

struct Error {
  ErrorCode code = ErrorCode::kInternal;
  std::string message;  // one sentence, lower case, no full stop: what is wrong
  std::string remedy;   // what to do next; may be empty
};

template <class T>
class [[nodiscard]] Result : public tl::expected<T, Error> {
 public:
  using tl::expected<T, Error>::expected;
};

inline tl::unexpected<Error> Fail(ErrorCode code, std::string message, std::string remedy = {}) {
  return tl::unexpected(Error{code, std::move(message), std::move(remedy)});
}

// The value inside, moved out; nothing for void. TRY's last step.
template <class T, class E>
T TakeValue(tl::expected<T, E>&& holder) {
  if constexpr (!std::is_void_v<T>) return *std::move(holder);
}

// The stable lower-case name of a code: "not_found".
const char* Name(ErrorCode code);

}  // namespace concordat

// Value of `expr` (a Result or an Outcome), or return its error from the enclosing function. Do not nest, nor
// use after another part of the same braced list or call: the part made before would not be destroyed.
#define TRY(expr)                                                          \
  __extension__({                                                          \
    auto try_result = (expr);                                              \
    if (!try_result) return tl::unexpected(std::move(try_result).error()); \
    ::concordat::TakeValue(std::move(try_result));                         \
  })
