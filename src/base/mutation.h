// A known bug put back on purpose, so that tests can prove that they would catch it.
//
// Only builds with CONCORDAT_MUTATIONS contain any; in a release the condition is the constant false. The
// list of mutations, with the test that catches each, is in docs/mutations.md.
#pragma once

#include <cstdlib>
#include <string_view>

namespace concordat {

#ifdef CONCORDAT_MUTATIONS
// Is the bug `name` the one that this process was told to have (environment variable CONCORDAT_MUTATION)?
inline bool Mutated(std::string_view name) {
  const char* chosen = std::getenv("CONCORDAT_MUTATION");
  return chosen != nullptr && name == chosen;
}
#else
constexpr bool Mutated(std::string_view) { return false; }
#endif

}  // namespace concordat
