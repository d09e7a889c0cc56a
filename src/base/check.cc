#include "base/check.h"

#include <cstdio>
#include <cstdlib>

namespace concordat {

void CheckFailed(const char* file, int line, const char* condition) {
  std::fprintf(stderr, "%s:%d: this must hold and does not: %s\n", file, line, condition);
  std::abort();
}

}  // namespace concordat
