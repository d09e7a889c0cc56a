// A request's target (RFC 9112 section 3.2.1, origin form alone), read strictly: what two readers could take
// for two different things is refused.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace concordat::web {

inline constexpr std::size_t kTargetBytes = 2048;

struct Target {
  std::string path;                // as it was sent; visible ASCII, fit for a log line
  std::vector<std::string> parts;  // of the path, decoded; none for "/"
  std::map<std::string, std::string> query;
};

// Errors: kInvalidArgument saying what is wrong: too long, not from "/", an empty part, "." or "..", a bad
// percent-encoding, one of "/" or a control character, not UTF-8, a query name twice.
Result<Target> ParseTarget(std::string_view text);

}  // namespace concordat::web
