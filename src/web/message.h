// A request as routes see it, and what they answer.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "web/target.h"

namespace concordat::web {

struct Request {
  std::string method;
  Target target;
  std::string if_none_match{};  // empty: none
  std::string authorization{};  // the same
  std::string accept{};         // the same
  std::string content_type{};   // of the body; the same
  std::string body{};
  std::map<std::string, std::string> named{};  // parts of the path by the names that the route gives them
};

struct Response {
  unsigned status = 200;
  std::string type = "text/plain; charset=utf-8";
  std::string body;
  std::string cache = "no-store";                              // Cache-Control
  std::vector<std::pair<std::string, std::string>> headers{};  // further ones
};

// An error as RFC 9457 asks: `title` says what kind, `detail` what is wrong, `remedy` what to do next, and
// `reason`, where there is one, the stable code of a refusal (docs/refusals.md).
Response Problem(unsigned status, std::string_view detail, std::string_view remedy,
                 std::string_view reason = {});
// The same of a failure. What went wrong within the node (kCorrupt, kInternal) is not told to the world.
Response Problem(const Error& error);
// The status's own words: "Not Found".
std::string_view Reason(unsigned status);

// A strong entity tag of a body: its hash in quotes.
std::string EntityTag(std::string_view body);
// Whether an If-None-Match names `tag` (RFC 9110 section 13.1.2: "*", or a list compared weakly).
bool NamesTag(std::string_view if_none_match, std::string_view tag);

}  // namespace concordat::web
