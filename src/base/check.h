// CHECK(condition): a bug if false; on in release. Prints where and aborts: better no answer than a wrong
// one.
#pragma once

namespace concordat {
[[noreturn]] void CheckFailed(const char* file, int line, const char* condition);
}  // namespace concordat

#define CHECK(condition) \
  ((condition) ? static_cast<void>(0) : ::concordat::CheckFailed(__FILE__, __LINE__, #condition))
