// YAML as a person writes it, and no more of YAML than that: one document of maps, lists and scalars with
// their lines.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace concordat::yaml {

inline constexpr std::size_t kLongestText = 1 << 20;  // bytes
inline constexpr std::size_t kDeepest = 64;           // levels

// A value of a document. Scalars stay texts: what they mean depends on who reads them.
struct Node {
  enum class Kind { kNull, kScalar, kSequence, kMap };
  Kind kind = Kind::kNull;
  int line = 0;                   // 1-based
  std::string scalar;             // kScalar
  bool quoted = false;            // kScalar: a text, whatever it looks like
  std::vector<std::string> keys;  // kMap: one for each of `items`, none twice
  std::vector<int> key_lines;     // kMap: likewise
  std::vector<Node> items;        // kSequence, kMap
};

// Where and why a text is not such a document.
struct Fault {
  int line = 1;  // 1-based
  std::string what;
};

// A fault where the text is not YAML, or uses what none of our documents needs: aliases, tags, keys that are
// no texts or stand twice, control characters, several documents, nesting beyond kDeepest, more than
// kLongestText. An empty text is a kNull. Never throws, in time linear in the text. Thread-safe.
tl::expected<Node, Fault> Parse(std::string_view text);

}  // namespace concordat::yaml
